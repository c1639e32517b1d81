/**
 * One person's side of the engine: their store, their queue, what is known of their syncs. When somebody else signs
 * in, all of it is let go at once, and nothing of it can be reached from the next person's.
 */

import type { SyncError, SyncProgress, SyncResult, User } from "../api";
import type { Ports } from "../ports";
import { asHaversackError, ClientError, type HaversackError, needsSignIn } from "../protocol/errors";
import { Tables } from "../query/tables";
import type { Store } from "../store/store";
import type { Account } from "./account";
import { Chain } from "./chain";
import type { Emit, TabMessage } from "./events";
import type { Limits } from "./limits";
import { TabLock } from "./lock";
import type { Job } from "./plan";
import { SyncQueue } from "./queue";
import type { Server } from "./server";
import { sync } from "./sync";
import { Watchdog } from "./watchdog";

export class Person {
  readonly store: Store;
  readonly tables: Tables;
  readonly queue: SyncQueue;
  /** The sync that runs now, in this tab or another. */
  syncing: SyncProgress | null = null;
  lastError: SyncError | null = null;
  sessionExpired = false;

  private readonly lock: TabLock;
  private readonly chain: Chain;
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
    this.chain = new Chain(ports.clock);
    this.lock = new TabLock(ports.locks, ports.clock, `haversack/${app}/${user.key}/sync`, limits.patience);
  }

  /** Ends what runs, drops what waits, and closes the store. */
  leave(): void {
    this.left = true;
    this.forgetRemote();
    this.queue.discard();
    this.watchdog?.abort(new ClientError("closed"));
    this.store.close();
  }

  /** What another tab says of its sync; with `lastError` (`null` for none) it is over. */
  heard(syncing: SyncProgress | null, lastError?: SyncError | null): void {
    this.lock.heard();
    this.syncing = syncing;
    if (lastError !== undefined) this.learn(lastError);
    if (lastError === null) this.chain.completed();
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
    if (!this.chain.admits(job)) return this.fail(job, new ClientError("sync_loop"));
    const applied: { received: Record<string, number> | null } = { received: null };
    try {
      const filesError = await this.lock.run(() => this.runLocked(job, applied));
      return this.complete(job, applied.received ?? {}, filesError);
    } catch (thrown) {
      this.chain.failed();
      // Whoever lost the lock may still be at it.
      this.watchdog?.abort(thrown);
      const error = asHaversackError(thrown);
      // Rows that can be read are no failed sync, whatever became of the files after them.
      const { received } = applied;
      return received === null || this.left ? this.fail(job, error) : this.complete(job, received, error);
    }
  }

  private async runLocked(
    job: Job,
    applied: { received: Record<string, number> | null },
  ): Promise<HaversackError | null> {
    const { context, trigger } = job;
    const { store, server, limits, user } = this;
    if (this.left) throw new ClientError("closed");
    const watchdog = new Watchdog(this.ports.clock, limits.progress);
    this.watchdog = watchdog;
    this.emit("syncstart", { context, trigger });
    const rest = this.beat();
    const work = async () => {
      if (!isAnonymous(user)) {
        // Another tab may be signing in, or frozen while it does.
        watchdog.touch(limits.patience + limits.progress);
        await this.account.tellServer();
        watchdog.touch();
      }
      return sync(job, {
        ...{ store, server, watchdog, limits, clock: this.ports.clock, user: user.key },
        progress: (phase, done, total) => {
          if (!watchdog.signal.aborted) this.progress({ context, phase, done, total });
        },
        applied: (received) => {
          applied.received = received;
          const entities = Object.keys(received);
          if (entities.length > 0) this.emit("datachange", { entities });
          this.emit("statechange");
        },
      });
    };
    return watchdog.guard(work).finally(rest);
  }

  /**
   * Tells the other tabs now and then that this one lives, however slow its sync: a frozen tab's timers stand still, so
   * who hears nothing may take the lock over. Returns what ends it.
   */
  private beat(): () => void {
    const { clock, channel } = this.ports;
    let cancel: () => void = () => undefined;
    const plan = () => {
      cancel = clock.after(this.limits.beat, () => {
        channel.post({ kind: "alive", user: this.user.key, syncing: this.syncing } satisfies TabMessage);
        plan();
      });
    };
    plan();
    return () => cancel();
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

  private complete(job: Job, received: Record<string, number>, filesError: HaversackError | null): SyncResult {
    const { context, trigger } = job;
    const error = filesError?.toJSON() ?? null;
    const result: SyncResult = { status: "complete", context, received };
    if (error !== null) result.error = error;
    this.chain.completed();
    this.end(error);
    this.emit("synccomplete", { ...result, trigger });
    return result;
  }

  private fail({ context, trigger }: Job, thrown: HaversackError): SyncResult {
    const error = thrown.toJSON();
    this.end(error);
    this.emit("syncerror", { context, trigger, error });
    return { status: "error", context, received: {}, error };
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
