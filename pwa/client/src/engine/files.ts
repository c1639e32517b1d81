/**
 * Phase: the pictures and files that rows name (decision 0011), as many as the budget allows: small pictures first,
 * then files, then large pictures. One that fails is missing, not fatal.
 */

import { asHaversackError, type HaversackError, isUnreachable, needsSignIn } from "../protocol/errors";
import { totalBytes } from "../store/files";
import type { FileFigures, FileKey, FileKind, StoredFile } from "../store/store";
import type { FileSource } from "./server";
import { idOfKey, type Looking, type WantedFiles, wantedFiles, wantedId } from "./wanted-files";

const AT_ONCE = 6;
/** Files that turned out too large for what room there is, after which no more are tried. */
const MOST_REFUSED = 3;
/** Bytes of a file of which there is none yet. */
const GUESS: Record<FileKind, number> = { small: 8_000, file: 250_000, large: 100_000 };

export interface Fetching extends Looking {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  download(source: FileSource): Promise<StoredFile>;
  progress(done: number, total: number): void;
}

/** One file that is to be fetched. */
interface Item {
  key: FileKey;
  source: FileSource;
}

/**
 * Downloads what is wanted and missing, each once, and drops what no row names any more. Returns why it gave up before
 * it had tried everything, `null` when it did not.
 */
export async function fetchFiles(fetching: Fetching): Promise<HaversackError | null> {
  const { store, progress } = fetching;
  const { keys, old } = await store.fileKeys();
  const wanted = await wantedFiles(fetching, old.length > 0);
  for (const name of old) if (wanted.files.has(wantedId(name, false))) await store.adoptFile(name);
  const gone = keys.filter((key) => wanted.isAll && !wanted.files.has(idOfKey(key)));
  const queue = missingOf(wanted, (await store.fileKeys()).keys);
  const run = new Run(fetching);
  // Room is made before it is needed; and if this is interrupted, the count says that files are to be fetched.
  await store.settleFiles(gone, queue.length, wanted.seen);
  while (run.refused < MOST_REFUSED) {
    // How large files are is known better each time.
    const batch = queue.splice(0, fitting(queue, await store.fileFigures()));
    if (batch.length === 0) break;
    await store.noteMissing(batch.length + run.failed);
    progress(run.tried, run.tried + batch.length);
    await run.fetch(batch);
    if (run.error !== null) return run.error;
  }
  await store.noteMissing(run.failed);
  if (old.length > 0) await store.dropOldFiles();
  return null;
}

/** What is not on the device, in the order in which it is to be fetched. */
function missingOf({ files, compare }: WantedFiles, keys: readonly FileKey[]): Item[] {
  const present = new Set(keys.map(({ kind, name }) => `${kind} ${name}`));
  const missing: Record<FileKind, Item[]> = { small: [], file: [], large: [] };
  const isMissing = (kind: FileKind, name: string) => !present.has(`${kind} ${name}`);
  const lacking = [...files.values()].filter(({ source: { name, picture } }) => {
    return picture ? isMissing("small", name) || isMissing("large", name) : isMissing("file", name);
  });
  for (const { source } of lacking.sort(compare)) {
    for (const kind of source.picture ? (["small", "large"] as const) : (["file"] as const)) {
      const size = kind === "file" ? {} : { size: kind };
      if (isMissing(kind, source.name)) {
        missing[kind].push({ key: { kind, name: source.name }, source: { ...source, ...size } });
      }
    }
  }
  return [...missing.small, ...missing.file, ...missing.large];
}

/** How many of these, from the first, there is probably room for. */
function fitting(items: readonly Item[], { kept, budget }: FileFigures): number {
  if (budget === null) return items.length;
  let all = totalBytes(kept);
  // Large pictures make room for the others.
  let others = all - kept.large.bytes;
  const isFull = { small: others >= budget, file: others >= budget, large: all >= budget };
  const tries: Record<FileKind, number> = { small: AT_ONCE, file: AT_ONCE, large: AT_ONCE };
  for (const [at, { key }] of items.entries()) {
    const { count, bytes } = kept[key.kind];
    const size = count === 0 ? GUESS[key.kind] : bytes / count;
    const fits = (key.kind === "large" ? all : others) + size <= budget;
    // A guess may be wrong: a few show how large they are.
    const isTried = !fits && count === 0 && !isFull[key.kind] && tries[key.kind]-- > 0;
    if (!fits && !isTried) return at;
    all += size;
    if (key.kind !== "large") others += size;
  }
  return items.length;
}

class Run {
  tried = 0;
  failed = 0;
  refused = 0;
  error: HaversackError | null = null;

  constructor(private readonly fetching: Fetching) {}

  async fetch(batch: readonly Item[]): Promise<void> {
    const { progress } = this.fetching;
    const total = this.tried + batch.length;
    const rest = [...batch].reverse();
    const work = async () => {
      for (let item = rest.pop(); item !== undefined && this.error === null; item = rest.pop()) {
        if (this.refused < MOST_REFUSED) await this.fetchOne(item);
        progress(++this.tried, total);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  private async fetchOne({ key, source }: Item): Promise<void> {
    const { store, download, now } = this.fetching;
    try {
      const isKept = await store.putFile(key, await download(source), now(), key.kind !== "large");
      if (!isKept) this.refused++;
    } catch (thrown) {
      const failure = asHaversackError(thrown);
      if (endsPhase(failure)) this.error = failure;
      else this.failed++;
    }
  }
}

/** Whether the next file would fail for the same reason. */
function endsPhase(error: HaversackError): boolean {
  return isUnreachable(error) || needsSignIn(error) || ["quota", "closed", "throttled"].includes(error.code);
}
