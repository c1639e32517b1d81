/** The changes of this device, read again whenever any of them may be another: by this tab, another, or a sync. */
import type { LitElement, ReactiveController } from "lit";
import type { Conflict, PendingChange } from "../../api";
import { Live } from "./live";

export class Pending implements ReactiveController {
  /** Oldest first; `null` until they are read. */
  all: PendingChange[] | null = null;
  conflicts: Conflict[] = [];
  failed = false;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(readonly host: LitElement) {
    host.addController(this);
    const read = () => void this.read();
    new Live(host, { datachange: read, statechange: read });
  }

  hostConnected(): void {
    void this.read();
  }

  /** One reading at a time: while states come by the dozen the last one counts. */
  read(): Promise<void> {
    if (this.#reading) this.#again = true;
    else {
      this.#reading = this.#read().finally(() => {
        this.#reading = null;
        if (this.#again) {
          this.#again = false;
          return this.read();
        }
        return undefined;
      });
    }
    return this.#reading ?? Promise.resolve();
  }

  async #read(): Promise<void> {
    try {
      const { offline } = window;
      const [all, conflicts] = await Promise.all([offline.pending(), offline.conflicts()]);
      this.all = all.filter(({ state }) => state !== "sent");
      this.conflicts = conflicts;
      this.failed = false;
    } catch {
      // Closed with the person who left, or unreadable: what was shown stays.
      this.failed = this.all === null;
    }
    this.host.requestUpdate();
  }
}
