import type { Clock } from "../ports";

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 31, 9, 30);
  private timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
    const due = this.timers.filter((timer) => timer.at <= this.time).sort((a, b) => a.at - b.at);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.callback();
  }

  /** How many callbacks are still to come. */
  get waiting(): number {
    return this.timers.length;
  }
}
