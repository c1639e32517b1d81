/** One sync, from top to bottom. Called by the holder of the sync lock. */

import type { SyncProgress } from "../api";
import type { Clock, Digest } from "../ports";
import { asHaversackError, ClientError, type HaversackError } from "../protocol/errors";
import type { Preview } from "../query/preview";
import type { Check, Overview, Store, Switch } from "../store/store";
import type { Level } from "./asks";
import type { Believed } from "./believe";
import type { Carried } from "./calls";
import { planComparison } from "./check";
import { fetchFiles } from "./files";
import type { Limits } from "./limits";
import { countReceived, type Job, planSwitch } from "./plan";
import type { Amounts } from "./progress";
import { alive, pull, speaker } from "./pull";
import { type Cargo, isRefusal, type Push } from "./push";
import { type Repaired, repair } from "./repair";
import { isEverything } from "./retry";
import type { Server } from "./server";
import { tidy } from "./tidy";
import type { Watchdog } from "./watchdog";

export interface SyncWorld {
  store: Store;
  server: Server;
  clock: Clock;
  /** Key of the user for whom the device speaks. */
  user: string;
  watchdog: Watchdog;
  limits: Pick<Limits, "connect" | "compareEvery">;
  sha256: Digest;
  preview: Preview;
  /** Own server actions that travel with its requests. */
  calls?: Carried;
  /** What this device changed. */
  push: Push;
  /** The part of it that travels with the next request. */
  cargo?: Cargo;
  progress(phase: SyncProgress["phase"], done: number, total: number): void;
  /** Of the rows that come. */
  amounts(amounts: Amounts): void;
  /**
   * Called as soon as new rows can be read, with how many of each entity: the sync cannot fail any more. Called again
   * with rows that were repaired.
   */
  applied(received: Record<string, number>): void;
  /** Stores what the next start needs of an entity's rows (decision 0016). `progress` may throw to end it. */
  storeBlocks(entity: string, progress: () => void): Promise<void>;
}

export interface Outcome {
  /** What was compared with the server's rows, when these were all. */
  check: Check | null;
  /** Why not everything came that belongs to the rows, or could not be compared; the rows did come. */
  error: HaversackError | null;
}

/** @throws HaversackError: nothing has changed then, unless `applied` was called. */
export async function sync(job: Job, world: SyncWorld): Promise<Outcome> {
  const { store, progress, watchdog } = world;
  if (job.filesOnly) return { check: null, error: await pullFiles(world) };
  progress("connect", 0, 0);
  await store.sweep();
  const before = await store.overview();
  const first = await exchange(job, before, world);
  const repaired = sum(first, await exchangeAgain(job, world));
  const outcome = await compare(job, before, repaired, world).catch((thrown: unknown): Outcome => {
    watchdog.signal.throwIfAborted();
    return { check: null, error: asHaversackError(thrown) };
  });
  await tidyUp(world);
  return outcome.error === null ? { ...outcome, error: await pullFiles(world) } : outcome;
}

/** What is in doubt of everything, or all of it when that is due, after syncs of its parts. */
export async function compareWhenDue(job: Job, world: SyncWorld): Promise<Outcome> {
  return compare(job, await world.store.overview(), {}, world);
}

/** Again, where more can be sent because of what came of the rest. Returns what was repaired with that. */
async function exchangeAgain(job: Job, world: SyncWorld): Promise<Repaired> {
  const { store, push } = world;
  let repaired: Repaired = {};
  await push.recall();
  for (;;) {
    if (push.isPastOther && !isEverything(job)) {
      // All of what is here may be of another past.
      const now = await store.overview();
      const all: Job = { context: "", trigger: job.trigger, entities: Object.keys(now.entities) };
      repaired = sum(repaired, await exchange(all, now, world));
    }
    if (!(await push.again())) return repaired;
    repaired = sum(repaired, await exchange(job, await store.overview(), world));
  }
}

/**
 * What changed, made visible at once, in the answer that says what came of the last part of the outbox. Returns rows
 * repaired with it: of comparisons that were cut, and went on.
 */
async function exchange(job: Job, before: Overview, world: SyncWorld): Promise<Repaired> {
  const cargo = await sendAhead(job.trigger, before, world);
  return apply(job, before, await pullWith(cargo, job, before, world), world);
}

/** Sends all that goes in requests of its own. Returns the last part, which goes with the pull; `null`: there is none. */
export async function sendAhead(trigger: Job["trigger"], before: Overview, world: SyncWorld): Promise<Cargo | null> {
  const { push } = world;
  for (;;) {
    const cargo = await push.next();
    if (cargo === null || push.isLast) return cargo;
    await sendAlone(cargo, trigger, before, world);
    push.close();
  }
}

/** All of it, without asking for rows. */
export async function sendAll(trigger: Job["trigger"], world: SyncWorld): Promise<void> {
  const before = await world.store.overview();
  const cargo = await sendAhead(trigger, before, world);
  if (cargo === null) return;
  await sendAlone(cargo, trigger, before, world);
  world.push.close();
}

/** What no request of an app's own sync took along, and what is worth sending because of what came of the rest. */
export async function sendRest(trigger: Job["trigger"], world: SyncWorld): Promise<void> {
  await sendAll(trigger, world);
  await exchangeAgain({ context: "", trigger, entities: [] }, world);
}

async function pullWith(cargo: Cargo | null, job: Job, before: Overview, world: SyncWorld): Promise<Believed> {
  if (cargo === null) return pull(job, before, world);
  const { push } = world;
  push.tell(world);
  try {
    const believed = await pull(job, before, { ...world, cargo });
    push.close();
    return believed;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  await sendAlone(cargo, job.trigger, before, world);
  push.close();
  return pull(job, before, world);
}

/**
 * A part of the outbox in a request that asks for no rows. What the server takes in no request at all is looked for, so
 * that it is in nobody's way but its own (W3).
 */
async function sendAlone(cargo: Cargo, trigger: Job["trigger"], before: Overview, world: SyncWorld): Promise<void> {
  const alone: Job = { context: "", trigger, entities: [] };
  const send = (part?: Cargo) => pull(alone, before, part === undefined ? world : { ...world, cargo: part });
  const sendOrDivide = async (part: Cargo): Promise<void> => {
    world.push.tell(world);
    const refusal = await send(part).then(
      () => null,
      (error: unknown) => {
        if (isRefusal(error)) return error;
        throw error;
      },
    );
    if (refusal === null) return;
    // Refused without any as well, it is not they that are at fault.
    if (part === cargo) await send();
    const halves = part.halves();
    if (halves === null) await part.refuse(refusal);
    for (const half of halves ?? []) await sendOrDivide(half);
  };
  await sendOrDivide(cargo);
}

/** Makes what came visible, in one transaction. Returns rows repaired with it. */
export async function apply(job: Job, before: Overview, believed: Believed, world: SyncWorld): Promise<Repaired> {
  const change = planSwitch(job, before, believed, now(world));
  const resumed = [...believed.asks.keys()].filter((name) => before.doubts.includes(name));
  const repaired = await repair(resumed, change, believed, { before, ...aliveIn(world) });
  await show(change, believed, world);
  world.applied(countReceived(before, believed));
  return repaired;
}

/** Rows that are in doubt, and now and then all, are compared with the server's, and what differs is repaired (P5). */
async function compare(job: Job, first: Overview, resumed: Repaired, world: SyncWorld): Promise<Outcome> {
  const { store, clock, limits } = world;
  const at = now(world);
  const before = await store.overview();
  if (first.definition === null && before.definition !== null && job.check !== true) {
    // All of it was counted and checked as it came.
    await store.noteCompared([], { at, repaired: {} });
    return { check: null, error: null };
  }
  const comparing = { now: clock.now(), every: limits.compareEvery, ...aliveIn(world) };
  const comparison = await planComparison(job, before, comparing);
  if (comparison === null) return { check: null, error: null };
  const { entities, levels, isWhole } = comparison;
  const repaired = levels.size === 0 ? {} : await compareNow(job, before, levels, world);
  const check = isWhole ? { at, repaired: sum(resumed, repaired) } : null;
  await store.noteCompared(entities, check);
  return { check, error: null };
}

async function compareNow(
  { trigger }: Job,
  before: Overview,
  levels: ReadonlyMap<string, Level>,
  world: SyncWorld,
): Promise<Repaired> {
  const { store } = world;
  world.progress("connect", 0, 0);
  const names = [...levels.keys()];
  const asking: Job = { context: "", trigger, entities: names };
  try {
    const believed = await pull(asking, before, world, levels);
    const change = planSwitch(asking, before, believed, now(world));
    const repaired = await repair(names, change, believed, { before, ...aliveIn(world) });
    await show(change, believed, world);
    if (Object.keys(repaired).length > 0) world.applied(repaired);
    return repaired;
  } catch (error) {
    // What has come of it is kept: the next sync goes on with it, and knows what for.
    for (const name of Object.keys((await store.overview()).partials)) if (levels.has(name)) await store.doubt(name);
    throw error;
  }
}

/** Counts by entity. */
export function sum(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

function aliveIn(world: SyncWorld) {
  return { store: world.store, progress: () => alive(world) };
}

async function show(change: Switch, { received }: Believed, world: SyncWorld): Promise<void> {
  const { store, watchdog } = world;
  world.progress("apply", 0, 0);
  watchdog.signal.throwIfAborted();
  // Nothing was ever sent from most devices.
  const names = change.caughtUp?.upTo || change.caughtUp?.own.length ? change.caughtUp.entities : [];
  const before = await settled(names, world);
  if (await store.switch(change)) {
    const after = await settled(names, world);
    for (const [at, name] of names.entries()) if (before[at] !== after[at]) world.push.touched.add(name);
    return;
  }
  await store.discard(received.generation).catch(() => undefined);
  throw new ClientError("superseded");
}

/** How often local rows of each of these gave way to rows of the server. */
async function settled(entities: readonly string[], { store }: SyncWorld): Promise<number[]> {
  if (entities.length === 0) return [];
  return store.readLocal((local) => Promise.all(entities.map((entity) => local.settled(entity))));
}

function now({ clock }: Pick<SyncWorld, "clock">): string {
  return new Date(clock.now()).toISOString();
}

/** Fewer layers, and what the next start needs: rows can be read without, only slower. */
export async function tidyUp(world: SyncWorld): Promise<void> {
  await tidy(world);
  await storeBlocks(world);
}

/** What goes wrong here makes the next start slower, and nothing else. */
async function storeBlocks({ store, watchdog, ...world }: SyncWorld): Promise<void> {
  const { entities } = await store.overview();
  for (const entity of Object.keys(entities)) {
    const stored = world.storeBlocks(entity, () => {
      watchdog.signal.throwIfAborted();
      watchdog.touch();
    });
    await stored.catch(() => watchdog.signal.throwIfAborted());
  }
}

export async function pullFiles(world: SyncWorld): Promise<HaversackError | null> {
  const { store, server, clock, user, watchdog, progress } = world;
  const now = await store.overview();
  if (now.definition === null || (now.filesSettled && now.filesMissing === 0)) return null;
  const error = await fetchFiles({
    store,
    definition: now.definition.definition,
    now: () => clock.now(),
    download: (source) => server.file(source, speaker(now, user), watchdog.signal, () => watchdog.touch()),
    alive: () => alive(world),
    progress(done, total) {
      watchdog.touch();
      progress("files", done, total);
    },
  });
  // Rows that nobody sees yet are the first to make room.
  if (error?.code === "quota") {
    await store.dropPartials();
    await store.dropParts();
  }
  return error;
}
