/**
 * Syncs that start each other without end (Q1): code that calls `onSync` whenever a sync is complete. What a person
 * starts is never counted, nor what starts by itself: a trigger of the app's settings has its own interval.
 */

import type { Clock } from "../ports";
import type { Job } from "./plan";

/** Runs of the same context, each begun by the end of the one before it, until the next is refused. */
const MOST = 5;
/** Milliseconds in which the end of a run has reached the page, and the page's answer the worker. */
const REACTION = 100;

export class Chain {
  private endedAt = Number.NEGATIVE_INFINITY;
  /** By context, how many of its runs followed on another without a pause. */
  private readonly counts = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether this run may begin now. */
  admits(job: Job): boolean {
    const follows = job.trigger === "manual" && !job.pressed && this.clock.now() - this.endedAt <= REACTION;
    if (!follows) this.counts.clear();
    const key = `${job.context} ${job.entities ?? ""}`;
    const count = (this.counts.get(key) ?? -1) + 1;
    this.counts.set(key, count);
    if (count <= MOST) return true;
    // Asking again at once is the same loop: it ends with a pause.
    this.completed();
    return false;
  }

  /** A run of this tab or another is complete. */
  completed(): void {
    this.endedAt = this.clock.now();
  }

  /** Trying again what failed is no loop. */
  failed(): void {
    this.endedAt = Number.NEGATIVE_INFINITY;
  }
}
