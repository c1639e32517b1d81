/** One sync, from top to bottom. Called by the holder of the sync lock. */

import type { SyncProgress } from "../api";
import type { Clock, Digest } from "../ports";
import { ClientError, type HaversackError } from "../protocol/errors";
import type { Store } from "../store/store";
import { fetchFiles } from "./files";
import type { Limits } from "./limits";
import { countReceived, type Job, planSwitch } from "./plan";
import type { Amounts } from "./progress";
import { pull, speaker } from "./pull";
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
  limits: Pick<Limits, "connect">;
  sha256: Digest;
  progress(phase: SyncProgress["phase"], done: number, total: number): void;
  /** Of the rows that come. */
  amounts(amounts: Amounts): void;
  /** Called as soon as new rows can be read, with how many of each entity: the sync cannot fail any more. */
  applied(received: Record<string, number>): void;
  /** Stores what the next start needs of an entity's rows (decision 0016). `progress` may throw to end it. */
  storeBlocks(entity: string, progress: () => void): Promise<void>;
}

/**
 * Returns why not all files came; the rows did.
 *
 * @throws HaversackError: nothing has changed then, unless `applied` was called.
 */
export async function sync(job: Job, world: SyncWorld): Promise<HaversackError | null> {
  const { store, clock, progress, watchdog } = world;
  if (job.filesOnly) return pullFiles(world);
  progress("connect", 0, 0);
  await store.sweep();
  const before = await store.overview();
  const believed = await pull(job, before, world);

  progress("apply", 0, 0);
  watchdog.signal.throwIfAborted();
  const change = planSwitch(job, before, believed, new Date(clock.now()).toISOString());
  if (!(await store.switch(change))) {
    await store.discard(believed.received.generation).catch(() => undefined);
    throw new ClientError("superseded");
  }
  world.applied(countReceived(before, believed));

  await tidy(world);
  await storeBlocks(world);
  return pullFiles(world);
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

async function pullFiles(world: SyncWorld): Promise<HaversackError | null> {
  const { store, server, clock, user, watchdog, progress } = world;
  const now = await store.overview();
  if (now.definition === null || (now.filesSettled && now.filesMissing === 0)) return null;
  const error = await fetchFiles({
    store,
    definition: now.definition.definition,
    now: () => clock.now(),
    download: (source) => server.file(source, speaker(now, user), watchdog.signal, () => watchdog.touch()),
    alive() {
      watchdog.signal.throwIfAborted();
      watchdog.touch();
    },
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
