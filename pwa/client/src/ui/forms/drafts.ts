/**
 * What was typed and not saved, kept on the device until it is: nothing is lost with a page that dies (W6). Each person
 * has a database of their own for it, which goes when they sign out (S2).
 */
import type { Draft } from "./filling";

export interface KeptDraft {
  /** What it is of: the entity, and the record's address below it. */
  entity: string;
  record: string;
  draft: Draft;
  /** ISO 8601, by the device's clock. */
  at: string;
}

const STORE = "drafts";

export class Drafts {
  #opening: Promise<IDBDatabase> | null = null;

  constructor(
    readonly name: string,
    readonly factory: IDBFactory = indexedDB,
  ) {}

  async get(entity: string, record: string): Promise<KeptDraft | null> {
    const found = await this.#run<KeptDraft | undefined>("readonly", (store) => store.get([entity, record]));
    return found ?? null;
  }

  /** Those of one entity's records. */
  async of(entity: string): Promise<KeptDraft[]> {
    const all = await this.#run<KeptDraft[]>("readonly", (store) => store.getAll());
    return all.filter((kept) => kept.entity === entity);
  }

  async put(kept: KeptDraft): Promise<void> {
    await this.#run("readwrite", (store) => store.put(kept));
  }

  async delete(entity: string, record: string): Promise<void> {
    await this.#run("readwrite", (store) => store.delete([entity, record]));
  }

  /** Once more when the connection turns out to be lost: a phone that woke up, an eviction. */
  async #run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    try {
      return await this.#once(mode, work);
    } catch (error) {
      if ((error as Partial<DOMException> | null)?.name !== "InvalidStateError") throw error;
      this.#opening = null;
      return this.#once(mode, work);
    }
  }

  async #once<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    this.#opening ??= this.#open();
    const database = await this.#opening;
    return new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error ?? new Error("The draft was not kept."));
    });
  }

  #open(): Promise<IDBDatabase> {
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const request = this.factory.open(this.name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["entity", "record"] });
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        const drop = () => {
          database.close();
          this.#opening = null;
        };
        // The person signs out, here or in another tab: the database is deleted.
        database.onversionchange = drop;
        database.onclose = drop;
        resolve(database);
      };
    });
    opening.catch(() => {
      this.#opening = null;
    });
    return opening;
  }
}
