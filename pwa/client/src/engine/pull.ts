/** Phase: asks for what changed until the answer is one that can be made visible. */

import { asHaversackError, ClientError, ServerError } from "../protocol/errors";
import type { Speaker } from "../protocol/http";
import type { Overview } from "../store/store";
import { type Ask, type Asking, askFor, type Level } from "./asks";
import { type Believed, judge } from "./believe";
import { type Job, knownEntities, planRequest } from "./plan";
import { type Received, receive } from "./receive";
import type { SyncWorld } from "./sync";

/** Each asks for some entity in another way than before: more than these and the server does not know what it wants. */
const MOST_ROUNDS = 5;

/**
 * Everything of the job, staged. A reset is answered by comparing, and what does not fit together after that, or was
 * called unchanged and is not, is asked for whole.
 *
 * @throws HaversackError: nothing has changed then.
 */
export async function pull(job: Job, before: Overview, world: SyncWorld): Promise<Believed> {
  const { store, watchdog } = world;
  const progress = () => {
    watchdog.signal.throwIfAborted();
    watchdog.touch();
  };
  const levels = new Map<string, Level>();
  let definition = before.definition?.definition;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const asks = await prepare(job, before, { store, definition, progress }, levels);
    const generation = await store.newGeneration();
    try {
      const received = await request(generation, job, before, levels, asks, world);
      const { raised, ...believed } = await judge({ store, before, received, asks, levels, progress });
      if (raised.size === 0) return believed;
      for (const [name, level] of raised) levels.set(name, level);
      definition = received.definition?.definition ?? definition;
    } catch (thrown) {
      const error = asHaversackError(thrown);
      await giveUp(generation, error.code, world);
      if (!isRefused(error) || asks.size === 0) throw error;
      for (const name of asks.keys()) levels.set(name, "whole");
    }
    await store.discard(generation);
  }
  throw new ClientError("corrupt_response", "the server wants to be asked in another way again and again");
}

export function speaker(overview: Overview, user: string): Speaker {
  return { user, replica: overview.replica, definition: overview.definition?.version ?? null };
}

async function prepare(
  job: Job,
  before: Overview,
  asking: Omit<Asking, "now">,
  levels: ReadonlyMap<string, Level>,
): Promise<Map<string, Ask>> {
  const { partials } = await asking.store.overview();
  const now = { ...before, partials };
  const asks = new Map<string, Ask>();
  for (const name of knownEntities(job, now)) {
    const level = levels.get(name) ?? "changes";
    const ask = await askFor(name, level, { ...asking, now });
    if (ask !== null) asks.set(name, ask);
  }
  return asks;
}

async function request(
  generation: number,
  job: Job,
  before: Overview,
  levels: ReadonlyMap<string, Level>,
  asks: ReadonlyMap<string, Ask>,
  world: SyncWorld,
): Promise<Received> {
  const { store, server, user, watchdog, limits } = world;
  watchdog.touch(limits.connect);
  const wanted = planRequest(job, before, levels, asks);
  const body = await server.sync(wanted, speaker(before, user), watchdog.signal);
  watchdog.touch();
  const noted = body.pipeThrough(
    noting(() => watchdog.touch()),
    { signal: watchdog.signal },
  );
  const progress = (done: number, total: number) => world.progress("rows", done, total);
  return receive(noted, { store, generation, user, before, asks, progress });
}

/** Removes what is of no use. What an answer brought before it was cut is: the next sync goes on from there (P2). */
async function giveUp(generation: number, code: string, { store }: SyncWorld): Promise<void> {
  // What may itself be wrong, or is in the way when there is no space, must not be there the next time.
  const isUseless = ["quota", "corrupt_response", "invalid_request", "body_too_large", "internal"].includes(code);
  if (isUseless) await store.dropPartials().catch(() => undefined);
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
