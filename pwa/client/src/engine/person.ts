/**
 * One person's side of the engine: their store, their queue, what is known of their syncs. When somebody else signs
 * in, all of it is let go at once, and nothing of it can be reached from the next person's.
 */

import type { SyncError, SyncProgress, SyncResult, User } from "../api";
import { KeptBook } from "../outbox/kept";
import { Outbox } from "../outbox/outbox";
import type { OutboxWorld } from "../outbox/types";
import { Writing } from "../outbox/writing";
import type { Ports } from "../ports";
import { asHaversackError, ClientError, type HaversackError, needsSignIn } from "../protocol/errors";
import { Preview } from "../query/preview";
import { Tables } from "../query/tables";
import type { Check, Store, StoredFile } from "../store/store";
import type { Account } from "./account";
import { Automatic } from "./automatic";
import { Chain } from "./chain";
import { type OnSyncModule, runOnSync } from "./custom";
import type { Emit, TabMessage } from "./events";
import type { Limits } from "./limits";
import { TabLock } from "./lock";
import { Pictures } from "./pictures";
import type { Job } from "./plan";
import type { Amounts } from "./progress";
import { speaker } from "./pull";
import { Push } from "./push";
import { type Entry, SyncQueue } from "./queue";
import type { FileSource, Server } from "./server";
import { sum, sync } from "./sync";
import { Watchdog } from "./watchdog";

/** What became of a job so far. */
interface Turn {
  /** Milliseconds since 1970; `null` while it waits for another tab. */
  began: number | null;
  /** What can be read since; `null` before. */
  received: Record<string, number> | null;
  check: Check | null;
  /** What became of changes. */
  push: Push | null;
  result: Promise<SyncResult> | null;
}

/** Milliseconds between two tellings of what has come of a first download. */
const PREVIEW_EVERY = 1500;

export class Person {
  readonly store: Store;
  readonly tables: Tables;
  readonly pictures: Pictures;
  readonly writing: Writing;
  readonly outbox: Outbox;
  readonly automatic: Automatic;
  /** The sync that runs now, in this tab or another. */
  syncing: SyncProgress | null = null;
  lastError: SyncError | null = null;
  sessionExpired = false;

  private readonly queue: SyncQueue;
  private readonly lock: TabLock;
  private readonly chain: Chain;
  private watchdog: Watchdog | null = null;
  /** Screens are to be told of what has come of a first download. */
  private cancelTelling: (() => void) | null = null;
  private readonly downloads = new Set<Watchdog>();
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
    /** The app's own, in place of the built-in sync; `null` where it has none. */
    private readonly onSync: OnSyncModule | null,
    isOnline: () => boolean,
  ) {
    this.store = ports.stores.user(app, user.key);
    this.tables = new Tables(this.store);
    this.queue = new SyncQueue(
      (entry) => this.run(entry),
      () => ports.clock.now(),
    );
    const local: OutboxWorld = {
      store: this.store,
      readBase: (entity, keys) => this.tables.readBase(entity, keys),
      kept: new KeptBook(),
      uuid: () => ports.uuid(),
      now: () => ports.clock.now(),
      changed: (entities) => {
        this.emit("datachange", { entities });
        this.emit("statechange");
      },
    };
    this.writing = new Writing(local);
    this.outbox = new Outbox(local);
    this.automatic = new Automatic({
      store: this.store,
      ports,
      firstSettings: () => server.settings,
      push: (job) => void this.push(job),
      maySend: () => isOnline() && !this.sessionExpired,
      hasUnsent: async () => (await this.store.outboxFigures()).unsent > 0,
      changed: () => this.emit("statechange"),
    });
    const download = (source: FileSource) => this.download(source);
    this.pictures = new Pictures({ store: this.store, clock: ports.clock, isOnline, download });
    this.chain = new Chain(ports.clock);
    this.lock = new TabLock(ports.locks, ports.clock, `haversack/${app}/${user.key}/sync`, limits.patience);
  }

  /** Queues a sync. Never rejects. */
  push(job: Job): Promise<SyncResult> {
    void this.automatic.asked(job);
    return this.queue.push(job);
  }

  /** Has an action performed on the server. @throws HaversackError. */
  async act(name: string, input: object): Promise<unknown> {
    const watchdog = new Watchdog(this.ports.clock, this.limits.connect);
    return watchdog.guard(async ({ signal }) => {
      if (!isAnonymous(this.user)) await this.account.tellServer();
      return this.server.act(name, input, speaker(await this.store.overview(), this.user.key), signal);
    });
  }

  /** Drops the syncs of this tab that have not begun. */
  discard(): void {
    const dropped = this.queue.discard();
    this.lock.giveUp(new ClientError("cancelled"));
    if (dropped.length > 0) void this.automatic.dropped(dropped);
  }

  /** Ends the sync that runs in this tab, and drops what waits or is to be tried again. */
  async cancel(): Promise<void> {
    this.discard();
    this.watchdog?.abort(new ClientError("cancelled"));
    await this.automatic.forget();
  }

  /** Ends what runs, drops what waits, and closes the store. */
  leave(): void {
    this.left = true;
    this.forgetRemote();
    this.automatic.stop();
    this.queue.discard();
    this.watchdog?.abort(new ClientError("closed"));
    for (const download of this.downloads) download.abort(new ClientError("closed"));
    this.store.close();
  }

  /**
   * Sets how many bytes pictures and files may take on this device; where that is more than it was, those that are
   * wanted now are fetched.
   */
  async setPictureBudget(bytes: number | null, isOnline: boolean): Promise<void> {
    const isMore = await this.store.setFileBudget(bytes);
    this.emit("statechange");
    if (isMore && isOnline) {
      void this.push({ context: "", trigger: "manual", pressed: true, filesOnly: true });
    }
  }

  /** One file, outside of a sync. */
  private async download(source: FileSource): Promise<StoredFile> {
    const watchdog = new Watchdog(this.ports.clock, this.limits.progress);
    this.downloads.add(watchdog);
    try {
      const now = speaker(await this.store.overview(), this.user.key);
      return await watchdog.guard(({ signal }) => this.server.file(source, now, signal, () => watchdog.touch()));
    } finally {
      this.downloads.delete(watchdog);
    }
  }

  /** What another tab says of its sync; with `lastError` (`null` for none) it is over. */
  heard(syncing: SyncProgress | null, lastError?: SyncError | null): void {
    this.lock.heard();
    this.syncing = syncing;
    if (lastError !== undefined) this.learn(lastError);
    if (lastError === null) this.chain.completed();
    if (lastError !== undefined) this.lookAhead();
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

  private async run(entry: Entry): Promise<SyncResult> {
    if (!this.chain.admits(entry.job)) {
      void this.automatic.dropped([entry.job]);
      return this.fail(entry.job, new ClientError("sync_loop"));
    }
    const turn: Turn = { began: null, received: null, check: null, push: null, result: null };
    try {
      return await this.lock.run(async () => {
        const skipped = await this.skips(entry);
        if (skipped !== null) return skipped;
        entry.open = false;
        turn.began = this.ports.clock.now();
        return this.settle(entry.job, turn, await this.runLocked(entry.job, turn).catch(asHaversackError));
      });
    } catch (thrown) {
      // Whoever lost the lock may still be at it.
      this.watchdog?.abort(thrown);
      return this.settle(entry.job, turn, asHaversackError(thrown));
    }
  }

  /** The result of what starts by itself and is not wanted any more: another tab has done the same, say. */
  private async skips({ job, asked }: Entry): Promise<SyncResult | null> {
    if (job.trigger === "manual") return null;
    const verdict = await this.automatic.judge(job, asked);
    if (verdict === "run") return null;
    const isDone = verdict === "done";
    await (isDone ? this.automatic.dropped([job]) : this.automatic.postponed(job));
    this.lookAhead();
    const result = { context: job.context, received: {} };
    return isDone ? { status: "complete", ...result } : { status: "error", ...result, error: verdict };
  }

  /** Returns why not all files came; the rows did. */
  private async runLocked(job: Job, turn: Turn): Promise<HaversackError | null> {
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
      const preview = this.newPreview();
      this.tables.preview = preview;
      const push = new Push(this.outbox, async () => (await store.outboxFigures()).unsent);
      turn.push = push;
      const world = {
        ...{ preview, push },
        ...{ store, server, watchdog, limits, clock: this.ports.clock, sha256: this.ports.sha256, user: user.key },
        progress: (phase: SyncProgress["phase"], done: number, total: number) => {
          if (!watchdog.signal.aborted) this.progress({ context, phase, done, total, bytes: 0, totalBytes: 0 });
        },
        amounts: (amounts: Amounts) => {
          if (!watchdog.signal.aborted) this.progress({ context, phase: "rows", ...amounts });
        },
        storeBlocks: (entity: string, progress: () => void) => this.tables.storeBlocks(entity, progress),
      };
      const { onSync } = this;
      if (onSync === null || job.filesOnly || job.check || job.entities !== undefined) {
        const applied = (received: Record<string, number>) => {
          turn.received = sum(turn.received ?? {}, received);
          this.applied(received, push);
        };
        const outcome = await sync(job, { ...world, applied });
        turn.check = outcome.check;
        return outcome.error;
      }
      // It has failed when the app's code has, whatever rows came before.
      const { received, check, error } = await runOnSync(onSync, job, {
        ...world,
        applied: (now) => this.applied(now, push),
        tables: this.tables,
        network: this.ports.network,
        act: async (name, input) => {
          watchdog.touch(limits.connect);
          return server.act(name, input, speaker(await store.overview(), user.key), watchdog.signal);
        },
      });
      turn.received = received;
      turn.check = check;
      return error;
    };
    return watchdog.guard(work).finally(() => {
      rest();
      this.endPreview();
    });
  }

  /** What comes of a first download can be looked at; screens are told now and then. */
  private newPreview(): Preview {
    const { clock } = this.ports;
    const waiting = new Set<string>();
    let told = clock.now();
    const tell = () => {
      this.cancelTelling = null;
      told = clock.now();
      this.emit("datachange", { entities: [...waiting] });
      this.emit("statechange");
      waiting.clear();
    };
    return new Preview(this.store, (entity) => {
      waiting.add(entity);
      // By a timer: after what came last the line may stand still.
      this.cancelTelling ??= clock.after(Math.max(told + PREVIEW_EVERY - clock.now(), 0), tell);
    });
  }

  private stopTelling(): void {
    this.cancelTelling?.();
    this.cancelTelling = null;
  }

  /** A download that failed shows nothing any more. */
  private endPreview(): void {
    this.stopTelling();
    const entities = Object.keys(this.tables.preview?.rows ?? {});
    this.tables.preview = null;
    if (entities.length > 0) this.emit("datachange", { entities });
  }

  /** Rows that have just come can be read, and what was changed here is the server's now. */
  private applied(received: Record<string, number>, push: Push): void {
    this.tables.preview?.end();
    this.stopTelling();
    const entities = [...new Set([...Object.keys(received), ...push.touched])];
    if (entities.length > 0) this.emit("datachange", { entities });
    this.emit("statechange");
  }

  /** What is due next may be another time now. */
  private lookAhead(): void {
    void this.automatic.look().catch(() => undefined);
  }

  /** Once for each turn, however it ends. */
  private settle(job: Job, turn: Turn, error: HaversackError | null): Promise<SyncResult> {
    turn.result ??= this.conclude(job, turn, error);
    return turn.result;
  }

  private async conclude(job: Job, turn: Turn, error: HaversackError | null): Promise<SyncResult> {
    const { automatic } = this;
    if (error?.code === "cancelled" && !this.left) {
      await automatic.dropped([job]);
      if (turn.began === null) return { status: "discarded", context: job.context, received: {} };
      return turn.received === null ? this.cancelled(job, error) : this.complete(job, turn, null);
    }
    // Changes that had no outcome are as good as not sent.
    const unsent = turn.push?.error ?? null;
    const reason = error ?? unsent;
    // Missing files are fetched by the next sync: if it may succeed, it is tried again as what failed is.
    const isWell = reason === null || (turn.received !== null && !reason.retry);
    await automatic.ended(job, isWell ? null : reason.toJSON(), turn.began ?? this.ports.clock.now());
    this.lookAhead();
    // Rows that can be read are no failed sync, whatever became of the files after them.
    const isComplete = unsent === null && turn.received !== null && !this.left;
    if (reason === null || isComplete) return this.complete(job, turn, error);
    this.chain.failed();
    return this.fail(job, reason, turn);
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

  private cancelled({ context, trigger }: Job, { message }: HaversackError): SyncResult {
    const error = { code: "cancelled", message, retry: false };
    this.rest();
    this.emit("syncerror", { context, trigger, error });
    this.emit("statechange");
    return { status: "cancelled", context, received: {} };
  }

  private complete(job: Job, turn: Turn, filesError: HaversackError | null): SyncResult {
    const { context, trigger } = job;
    const error = filesError?.toJSON() ?? null;
    const result: SyncResult = { status: "complete", context, received: turn.received ?? {}, ...pushedIn(turn) };
    if (turn.check !== null) result.check = turn.check;
    if (error !== null) result.error = error;
    this.chain.completed();
    this.end(error);
    this.emit("synccomplete", { ...result, trigger });
    return result;
  }

  private fail({ context, trigger }: Job, thrown: HaversackError, turn?: Turn): SyncResult {
    const error = thrown.toJSON();
    this.end(error);
    this.emit("syncerror", { context, trigger, error });
    const result: SyncResult = { status: "error", context, received: turn?.received ?? {}, error };
    if (turn?.check) result.check = turn.check;
    return { ...result, ...(turn && pushedIn(turn)) };
  }

  private rest(): void {
    this.syncing = null;
    this.watchdog = null;
  }

  private end(error: SyncError | null): void {
    this.rest();
    this.learn(error);
    this.emit("statechange");
  }

  private learn(error: SyncError | null): void {
    this.lastError = error;
    if (error === null) this.sessionExpired = false;
    else if (needsSignIn(error) && !isAnonymous(this.user)) this.sessionExpired = true;
  }
}

function pushedIn({ push }: Turn): Pick<SyncResult, "pushed"> {
  return push?.hasSent ? { pushed: { ...push.counts } } : {};
}

export function isAnonymous(user: User): boolean {
  return user.key === "anonymous";
}
