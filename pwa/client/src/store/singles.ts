/** Single rows in the database of one person: one record each, by entity and key. */

import type { Key } from "../api";
import { type AnyTransaction, get, put, type SingleChanges, type SingleKey, type Writing } from "./schema";
import type { KeyedRows, Known, SingleRow, SingleRows } from "./store";

/** Keys of single rows that are remembered as changed lately: who knows more of them than that reads all. */
const MOST_RECENT = 100;

export async function singleRows(transaction: AnyTransaction, entity: string, known?: number): Promise<SingleRows> {
  const changes = await changesOf(transaction, entity);
  const found = await keyedRows(transaction, entity, changes, known === undefined ? {} : { change: known });
  return { change: found.change, rows: found.rows && [...found.rows.values()] };
}

/** The single rows as they are with this change, by their keys. */
export async function keyedRows(
  transaction: AnyTransaction,
  entity: string,
  { change, recent = [] }: SingleChanges,
  known?: Pick<Known, "change" | "wantsSince">,
): Promise<KeyedRows> {
  if (change === known?.change) return { change, rows: null };
  // Of most entities there never were any.
  if (change === 0) return { change, rows: new Map() };
  const rows = transaction.objectStore("rows");
  const changes = change - (known?.change ?? Number.NaN);
  if (known?.wantsSince && changes > 0 && changes <= recent.length) {
    const keys = [...new Set(recent.slice(-changes).flat())];
    const found = await Promise.all(keys.map((key) => rows.get([entity, key])));
    return { change, rows: null, since: new Map(keys.map((key, at) => [key, found[at] ?? null])) };
  }
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
  await noteChanged(transaction, new Map([[entity, [...changed.keys()]]]));
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

/** Single rows of these entities, with these keys, are others. `areSettled`: what was local came from the server. */
export async function noteChanged(
  transaction: Writing,
  changed: ReadonlyMap<string, readonly Key[]>,
  areSettled = false,
): Promise<void> {
  const singles = { ...(await get(transaction, "singles")) };
  for (const [entity, keys] of changed) {
    const { change, rows, settled = 0, recent = [] } = singles[entity] ?? { change: 0, rows: 0 };
    singles[entity] = {
      ...{ change: change + 1, rows, settled: settled + Number(areSettled) },
      recent: latest([...recent, [...keys]]),
    };
  }
  await put(transaction, "singles", singles);
  await put(transaction, "localChanges", ((await get(transaction, "localChanges")) ?? 0) + 1);
}

/** The last of these changes, with few keys together. */
function latest(changes: Key[][]): Key[][] {
  let few = 0;
  const first = changes.findLastIndex((keys) => {
    few += keys.length + 1;
    return few > MOST_RECENT;
  });
  return changes.slice(first + 1);
}

export function rangeOf(entity: string): IDBKeyRange {
  // An array sorts after every number and text.
  return IDBKeyRange.bound([entity], [entity, []]);
}
