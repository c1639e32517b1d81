/** A connection to one IndexedDB database, which browsers drop when they like. */

import { deleteDB, type IDBPDatabase, type OpenDBCallbacks, openDB, unwrap } from "idb";

import { asHaversackError, ClientError, HaversackError } from "../protocol/errors";

export class Connection<Schema> {
  private opening: Promise<IDBPDatabase<Schema>> | null = null;
  private closed = false;

  constructor(
    readonly name: string,
    private readonly version: number,
    private readonly upgrade: NonNullable<OpenDBCallbacks<Schema>["upgrade"]>,
  ) {}

  /**
   * Runs work that is one transaction. When the connection turns out to be lost (a phone that woke up, an eviction),
   * the database is opened anew and the work runs once more: a lost connection has not committed.
   */
  async use<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    let db: IDBDatabase | null = null;
    try {
      try {
        const opened = await this.open();
        db = unwrap(opened);
        return await work(opened);
      } catch (error) {
        if (!isLost(error, db)) throw error;
        this.drop();
        return await work(await this.open());
      }
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Whether it was let go for good, here or by a deletion somewhere else. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Lets go for good. */
  close(): void {
    this.closed = true;
    this.drop();
  }

  /** Deletes the database. Resolves also when a frozen tab still holds it: the browser deletes it after that. */
  async delete(): Promise<void> {
    this.close();
    try {
      await new Promise<void>((resolve, reject) => {
        deleteDB(this.name, { blocked: () => resolve() }).then(resolve, reject);
      });
    } catch (error) {
      throw storageError(error);
    }
  }

  private open(): Promise<IDBPDatabase<Schema>> {
    if (this.closed) return Promise.reject(new ClientError("closed"));
    if (this.opening === null) {
      const opening = openDB<Schema>(this.name, this.version, {
        upgrade: this.upgrade,
        terminated: () => this.forget(opening),
      });
      this.opening = opening;
      opening.then(
        (db) => {
          db.onversionchange = (event) => {
            // Deletion means that the person signed out: opening it again would bring an empty database back.
            if (event.newVersion === null) this.close();
            else this.drop();
          };
          if (this.closed) db.close();
        },
        () => this.forget(opening),
      );
    }
    return this.opening;
  }

  private forget(opening: Promise<IDBPDatabase<Schema>>): void {
    if (this.opening === opening) this.opening = null;
  }

  private drop(): void {
    const opening = this.opening;
    this.opening = null;
    opening?.then(
      (db) => db.close(),
      () => undefined,
    );
  }
}

function isLost(error: unknown, db: IDBDatabase | null): boolean {
  if (!(error instanceof Error)) return false;
  // InvalidStateError: the connection is closing. UnknownError: Safari, "Connection to Indexed Database server lost".
  if (error.name === "InvalidStateError" || error.name === "UnknownError") return true;
  // What runs while the browser closes a connection by force is aborted; other aborts are somebody's decision.
  const aborted = error.name === "AbortError" || error.name === "TransactionInactiveError";
  return aborted && db !== null && isClosing(db);
}

/** There is no property that says so; a closing connection refuses new transactions. */
function isClosing(db: IDBDatabase): boolean {
  try {
    db.transaction([...db.objectStoreNames]);
    return false;
  } catch (error) {
    return error instanceof Error && error.name === "InvalidStateError";
  }
}

/** An error of IndexedDB, as one of ours. */
export function storageError(error: unknown): HaversackError {
  if (error instanceof HaversackError) return error;
  if (error instanceof Error && error.name === "QuotaExceededError") return new ClientError("quota", error);
  if (error instanceof DOMException) return new ClientError("storage", error);
  return asHaversackError(error);
}
