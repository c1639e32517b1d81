/** How long a download still takes, as far as that can be known. Pure: the clock comes with each measurement. */

/** Milliseconds looked back upon: what was faster or slower earlier says little of what comes. */
const MEMORY = 15_000;
/** Measured for less time, an estimate would jump about. */
const PATIENCE = 3_000;

export class Remaining {
  #points: { at: number; done: number }[] = [];

  /** `done` of `total` at the moment `now`, in milliseconds. */
  note(done: number, total: number, now: number): void {
    const last = this.#points.at(-1);
    // Another phase, or another try.
    if (last && done < last.done) this.#points = [];
    this.#points.push({ at: now, done });
    while (this.#points.length > 2 && now - (this.#points[1]?.at ?? now) > MEMORY) this.#points.shift();
    this.#total = total;
  }

  /** Seconds, `null` while nothing can be said. */
  get seconds(): number | null {
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    if (!first || !last || last.at - first.at < PATIENCE || last.done <= first.done) return null;
    return ((this.#total - last.done) * (last.at - first.at)) / (last.done - first.done) / 1000;
  }

  #total = 0;
}
