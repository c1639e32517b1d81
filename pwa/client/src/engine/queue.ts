/** The queue of syncs (Q1): one after another; equal ones that wait are one. */

import type { SyncResult } from "../api";
import type { Job } from "./plan";

interface Waiting {
  job: Job;
  promise: Promise<SyncResult>;
  settle(result: SyncResult): void;
}

export class SyncQueue {
  private waiting: Waiting[] = [];
  private running = false;

  /** `run` never rejects: what went wrong is in its result. */
  constructor(private readonly run: (job: Job) => Promise<SyncResult>) {}

  push(job: Job): Promise<SyncResult> {
    const same = this.waiting.find((waiting) => isSame(waiting.job, job));
    if (same !== undefined) {
      if (job.pressed) same.job = { ...same.job, pressed: true };
      return same.promise;
    }
    let settle: Waiting["settle"] = () => undefined;
    const promise = new Promise<SyncResult>((resolve) => {
      settle = resolve;
    });
    this.waiting.push({ job, promise, settle });
    void this.drain();
    return promise;
  }

  /** Drops what has not begun. */
  discard(): void {
    for (const { job, settle } of this.waiting.splice(0)) {
      settle({ status: "discarded", context: job.context, received: {} });
    }
  }

  private async drain(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      next.settle(await this.run(next.job));
    }
    this.running = false;
  }
}

function isSame(a: Job, b: Job): boolean {
  return a.context === b.context && String(a.entities ?? "") === String(b.entities ?? "");
}
