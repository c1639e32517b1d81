/** What is typed into a form, until it is saved: kept as a draft, put back, or given up; and what is said of that. */
import type { LitElement, ReactiveController } from "lit";
import { Live } from "../data/live";
import { markUnsaved } from "../data/unsaved";
import { note } from "../note";
import { type Draft, draftOf, type Filling, isDirty } from "./filling";
import type { Keeping } from "./keeping";
import type { Opened } from "./opening";
import { f } from "./texts";

interface Host extends LitElement {
  readonly filling: Filling | null | undefined;
  /** Reads the record and its draft again. */
  reload(): Promise<void>;
}

export class Drafting implements ReactiveController {
  /** When what was put back was typed, ISO 8601; `null` where nothing was. */
  restored: string | null = null;
  /** Whether what is typed now is on the device. */
  kept: boolean | "failed" | null = null;
  /** Saved, given up, or left: what stands in the form is no more than what is shown. */
  isOver = false;
  #keeping: Keeping | null = null;
  #path: string | null = null;

  constructor(readonly host: Host) {
    host.addController(this);
    new Live(host, {
      statechange: ({ user }) => {
        // The person left, in this tab or another: what they typed goes with them (S2).
        if (this.#keeping && user?.key !== this.#keeping.user) this.#abandon();
      },
    });
  }

  hostConnected(): void {
    this.isOver = false;
    addEventListener("pagehide", this.#flush);
    document.addEventListener("visibilitychange", this.#flush);
  }

  hostDisconnected(): void {
    removeEventListener("pagehide", this.#flush);
    document.removeEventListener("visibilitychange", this.#flush);
    this.leave();
  }

  /** Another record is going to be in the form. */
  reset(): void {
    this.leave();
    this.isOver = false;
    this.restored = null;
    this.kept = null;
  }

  /** `path`: the address at which somebody goes on with it; `null` where it has none of its own. */
  begin({ filling, keeping, draft }: Opened, path: string | null): void {
    this.#keeping = keeping;
    this.#path = path;
    const dirty = isDirty(filling);
    if (draft !== null && dirty) {
      this.restored = draft.at;
      this.kept = true;
    }
    markUnsaved(this.host, dirty);
  }

  /** Something was typed, or taken back. */
  edited(filling: Filling): void {
    const dirty = isDirty(filling);
    this.#keeping?.changed(dirty ? draftOf(filling) : null);
    if (!dirty) this.restored = null;
    markUnsaved(this.host, dirty);
  }

  /** As `Keeping` tells it. */
  told = (kept: boolean | "failed"): void => {
    this.kept = kept;
    this.host.requestUpdate();
  };

  /** It is going to be put back into other fields. */
  async setAside(): Promise<void> {
    await this.#keeping?.flush();
    this.isOver = true;
  }

  /** It was saved. */
  async finish(): Promise<void> {
    this.#end();
    await this.#keeping?.drop();
  }

  /** Given up, but not gone before there was a chance to take it back. */
  giveUp(filling: Filling): void {
    const draft = draftOf(filling);
    const keeping = this.#keeping;
    void this.finish();
    const path = this.#path;
    note({ text: f("discarded"), action: { label: f("undo"), run: () => this.#bringBack(keeping, draft, path) } });
  }

  /** It is left with what was typed in it: that is kept, and said. */
  leave(): void {
    const { filling } = this.host;
    const path = this.#path;
    markUnsaved(this.host, false);
    if (!filling || this.isOver || !isDirty(filling)) return;
    this.isOver = true;
    void this.#keeping?.flush();
    note({
      text: f("draftKept"),
      ...(path !== null && { action: { label: f("draftGoOn"), run: () => open(path) } }),
    });
  }

  async #bringBack(keeping: Keeping | null, draft: Draft, path: string | null): Promise<void> {
    await keeping?.restore(draft);
    if (path === null) return;
    if (!this.host.isConnected) return open(path);
    this.isOver = true;
    await this.host.reload();
  }

  #abandon(): void {
    this.#keeping?.stop();
    this.#end();
  }

  #end(): void {
    this.isOver = true;
    markUnsaved(this.host, false);
  }

  #flush = (): void => void this.#keeping?.flush();
}

/** Goes to an address of the app. */
function open(path: string): void {
  dispatchEvent(new CustomEvent("hv-open", { detail: path }));
}
