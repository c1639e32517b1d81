/** Phase: asks for what changed until the answer is one that can be made visible. */

import type { Definition } from "../api";
import type { Measured } from "../layers/measure";
import { asHaversackError, ClientError, needsSignIn, ServerError } from "../protocol/errors";
import type { Speaker } from "../protocol/http";
import { keyOrder } from "../protocol/keys";
import type { SyncRequest } from "../protocol/messages";
import type { Overview } from "../store/store";
import { type Ask, askFor, type Level } from "./asks";
import { type Believed, type Judging, judge, keyTypeOf, measureSnapshot } from "./believe";
import { type Base, fetchParts, hasPart } from "./parts";
import { type Job, knownEntities, planRequest } from "./plan";
import { Progress } from "./progress";
import { isRefusal } from "./push";
import { type Arrival, type Received, receive } from "./receive";
import type { SyncWorld } from "./sync";

/** Each asks in another way than before, or for what the server had no more: more than these and it is of no use. */
export const MOST_ROUNDS = 5;

/** What is said to the server, and of which rows it is said. */
export interface Question {
  job: Job;
  /** What the sync started from, with what is kept now of cut downloads and comparisons. */
  now: Overview;
  /** How entities are asked for; those that are not named, for what changed. */
  levels: ReadonlyMap<string, Level>;
  asks: ReadonlyMap<string, Ask>;
  definition: Definition | undefined;
}

/** What the server answered, staged. */
export interface Reply {
  /** `null` when it cannot be made visible: some entities are to be asked for again. */
  believed: Believed | null;
  again: ReadonlyMap<string, Level>;
  /** The newest that is known. */
  definition: Definition | undefined;
}

/**
 * Everything of the job, staged. A reset is answered by comparing, and what does not fit together after that, or was
 * called unchanged and is not, is asked for whole. `wanted`: how entities are asked for at first.
 *
 * @throws HaversackError: nothing has changed then.
 */
export async function pull(
  job: Job,
  before: Overview,
  world: SyncWorld,
  wanted: ReadonlyMap<string, Level> = new Map(),
): Promise<Believed> {
  const levels = new Map(wanted);
  let definition = before.definition?.definition;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reply = await request(await collect(job, before, levels, definition, world), world);
    if (reply.believed !== null) return reply.believed;
    for (const [name, level] of reply.again) levels.set(name, level);
    definition = reply.definition;
  }
  throw tooManyRounds();
}

export function tooManyRounds(): ClientError {
  return new ClientError("incomplete_response", "the server wants to be asked again and again");
}

/** What to say of each entity of the job. */
export async function collect(
  job: Job,
  before: Overview,
  levels: ReadonlyMap<string, Level>,
  definition: Definition | undefined,
  world: SyncWorld,
): Promise<Question> {
  const now = upToDate(before, await world.store.overview());
  const asking = { store: world.store, now, definition, progress: () => alive(world) };
  const asks = new Map<string, Ask>();
  for (const name of knownEntities(job, now)) {
    const ask = await askFor(name, levels.get(name) ?? "changes", asking);
    if (ask !== null) asks.set(name, ask);
  }
  return { job, now, levels: new Map(levels), asks, definition };
}

/** What the sync started from, with what is of the moment: what is kept of cut downloads, and known of changes. */
export function upToDate(before: Overview, { partials, parts, unconfirmed, settlings }: Overview): Overview {
  return { ...before, partials, parts, unconfirmed, settlings };
}

/** @throws HaversackError: nothing has changed then, and nothing is staged. */
export async function request(question: Question, world: SyncWorld): Promise<Reply> {
  const { store } = world;
  const { now, levels, asks } = question;
  const generation = await store.newGeneration();
  const told = new Progress(asks, (entity, part) => hasPart(entity, part, now), world.amounts);
  const reply: Reply = { believed: null, again: new Map(), definition: question.definition };
  try {
    const { received, settled } = await exchange(question, generation, told, world);
    const judging = { store, before: now, received, asks, levels, progress: () => alive(world) };
    if (received.entities.some(isOfAnotherPast)) await world.push.suspectPast();
    const { raised, ...judged } = await judge(judging);
    reply.definition = received.definition?.definition ?? question.definition;
    if (raised.size === 0) {
      const bases = await complete(judged.measured, judging, now, told, world);
      if (bases !== null) return { ...reply, believed: { ...judged, bases, settled } };
    }
    reply.again = raised;
  } catch (thrown) {
    const error = asHaversackError(thrown);
    // With changes of the device aboard it may be they that are refused, and nothing is said of the rest.
    const isOwn = world.cargo !== undefined && isRefused(error);
    await giveUp(generation, isOwn ? "" : error.code, world);
    if (isOwn || !isRefused(error) || asks.size === 0) throw error;
    reply.again = new Map([...asks.keys()].map((name) => [name, "whole"]));
  }
  await store.discard(generation);
  return reply;
}

export function speaker(overview: Overview, user: string): Speaker {
  return { user, replica: overview.replica, definition: overview.definition?.version ?? null };
}

/** The sync goes on. @throws HaversackError: it does not. */
export function alive({ watchdog }: Pick<SyncWorld, "watchdog">): void {
  watchdog.signal.throwIfAborted();
  watchdog.touch();
}

async function exchange(
  { job, now, levels, asks }: Question,
  generation: number,
  progress: Progress,
  world: SyncWorld,
): Promise<{ received: Received; settled: Believed["settled"] }> {
  const { store, user, watchdog, limits } = world;
  watchdog.touch(limits.connect);
  const { calls, cargo } = world;
  const wanted = planRequest(job, now, levels, asks, {
    calls: calls?.toSend() ?? [],
    mutations: cargo?.toSend() ?? [],
    confirmed: [...now.confirmed, ...now.unconfirmed],
  });
  const body = await ask(wanted, now, world);
  watchdog.touch();
  const own: number[] = [];
  const noted = body.pipeThrough(
    noting(() => watchdog.touch()),
    { signal: watchdog.signal },
  );
  const received = await receive(noted, {
    ...{ store, generation, user, before: now, asks, progress, preview: world.preview },
    outcome: async (message) => calls?.settle(message),
    async outcomes(messages) {
      if (cargo === undefined) throw new ClientError("corrupt_response", "outcomes of what was not sent");
      const mark = await cargo.settle(messages);
      if (mark !== null) own.push(mark);
    },
  });
  const [missing] = cargo?.toSend() ?? [];
  if (missing !== undefined) throw new ClientError("corrupt_response", `nothing is said of ${missing.id}`);
  const confirmed = new Set(wanted.confirmed);
  if (now.confirmed.some((id) => confirmed.has(id))) {
    await store.noteCalls((sent) => sent.filter(({ id }) => !confirmed.has(id)));
  }
  const told = now.unconfirmed.filter((id) => confirmed.has(id));
  if (told.length > 0) await world.push.told(told);
  return { received, settled: { upTo: now.settlings, own } };
}

/** The beginning of the answer. Without one, changes that went along are where they were only if nobody saw them. */
async function ask(wanted: SyncRequest, now: Overview, world: SyncWorld): Promise<ReadableStream<Uint8Array>> {
  const { server, user, watchdog, cargo } = world;
  let hasLeft = false;
  try {
    const body = await server.sync(wanted, speaker(now, user), watchdog.signal, () => {
      hasLeft = true;
    });
    cargo?.sent();
    return body;
  } catch (thrown) {
    const error = asHaversackError(thrown);
    // Whose request it is comes first on the server, too.
    if (!hasLeft || needsSignIn(error)) await cargo?.untouched();
    else if (!isRefusal(error)) cargo?.sent();
    throw thrown;
  }
}

/** The rows of what came in parts, and what they are with the changes that came beside them; `null`: ask again. */
async function complete(
  measured: Map<string, Measured>,
  judging: Judging,
  now: Overview,
  told: Progress,
  world: SyncWorld,
): Promise<Map<string, Base> | null> {
  const { store, server, user, watchdog, sha256 } = world;
  const arrivals = judging.received.entities.filter(({ message }) => message.mode === "snapshot");
  if (arrivals.length === 0) return new Map();
  const listed = arrivals.map((arrival) => {
    const type = keyTypeOf(arrival, judging);
    return { entity: arrival.message.entity, parts: arrival.parts, order: type === null ? null : keyOrder(type) };
  });
  const bases = await fetchParts(listed, {
    ...{ store, now, sha256, generation: await store.newGeneration() },
    download: (entity, part) => server.part(entity, part, speaker(now, user), watchdog.signal, () => watchdog.touch()),
    progress(part, isHere) {
      alive(world);
      told.part(part, isHere);
    },
    staged: (entity, place, rows) => world.preview.staged(entity, place, rows),
  });
  for (const arrival of bases === null ? [] : arrivals) {
    const { entity } = arrival.message;
    measured.set(entity, await measureSnapshot(arrival, bases?.get(entity) as Base, judging));
  }
  return bases;
}

/** As after a restore, and after a long absence: what the device has says nothing of what the server remembers. */
function isOfAnotherPast({ message }: Arrival): boolean {
  return message.mode === "reset" && message.reason === "history";
}

/** Removes what is of no use. What an answer brought before it was cut is: the next sync goes on from there (P2). */
async function giveUp(generation: number, code: string, { store }: SyncWorld): Promise<void> {
  // What may itself be wrong, or is in the way when there is no space, must not be there the next time.
  const isUseless = ["quota", "corrupt_response", "invalid_request", "body_too_large", "internal"].includes(code);
  if (isUseless) await store.dropPartials().catch(() => undefined);
  // Parts are what their sums say, whatever else was wrong.
  if (code === "quota") await store.dropParts().catch(() => undefined);
  // Without blocks everything is slower, nothing is wrong.
  if (code === "quota") await store.dropBlocks().catch(() => undefined);
  // Nothing else may go: a tab that was frozen comes here too, when another has taken over and is staging.
  await store.discard(generation).catch(() => undefined);
}

/** Whether the server does not take what the device said of its rows. */
function isRefused(error: unknown): boolean {
  return error instanceof ServerError && ["invalid_request", "body_too_large"].includes(error.code);
}

/** Calls back for each chunk: a slow answer is progress too. */
function noting(callback: () => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      callback();
      controller.enqueue(chunk);
    },
  });
}
