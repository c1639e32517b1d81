/** Does again, until it succeeds, what nobody waits for: soon at first, then less and less often. */

import type { Clock } from "../ports";

const FIRST = 30_000;
const LONGEST = 3_600_000;

export class Reminder {
  private delay = FIRST;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    /** Rejects when it is to be tried again. */
    private readonly work: () => Promise<void>,
  ) {}

  /** Tries at once, and plans the next attempt when that fails. Never rejects. */
  async now(): Promise<void> {
    this.cancel();
    try {
      await this.work();
      this.delay = FIRST;
    } catch {
      // Somebody else may have asked meanwhile: one attempt is planned at a time.
      this.cancel();
      this.cancel = this.clock.after(this.delay, () => void this.now());
      this.delay = Math.min(this.delay * 2, LONGEST);
    }
  }
}
