/** One sync, from top to bottom. Called by the holder of the sync lock. */

import type { SyncProgress } from "../api";
import type { Clock } from "../ports";
import { ClientError, type HaversackError } from "../protocol/errors";
import type { Speaker } from "../protocol/http";
import type { Overview, Store } from "../store/store";
import { fetchFiles } from "./files";
import type { Limits } from "./limits";
import { countReceived, findDoubtful, type Job, planRequest, planSwitch } from "./plan";
import { type Received, receive } from "./receive";
import type { Server } from "./server";
import type { Watchdog } from "./watchdog";

export interface SyncWorld {
  store: Store;
  server: Server;
  clock: Clock;
  /** Key of the user for whom the device speaks. */
  user: string;
  watchdog: Watchdog;
  limits: Pick<Limits, "connect">;
  progress(phase: SyncProgress["phase"], done: number, total: number): void;
  /** Called as soon as new rows can be read, with how many of each entity: the sync cannot fail any more. */
  applied(received: Record<string, number>): void;
}

/**
 * Returns why not all files came; the rows did.
 *
 * @throws HaversackError: nothing has changed then, unless `applied` was called.
 */
export async function sync(job: Job, world: SyncWorld): Promise<HaversackError | null> {
  const { store, clock, progress, watchdog } = world;
  progress("connect", 0, 0);
  await store.sweep();
  const before = await store.overview();
  const received = await pullBelieved(job, before, world);

  progress("apply", 0, 0);
  watchdog.signal.throwIfAborted();
  const change = planSwitch(job, before, received, new Date(clock.now()).toISOString());
  if (!(await store.switch(change))) {
    await store.discard(received.generation).catch(() => undefined);
    throw new ClientError("superseded");
  }
  world.applied(countReceived(received));

  return pullFiles(world);
}

/** Pulls, and once more without the cursors of entities that are not what the server takes them for. */
async function pullBelieved(job: Job, before: Overview, world: SyncWorld): Promise<Received> {
  const received = await pull(job, before, new Set(), world);
  const doubtful = findDoubtful(before, received);
  if (doubtful.length === 0) return received;
  await world.store.discard(received.generation);
  const again = await pull(job, before, new Set(doubtful), world);
  if (findDoubtful(before, again).length === 0) return again;
  await world.store.discard(again.generation);
  throw new ClientError("corrupt_response", doubtful);
}

async function pull(job: Job, before: Overview, doubted: Set<string>, world: SyncWorld): Promise<Received> {
  const { store, server, user, watchdog, progress, limits } = world;
  const generation = await store.newGeneration();
  try {
    watchdog.touch(limits.connect);
    const body = await server.sync(planRequest(job, before, doubted), speaker(before, user), watchdog.signal);
    watchdog.touch();
    const noted = body.pipeThrough(
      noting(() => watchdog.touch()),
      { signal: watchdog.signal },
    );
    const rows = (done: number, total: number) => progress("rows", done, total);
    return await receive(noted, { store, generation, user, progress: rows });
  } catch (error) {
    // Above all when there is no space left: the half-received generation takes some of it. Nothing else may go: a tab
    // that was frozen comes here too, when another has taken over and is staging.
    await store.discard(generation).catch(() => undefined);
    throw error;
  }
}

async function pullFiles(world: SyncWorld): Promise<HaversackError | null> {
  const { store, server, user, watchdog, progress } = world;
  const now = await store.overview();
  if (now.definition === null || (now.filesSettled && now.filesMissing === 0)) return null;
  return fetchFiles({
    store,
    definition: now.definition.definition,
    download: (source) => server.file(source, speaker(now, user), watchdog.signal, () => watchdog.touch()),
    progress(done, total) {
      watchdog.touch();
      progress("files", done, total);
    },
  });
}

function speaker(overview: Overview, user: string): Speaker {
  return { user, replica: overview.replica, definition: overview.definition?.version ?? null };
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
