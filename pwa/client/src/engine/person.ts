/**
 * One person's side of the engine: their store, their queue, what is known of their syncs. When somebody else signs
 * in, all of it is let go at once, and nothing of it can be reached from the next person's.
 */

import type { SyncError, SyncProgress, SyncResult, User } from "../api";
import type { Ports } from "../ports";
import { asHaversackError, ClientError, needsSignIn } from "../protocol/errors";
import { Tables } from "../query/tables";
import type { Store } from "../store/store";
import type { Account } from "./account";
import type { Emit } from "./events";
import { SyncLock } from "./lock";
import type { Job } from "./plan";
import { SyncQueue } from "./queue";
import type { Server } from "./server";
import { sync } from "./sync";
import { Watchdog } from "./watchdog";

export interface Limits {
  /** Milliseconds without progress after which a sync is given up. */
  progress: number;
  /** Milliseconds of silence after which a tab that holds the lock counts as frozen. */
  patience: number;
}

export class Person {
  readonly store: Store;
  readonly tables: Tables;
  readonly queue: SyncQueue;
  /** The sync that runs now, in this tab or another. */
  syncing: SyncProgress | null = null;
  lastError: SyncError | null = null;
  sessionExpired = false;

  private readonly lock: SyncLock;
  private watchdog: Watchdog | null = null;
  private left = false;
  private forgetRemote: () => void = () => undefined;

  constructor(
    readonly user: User,
    app: string,
    private readonly ports: Ports,
    private readonly server: Server,
    private readonly account: Account,
    private readonly limits: Limits,
    private readonly tell: Emit,
  ) {
    this.store = ports.stores.user(app, user.key);
    this.tables = new Tables(this.store);
    this.queue = new SyncQueue((job) => this.run(job));
    this.lock = new SyncLock(ports.locks, ports.clock, `haversack/${app}/${user.key}/sync`, limits.patience);
  }

  /** Ends what runs, drops what waits, and closes the store. */
  leave(): void {
    this.left = true;
    this.forgetRemote();
    this.queue.discard();
    this.watchdog?.abort(new ClientError("closed"));
    this.store.close();
  }

  /** What another tab says of its sync. */
  heard(syncing: SyncProgress | null, lastError?: SyncError | null): void {
    this.lock.heard();
    this.syncing = syncing;
    if (lastError !== undefined) this.learn(lastError);
    this.forgetRemote();
    // A tab that is closed in the middle of its sync says no more.
    this.forgetRemote =
      syncing === null
        ? () => undefined
        : this.ports.clock.after(this.limits.patience, () => {
            this.syncing = null;
            this.emit("statechange");
          });
  }

  private async run(job: Job): Promise<SyncResult> {
    const { context, trigger } = job;
    try {
      const outcome = await this.lock.run(() => this.runLocked(job));
      const filesError = outcome.filesError?.toJSON() ?? null;
      const result: SyncResult = { status: "complete", context, received: outcome.received };
      if (filesError !== null) result.error = filesError;
      this.end(filesError);
      this.emit("synccomplete", { ...result, trigger });
      return result;
    } catch (thrown) {
      const error = asHaversackError(thrown).toJSON();
      // Whoever lost the lock may still be at it.
      this.watchdog?.abort(thrown);
      this.end(error);
      this.emit("syncerror", { context, trigger, error });
      return { status: "error", context, received: {}, error };
    }
  }

  private async runLocked(job: Job): Promise<Awaited<ReturnType<typeof sync>>> {
    const { context, trigger } = job;
    if (this.left) throw new ClientError("closed");
    const watchdog = new Watchdog(this.ports.clock, this.limits.progress);
    this.watchdog = watchdog;
    this.emit("syncstart", { context, trigger });
    return watchdog.guard(async () => {
      if (!isAnonymous(this.user)) await this.account.tellServer();
      return sync(job, {
        store: this.store,
        server: this.server,
        clock: this.ports.clock,
        user: this.user.key,
        watchdog,
        progress: (phase, done, total) => {
          if (!watchdog.signal.aborted) this.progress({ context, phase, done, total });
        },
        applied: (entities) => {
          if (entities.length > 0) this.emit("datachange", { entities });
          this.emit("statechange");
        },
      });
    });
  }

  /** Nothing is said of somebody who has left. */
  private readonly emit: Emit = (...event) => {
    if (!this.left) this.tell(...event);
  };

  private progress(progress: SyncProgress): void {
    this.watchdog?.touch();
    const turned = this.syncing?.phase !== progress.phase;
    this.syncing = progress;
    this.emit("syncprogress", progress);
    if (turned) this.emit("statechange");
  }

  private end(error: SyncError | null): void {
    this.syncing = null;
    this.watchdog = null;
    this.learn(error);
    this.emit("statechange");
  }

  private learn(error: SyncError | null): void {
    this.lastError = error;
    if (error === null) this.sessionExpired = false;
    else if (needsSignIn(error) && !isAnonymous(this.user)) this.sessionExpired = true;
  }
}

export function isAnonymous(user: User): boolean {
  return user.key === "anonymous";
}
