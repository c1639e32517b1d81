/** The time limit of work that may be long but must not stand still (Q1). */

import type { Clock } from "../ports";
import { ClientError, type HaversackError } from "../protocol/errors";

export class Watchdog {
  private readonly controller = new AbortController();
  private cancel: () => void;
  /** Whose fault it is when there is no progress; read when the limit is reached. */
  blame: () => HaversackError = () => new ClientError("timeout");

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
  ) {
    this.cancel = this.arm();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** There was progress: the limit, or another one for what comes next, counts from now. */
  touch(limit = this.limit): void {
    this.cancel();
    if (!this.signal.aborted) this.cancel = this.arm(limit);
  }

  abort(reason: unknown): void {
    this.cancel();
    this.controller.abort(reason);
  }

  /** Runs work until it is done or aborted, whichever is first: also work that does not listen to the signal. */
  async guard<T>(work: (watchdog: Watchdog) => Promise<T>): Promise<T> {
    let stop: () => void = () => undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(this.signal.reason);
      this.signal.addEventListener("abort", stop);
    });
    try {
      if (this.signal.aborted) throw this.signal.reason;
      return await Promise.race([work(this), aborted]);
    } finally {
      this.cancel();
      this.signal.removeEventListener("abort", stop);
    }
  }

  private arm(limit = this.limit): () => void {
    return this.clock.after(limit, () => this.controller.abort(this.blame()));
  }
}
