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

/** A tab's view of a clock: when the tab is closed, nothing calls it back any more. */
export class TabClock implements Clock {
  private readonly timers = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  after(milliseconds: number, callback: () => void): () => void {
    const stop = this.clock.after(milliseconds, () => {
      this.timers.delete(stop);
      callback();
    });
    this.timers.add(stop);
    return () => {
      this.timers.delete(stop);
      stop();
    };
  }

  close(): void {
    for (const stop of this.timers) stop();
    this.after = () => () => undefined;
  }
}
