/** Single rows in the database of one person: one record each, by entity and key. */

import type { Key } from "../api";
import { type AnyTransaction, get, put, type SingleKey, type Writing } from "./schema";
import type { SingleRow, SingleRows } from "./store";

export async function singleRows(transaction: AnyTransaction, entity: string, known?: number): Promise<SingleRows> {
  const { change } = (await get(transaction, "singles"))?.[entity] ?? { change: 0 };
  if (change === known) return { change, rows: null };
  return { change, rows: await transaction.objectStore("rows").getAll(rangeOf(entity)) };
}

export async function changeRows(
  transaction: Writing,
  entity: string,
  keys: readonly Key[] | null,
  change: (found: ReadonlyMap<Key, SingleRow>) => ReadonlyMap<Key, SingleRow | null>,
): Promise<void> {
  const rows = transaction.objectStore("rows");
  const wanted = keys ?? (await rows.getAllKeys(rangeOf(entity))).map(([, key]) => key);
  const found = new Map<Key, SingleRow>();
  for (const [at, row] of (await Promise.all(wanted.map((key) => rows.get([entity, key])))).entries()) {
    if (row !== undefined) found.set(wanted[at] as Key, row);
  }
  const changed = change(found);
  const writes = [...changed].map(([key, row]): Promise<unknown> => {
    const at: SingleKey = [entity, key];
    return row === null ? rows.delete(at) : rows.put(row, at);
  });
  await Promise.all(writes);
  const singles = (await get(transaction, "singles")) ?? {};
  const before = singles[entity]?.change ?? 0;
  const now = { change: before + 1, rows: await rows.count(rangeOf(entity)) };
  await put(transaction, "singles", { ...singles, [entity]: now });
}

export async function countSingles(transaction: AnyTransaction): Promise<Record<string, number>> {
  const singles = (await get(transaction, "singles")) ?? {};
  return Object.fromEntries(Object.entries(singles).map(([entity, { rows }]) => [entity, rows]));
}

function rangeOf(entity: string): IDBKeyRange {
  // An array sorts after every number and text.
  return IDBKeyRange.bound([entity], [entity, []]);
}
