/** Single rows in the database of one person: one record each, by entity and key. */

import type { Key } from "../api";
import { type AnyTransaction, get, put, type SingleChanges, type SingleKey, type Writing } from "./schema";
import type { KeyedRows, SingleRow, SingleRows } from "./store";

export async function singleRows(transaction: AnyTransaction, entity: string, known?: number): Promise<SingleRows> {
  const found = await keyedRows(transaction, entity, (await changesOf(transaction, entity)).change, known);
  return { change: found.change, rows: found.rows && [...found.rows.values()] };
}

/** The single rows as they are with this change, by their keys. */
export async function keyedRows(
  transaction: AnyTransaction,
  entity: string,
  change: number,
  known?: number,
): Promise<KeyedRows> {
  if (change === known) return { change, rows: null };
  // Of most entities there never were any.
  if (change === 0) return { change, rows: new Map() };
  const rows = transaction.objectStore("rows");
  const [keys, values] = await Promise.all([rows.getAllKeys(rangeOf(entity)), rows.getAll(rangeOf(entity))]);
  return { change, rows: new Map(keys.map(([, key], at) => [key, values[at] as SingleRow])) };
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
  await noteChanged(transaction, [entity]);
  const singles = (await get(transaction, "singles")) ?? {};
  const now = { ...(singles[entity] as SingleChanges), rows: await rows.count(rangeOf(entity)) };
  await put(transaction, "singles", { ...singles, [entity]: now });
}

/** How many an entity has; where there never was one, nothing is counted. */
export async function countOf(transaction: AnyTransaction, entity: string): Promise<number> {
  const { change } = await changesOf(transaction, entity);
  return change === 0 ? 0 : transaction.objectStore("rows").count(rangeOf(entity));
}

export async function countSingles(transaction: AnyTransaction): Promise<Record<string, number>> {
  const singles = (await get(transaction, "singles")) ?? {};
  return Object.fromEntries(Object.entries(singles).map(([entity, { rows }]) => [entity, rows]));
}

export async function changesOf(transaction: AnyTransaction, entity: string): Promise<SingleChanges> {
  return (await get(transaction, "singles"))?.[entity] ?? { change: 0, rows: 0 };
}

/** `areSettled`: what was local came from the server. */
export async function noteChanged(transaction: Writing, entities: Iterable<string>, areSettled = false): Promise<void> {
  const singles = { ...(await get(transaction, "singles")) };
  for (const entity of entities) {
    const { change, rows, settled = 0 } = singles[entity] ?? { change: 0, rows: 0 };
    singles[entity] = { change: change + 1, rows, settled: settled + Number(areSettled) };
  }
  await put(transaction, "singles", singles);
}

export function rangeOf(entity: string): IDBKeyRange {
  // An array sorts after every number and text.
  return IDBKeyRange.bound([entity], [entity, []]);
}
