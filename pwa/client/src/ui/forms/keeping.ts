/** Keeps what is typed into one form as a draft: soon after it was typed, and at once when the page may go. */
import { deleteDrafts, draftsDatabase } from "../../store/drafts";
import { Drafts, type KeptDraft } from "./drafts";
import type { Draft } from "./filling";

/** Milliseconds without another key before it is kept. */
const PAUSE = 250;

const opened = new Map<string, Drafts>();

function draftsOf(user: string): Drafts {
  const name = draftsDatabase(window.offline.config.app, user);
  const drafts = opened.get(name) ?? new Drafts(name);
  opened.set(name, drafts);
  return drafts;
}

export class Keeping {
  #timer = 0;
  #pending: Draft | null = null;
  #writing: Promise<void> = Promise.resolve();
  readonly #drafts: Drafts;

  /** `record`: the address below the entity's, which says what it is a draft of. */
  constructor(
    readonly user: string,
    readonly entity: string,
    readonly record: string,
    /** Whether what was typed last is on the device; `failed` where it cannot be. */
    readonly told: (kept: boolean | "failed") => void,
  ) {
    this.#drafts = draftsOf(user);
  }

  async find(): Promise<KeptDraft | null> {
    return this.#drafts.get(this.entity, this.record).catch(() => null);
  }

  /** Those of other records of the entity: one that was made here has another address since the server knows it. */
  async others(): Promise<KeptDraft[]> {
    const all = await this.#drafts.of(this.entity).catch(() => []);
    return all.filter(({ record }) => record !== this.record);
  }

  /** The draft of another address is of this record. */
  async adopt(kept: KeptDraft): Promise<void> {
    await this.#drafts.put({ ...kept, record: this.record });
    await this.#drafts.delete(this.entity, kept.record);
  }

  /** `null`: nothing is typed any more. */
  changed(draft: Draft | null): void {
    clearTimeout(this.#timer);
    if (draft === null) {
      this.#pending = null;
      void this.drop();
      return;
    }
    this.#pending = draft;
    this.told(false);
    this.#timer = window.setTimeout(() => void this.flush(), PAUSE);
  }

  /** Keeps what is not kept yet, now. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    const draft = this.#pending;
    this.#pending = null;
    if (draft !== null) this.#writing = this.#writing.then(() => this.#put(draft));
    return this.#writing;
  }

  /** Nothing more is kept: whose it is has left. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#pending = null;
  }

  /** It was saved, or given up. */
  drop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    this.#writing = this.#writing.then(() => this.#drafts.delete(this.entity, this.record).catch(() => undefined));
    return this.#writing;
  }

  /** Undoes `drop`. */
  async restore(draft: Draft): Promise<void> {
    this.#pending = draft;
    await this.flush();
  }

  async #put(draft: Draft): Promise<void> {
    const { entity, record } = this;
    try {
      await this.#drafts.put({ entity, record, draft, at: new Date().toISOString() });
      this.told(true);
      // Somebody who signed out in another tab meanwhile leaves nothing (S2).
      const { user } = await window.offline.state();
      if (user?.key !== this.user) await deleteDrafts(window.offline.config.app, this.user);
    } catch {
      this.told("failed");
    }
  }
}
