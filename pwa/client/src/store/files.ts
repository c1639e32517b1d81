/** Pictures and files of one person (decision 0011): what is kept, how much it is, and what goes when it is too much. */

import type { FileInfo, FileInfoKey, Writing } from "./schema";
import { type AnyTransaction, get, put } from "./schema";
import type { FileKey, FileKind, FilesKept, StoredFile } from "./store";

export const DEFAULT_BUDGET = 200_000_000;
export const NONE_KEPT: FilesKept = {
  small: { count: 0, bytes: 0 },
  large: { count: 0, bytes: 0 },
  file: { count: 0, bytes: 0 },
};

/** More is made free than is needed, as a share of the budget: what is seen least is not looked for each time. */
const SLACK = 1 / 50;

export async function keptFiles(transaction: AnyTransaction): Promise<FilesKept> {
  return structuredClone((await get(transaction, "filesKept")) ?? NONE_KEPT);
}

export async function fileBudget(transaction: AnyTransaction): Promise<number | null> {
  const budget = await get(transaction, "fileBudget");
  return budget === undefined ? DEFAULT_BUDGET : budget;
}

export function totalBytes({ small, large, file }: FilesKept): number {
  return small.bytes + large.bytes + file.bytes;
}

/** Returns whether it is kept. */
export async function putFile(
  transaction: Writing,
  key: FileKey,
  stored: StoredFile,
  at: number,
  makeRoom: boolean,
): Promise<boolean> {
  const [kept, budget, old] = await Promise.all([
    keptFiles(transaction),
    fileBudget(transaction),
    infoOf(transaction, key),
  ]);
  if (old !== undefined) count(kept, key.kind, -1, -old.bytes);
  const excess = budget === null ? 0 : totalBytes(kept) + stored.size - budget;
  if (excess > 0) {
    const others = kept.large.bytes;
    if (!makeRoom || budget === null || others < excess) return false;
    const needed = Math.max(excess, Math.min(others, budget * SLACK));
    await free(transaction, kept, "large", needed, key.kind === "large" ? key.name : null);
  }
  count(kept, key.kind, 1, stored.size);
  await transaction.objectStore("files").put(stored, [key.kind, key.name]);
  await transaction.objectStore("meta").put({ bytes: stored.size, at } satisfies FileInfo, infoKey(key));
  // The original, which a version without sizes has left, was shown until now.
  if (key.kind === "small") await transaction.objectStore("files").delete(key.name);
  await put(transaction, "filesKept", kept);
  if (old === undefined) {
    // Counted down with every file: a phase that is cut off leaves the right number behind.
    const missing = (await get(transaction, "filesMissing")) ?? 0;
    if (missing > 0) await put(transaction, "filesMissing", missing - 1);
  }
  return true;
}

export async function seeFile(transaction: Writing, key: FileKey, at: number): Promise<void> {
  const info = await infoOf(transaction, key);
  if (info !== undefined) await transaction.objectStore("meta").put({ ...info, at }, infoKey(key));
}

export async function dropFiles(transaction: Writing, keys: readonly FileKey[]): Promise<void> {
  const kept = await keptFiles(transaction);
  for (const key of keys) await drop(transaction, kept, key, await infoOf(transaction, key));
  await put(transaction, "filesKept", kept);
}

/** Returns whether anything had to go. */
export async function keepWithin(transaction: Writing, budget: number): Promise<boolean> {
  const kept = await keptFiles(transaction);
  const before = totalBytes(kept);
  for (const kind of ["large", "small", "file"] as const) {
    const excess = totalBytes(kept) - budget;
    if (excess > 0) await free(transaction, kept, kind, excess, null);
  }
  await put(transaction, "filesKept", kept);
  return totalBytes(kept) < before;
}

/** Drops files of a kind, except one, until so many bytes are free or there are none. */
async function free(
  transaction: Writing,
  kept: FilesKept,
  kind: FileKind,
  bytes: number,
  except: string | null,
): Promise<void> {
  const meta = transaction.objectStore("meta");
  const range = IDBKeyRange.bound(["file", kind], ["file", kind, []]);
  const [keys, infos] = await Promise.all([meta.getAllKeys(range), meta.getAll(range)]);
  const all = infos.map((info, at) => ({ name: (keys[at] as FileInfoKey)[2], info: info as FileInfo }));
  // Small ones came in the order in which lists show them: the last are the last to be seen.
  all.sort(({ info: a }, { info: b }) => (kind === "small" ? b.at - a.at : a.at - b.at));
  let freed = 0;
  for (const { name, info } of all) {
    if (freed >= bytes) return;
    if (name === except) continue;
    await drop(transaction, kept, { kind, name }, info);
    freed += info.bytes;
  }
}

async function drop(transaction: Writing, kept: FilesKept, key: FileKey, info: FileInfo | undefined): Promise<void> {
  await transaction.objectStore("files").delete([key.kind, key.name]);
  if (info === undefined) return;
  await transaction.objectStore("meta").delete(infoKey(key));
  count(kept, key.kind, -1, -info.bytes);
}

function count(kept: FilesKept, kind: FileKind, files: number, bytes: number): void {
  kept[kind].count += files;
  kept[kind].bytes += bytes;
}

async function infoOf(transaction: AnyTransaction, key: FileKey): Promise<FileInfo | undefined> {
  return (await transaction.objectStore("meta").get(infoKey(key))) as FileInfo | undefined;
}

function infoKey({ kind, name }: FileKey): FileInfoKey {
  return ["file", kind, name];
}
