/** Index blocks (decision 0016): what was worked out of an entity's rows, and of exactly which. */

import { visibleGenerations } from "./references";
import { type AnyTransaction, get, getState, put, type Writing } from "./schema";
import type { Block, EntityRecord, Made, Pruned } from "./store";

/** In place of a segment's number, where a block is of the whole. */
export const WHOLE = -1;

/** What there is to make blocks of now; `null` where there is nothing. */
export async function madeOf(transaction: AnyTransaction, entity: string): Promise<Made | null> {
  const [version, { entities }, pruned] = await Promise.all([
    get(transaction, "version"),
    getState(transaction),
    get(transaction, "pruned"),
  ]);
  const record = entities[entity];
  if (version === undefined || record === undefined) return null;
  return { version, generations: visibleGenerations(record), pruned: pruned?.[entity] ?? 0 };
}

/** Of the whole: any change of the rows makes another. */
export function isSameWhole(a: Made, b: Made): boolean {
  return a.version === b.version && a.pruned === b.pruned && String(a.generations) === String(b.generations);
}

/** Of one segment of the base: neither layers nor what was removed from other segments matters. */
export function isSameBase(a: Made, b: Made): boolean {
  return a.version === b.version && a.generations[0] === b.generations[0];
}

/** All blocks of this name, or all of the entity. */
export function blocksOf(entity: string, name?: string): IDBKeyRange {
  const from = name === undefined ? [entity] : [entity, name];
  // An array sorts after every text and number.
  return IDBKeyRange.bound(from, [...from, []]);
}

/** Removes what a switch makes worthless, and says what rows said that may have to be gone (S1). */
export async function dropWorthless(
  transaction: Writing,
  before: Record<string, EntityRecord>,
  after: Record<string, EntityRecord>,
  isNewDefinition: boolean,
): Promise<void> {
  for (const [entity, record] of Object.entries(before)) {
    const now = after[entity];
    if (isNewDefinition || now?.generation !== record.generation) {
      await transaction.objectStore("blocks").delete(blocksOf(entity));
    } else if (now.leftovers !== null && String(visibleGenerations(now)) !== String(visibleGenerations(record))) {
      // Where no row went, they are what those of the whole are worked out of then.
      await drop(transaction, entity, (number) => number === WHOLE);
    }
  }
}

/** Removes what was made of rows that are being removed; readers of the base see by a number that some were. */
export async function dropPruned(
  transaction: Writing,
  entity: string,
  record: EntityRecord,
  pruned: Pruned,
): Promise<void> {
  // What layers hide is in no block of the whole.
  if (pruned.generation !== record.generation) return;
  await drop(transaction, entity, (number) => number === WHOLE || number === pruned.number);
  const all = (await get(transaction, "pruned")) ?? {};
  await put(transaction, "pruned", { ...all, [entity]: (all[entity] ?? 0) + 1 });
}

/** Removes all that was made of an entity's rows; readers see by a number that the rows are other ones. */
export async function dropAll(transaction: Writing, entity: string): Promise<void> {
  await transaction.objectStore("blocks").delete(blocksOf(entity));
  const all = (await get(transaction, "pruned")) ?? {};
  await put(transaction, "pruned", { ...all, [entity]: (all[entity] ?? 0) + 1 });
}

async function drop(transaction: Writing, entity: string, isUnwanted: (number: number) => boolean): Promise<void> {
  const blocks = transaction.objectStore("blocks");
  for (const key of await blocks.getAllKeys(blocksOf(entity))) if (isUnwanted(key[2])) await blocks.delete(key);
}

/** Writes blocks, if they were made of what there is now. */
export async function putBlocks(
  transaction: Writing,
  entity: string,
  made: Made,
  blocks: readonly Block[],
): Promise<boolean> {
  const now = await madeOf(transaction, entity);
  if (now === null || !isSameWhole(now, made)) return false;
  for (const block of blocks) {
    await transaction.objectStore("blocks").put({ ...block, made }, [entity, block.name, block.number]);
  }
  return true;
}
