/**
 * One at a time over all tabs (Q2). A frozen tab keeps its Web Lock: who waits and hears nothing from the holder for a
 * while takes it over. Nothing depends on a lock for its safety; for syncs that is the store's compare-and-set.
 */

import type { Clock, Locks } from "../ports";
import { ClientError, HaversackError } from "../protocol/errors";

export class TabLock {
  private waiting: (() => void) | null = null;
  private abandon: ((reason: HaversackError) => void) | null = null;

  constructor(
    private readonly locks: Locks,
    private readonly clock: Clock,
    private readonly name: string,
    /** Milliseconds of silence after which the holder counts as frozen. */
    private readonly patience: number,
  ) {}

  /** A sign of life of the holder, which is another tab. */
  heard(): void {
    this.waiting?.();
  }

  /** Who waits for the lock waits no longer: `run` rejects with this. Does nothing once it is held. */
  giveUp(reason: HaversackError): void {
    this.abandon?.(reason);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    let held = false;
    const impatience = new AbortController();
    const arm = () => this.clock.after(this.patience, () => impatience.abort());
    let cancel = arm();
    this.waiting = () => {
      cancel();
      cancel = arm();
    };
    this.abandon = (reason) => impatience.abort(reason);
    const hold = () => {
      held = true;
      cancel();
      this.waiting = null;
      this.abandon = null;
      return work();
    };
    try {
      return await this.locks.request(this.name, { signal: impatience.signal }, hold);
    } catch (error) {
      if (held) throw stolen(error);
      if (!impatience.signal.aborted || impatience.signal.reason instanceof HaversackError) throw error;
    } finally {
      cancel();
    }
    try {
      return await this.locks.request(this.name, { steal: true }, hold);
    } catch (error) {
      throw stolen(error);
    }
  }
}

/** The browser says AbortError to a holder whose lock was taken over. */
function stolen(error: unknown): unknown {
  return error instanceof DOMException && error.name === "AbortError" ? new ClientError("superseded", error) : error;
}
