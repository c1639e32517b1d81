/** The queue of syncs (Q1): one after another; equal ones that have not begun are one. */

import type { SyncResult } from "../api";
import type { Job } from "./plan";
import { isSame } from "./retry";

/** A sync in the queue. */
export interface Entry {
  /** Others may have been merged into it until it begins. */
  job: Job;
  /** When it was asked for, milliseconds since 1970. */
  readonly asked: number;
  /** Until it begins or is dropped: at the head of the queue it may still wait for another tab. */
  open: boolean;
}

interface Waiting extends Entry {
  promise: Promise<SyncResult>;
  settle(result: SyncResult): void;
}

export class SyncQueue {
  private waiting: Waiting[] = [];
  private head: Waiting | null = null;

  constructor(
    /** Never rejects: what went wrong is in its result. */
    private readonly run: (entry: Entry) => Promise<SyncResult>,
    private readonly now: () => number,
  ) {}

  push(job: Job): Promise<SyncResult> {
    const mergeable = this.head?.open ? [this.head, ...this.waiting] : this.waiting;
    const same = mergeable.find((entry) => isSame(entry.job, job));
    if (same !== undefined) {
      same.job = merged(same.job, job);
      return same.promise;
    }
    let settle: Waiting["settle"] = () => undefined;
    const promise = new Promise<SyncResult>((resolve) => {
      settle = resolve;
    });
    this.waiting.push({ job, asked: this.now(), open: true, promise, settle });
    void this.drain();
    return promise;
  }

  /** Drops what waits, and returns it. The head, if it has not begun, is to be dropped by who runs it. */
  discard(): Job[] {
    if (this.head !== null) this.head.open = false;
    const dropped = this.waiting.splice(0);
    for (const { job, settle } of dropped) settle({ status: "discarded", context: job.context, received: {} });
    return dropped.map(({ job }) => job);
  }

  private async drain(): Promise<void> {
    if (this.head !== null) return;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.head = next;
      next.settle(await this.run(next));
    }
    this.head = null;
  }
}

/** What somebody asked for is not left out as what starts by itself may be; nor is what happened, as a retry may be. */
function merged(waiting: Job, job: Job): Job {
  const trigger = waiting.trigger === "retry" || job.trigger === "manual" ? job.trigger : waiting.trigger;
  const flags = {
    ...((waiting.pressed || job.pressed) && { pressed: true }),
    ...((waiting.check || job.check) && { check: true }),
  };
  return { ...waiting, trigger, ...flags };
}
