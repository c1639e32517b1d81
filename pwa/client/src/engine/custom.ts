/**
 * The app's own `onSync` in place of the built-in sync of everything in the context. It decides what is synced, and in
 * which order; how, remains the engine's affair. What it starts is one sync as far as anybody else can see.
 */

import type { OnSyncActions, OnSyncEntityApi, OnSyncInput, OnSyncResult } from "../api";
import { actionOf, byName, entityOf, syncedNames } from "../by-name";
import { _, translate } from "../language";
import type { Network } from "../ports";
import { asHaversackError, ClientError, type HaversackError, OnSyncError } from "../protocol/errors";
import type { Tables } from "../query/tables";
import { Calls, type Carried } from "./calls";
import { OwnPhases } from "./own-phases";
import type { Job } from "./plan";
import { isEverything } from "./retry";
import { compareWhenDue, type Outcome, type SyncWorld, sendRest, sum, sync } from "./sync";

export type OnSync = (input: OnSyncInput) => unknown;

/** Loads the module at most once at a time; what failed is loaded again. */
export class OnSyncModule {
  private attempts = 0;
  private loading: Promise<OnSync> | null = null;

  constructor(
    private readonly load: (url: string) => Promise<unknown>,
    private readonly url: string,
  ) {}

  /** @throws OnSyncError: there is no such module, or no function in it. */
  get(): Promise<OnSync> {
    this.loading ??= this.import().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  private async import(): Promise<OnSync> {
    // Browsers remember that a module failed to load, by its whole address; servers and caches see no fragment.
    const again = this.attempts++ > 0 ? `#${this.attempts}` : "";
    const module = await this.load(this.url + again).catch((error) => {
      throw new OnSyncError(translate(_("The app's own sync could not be loaded.")), error, true);
    });
    const onSync = (module as { default?: unknown }).default;
    if (typeof onSync !== "function")
      throw new OnSyncError(translate(_("The app's own sync has no function as its default export.")));
    return onSync as OnSync;
  }
}

/** What a sync needs, `applied` for each part of it, and what the app's code is given. */
export interface CustomWorld extends SyncWorld {
  tables: Tables;
  network: Network;
  /** Has an action performed on the server. */
  act(name: string, input: object): Promise<unknown>;
}

/**
 * @throws OnSyncError for what the app's code throws, and whatever a sync failed with that it did not catch. What was
 *   synced before stays.
 */
export async function runOnSync(
  module: OnSyncModule,
  job: Job,
  world: CustomWorld,
): Promise<Outcome & { received: Record<string, number> }> {
  const { watchdog, store, clock } = world;
  const run = new Run(job, world);
  watchdog.blame = () => new OnSyncError(translate(_("The app's own sync did nothing for too long.")), undefined, true);
  const onSync = await module.get();
  watchdog.touch();
  const { definition } = (await store.overview()).definition ?? {};
  run.names = syncedNames(definition);
  try {
    await onSync(run.input());
  } catch (error) {
    throw OnSyncError.of(error);
  }
  await run.finish();
  await run.send();
  await run.calls.complete(isEverything(job));
  await store.complete(job.context, new Date(clock.now()).toISOString());
  const check = run.error === null && isEverything(job) ? await run.compare() : null;
  return { received: run.received, check, error: run.error };
}

class Run {
  names: string[] = [];
  received: Record<string, number> = {};
  /** Why not everything came that belongs to the rows. */
  error: HaversackError | null = null;
  private isOver = false;
  /** Syncs are one after another, however they are started: two would remove what the other has staged. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly running = new Set<Promise<unknown>>();
  private readonly phases: OwnPhases;
  readonly calls: Calls;

  constructor(
    private readonly job: Job,
    private readonly world: CustomWorld,
  ) {
    this.calls = new Calls(job.context, world.store, (name, input) => {
      return this.start(() => world.act(name, input as object));
    });
    this.phases = new OwnPhases({
      world: this.counting(this),
      trigger: job.trigger,
      start: (step) => this.start(step),
      carrying: (step) => this.calls.carriedBy((carry) => this.start(() => carry(step))),
      failed: (error) => {
        this.error = error;
      },
    });
  }

  input(): OnSyncInput {
    const { network, tables, watchdog } = this.world;
    const { context, trigger } = this.job;
    const sync = (entities?: string[]) => {
      return this.calls.carriedBy<OnSyncResult>((carry) => {
        return this.start(() => carry((carried) => this.sync(entities, carried)));
      });
    };
    const actions = byName<OnSyncActions[string]>(
      (name) => {
        if (name === "sync") return sync;
        if (name.startsWith("SyncLocal")) return () => sync([entityOf(name, this.names)]);
        return (input = {}) => this.track(this.calls.call(name, input));
      },
      () => ["sync", ...this.names.map(actionOf)],
    );
    const entities = byName<OnSyncEntityApi>(
      (name) => ({
        get: (key) => tables.get(name, key),
        list: (options = {}) => tables.list(name, options),
        count: (options = {}) => tables.count(name, options),
      }),
      () => this.names,
    );
    return {
      ...{ context, trigger, actions: actions as OnSyncActions, entities, phases: this.phases.api },
      wanted: () => this.start(() => this.wanted()),
      networkType: network.type(),
      signal: watchdog.signal,
    };
  }

  /** Waits for what was started and not waited for. */
  async finish(): Promise<void> {
    try {
      await Promise.all(this.running);
    } finally {
      this.isOver = true;
    }
  }

  async send(): Promise<void> {
    await this.blamingTheServer(() => sendRest(this.job.trigger, this.counting(this)));
  }

  async compare(): Promise<Outcome["check"]> {
    const { check, error } = await this.blamingTheServer(() => compareWhenDue(this.job, this.counting(this)));
    this.error = error;
    return check;
  }

  private start<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.world.watchdog;
    const result = this.last.then(() => {
      signal.throwIfAborted();
      if (this.isOver) throw new OnSyncError(translate(_("The app's own sync went on after its end.")));
      return this.blamingTheServer(work);
    });
    this.last = result.catch(() => undefined);
    return this.track(result);
  }

  private track<T>(result: Promise<T>): Promise<T> {
    this.running.add(result);
    const done = () => this.running.delete(result);
    result.then(done, done);
    return result;
  }

  /** Before the first definition the server is asked for that alone; it knows whether there is such a context. */
  private async wanted(): Promise<string[]> {
    const { context, trigger } = this.job;
    const { store } = this.world;
    if ((await store.overview()).definition === null) {
      this.phases.forget();
      await sync({ context, trigger, entities: [] }, this.counting(this));
    }
    const { definition } = (await store.overview()).definition ?? {};
    this.names = syncedNames(definition);
    const wanted = new Set(context === "" ? this.names : definition?.contexts[context]);
    return this.names.filter((name) => wanted.has(name));
  }

  private async sync(entities: string[] | undefined, calls: Carried): Promise<OnSyncResult> {
    const { context, trigger } = this.job;
    // Entities may be of any context: it is for the app's code to say what a context means.
    const job: Job = entities === undefined ? { context, trigger } : { context: "", trigger, entities };
    const result: OnSyncResult = { received: {} };
    this.phases.forget();
    const { error } = await sync(job, { ...this.counting(result), calls });
    if (error !== null) this.error = error;
    return result;
  }

  /** The world of a sync that counts what came, for itself and for all of the run. */
  private counting(result: { received: Record<string, number> }): SyncWorld {
    const applied = (received: Record<string, number>) => {
      for (const one of new Set([result, this])) one.received = sum(one.received, received);
      this.world.applied(received);
    };
    return { ...this.world, applied };
  }

  /** While the app's code waits for the server, it is not the one that does nothing. */
  private async blamingTheServer<T>(work: () => Promise<T>): Promise<T> {
    const { watchdog } = this.world;
    const { blame } = watchdog;
    watchdog.blame = () => new ClientError("timeout");
    try {
      return await work();
    } catch (error) {
      throw asHaversackError(error);
    } finally {
      watchdog.blame = blame;
      watchdog.touch();
    }
  }
}
