/** Index blocks (decision 0016): what a table has worked out of its rows, stored for the next start. */

import type { ListOptions, Row } from "../api";
import { currentLocale } from "../language";
import type { Block, Made, Store } from "../store/store";
import { words } from "./fold";
import type { FoundOrder, StoredOrder } from "./orders";
import type { Table } from "./table";

/** In place of a segment's number: made of all rows as they are. */
export const WHOLE = -1;
export const HEAD = "head";
const ORDER = "order:";
/** Rows in the head: what a list shows before somebody has scrolled far. */
export const HEAD_ROWS = 100;
/** Blocks that are written at once. */
const AT_ONCE = 16;

/** Of what is in an order: each language has its own. */
interface Sorted {
  locale: string;
}

export interface Head extends Sorted {
  /** Names of attributes, joined by commas. */
  order: string;
  rows: Row[];
  /** Of what the order was made that is stored with it: layers may have come since. */
  ordered: number[];
}

/** The first rows of an entity in its usual order. */
export interface First {
  rows: readonly Row[];
  /** There are no others. */
  isAll: boolean;
}

/** Those of the server, of what they were stored, and how many local changes there are. */
export interface FoundHead extends First {
  made: Made;
  singles: number;
}

/** What was stored of the first rows, if a list may be among them. */
export async function findHead(
  store: Pick<Store, "whole">,
  entity: string,
  { search = "", where = {}, orderBy, offset = 0 }: ListOptions,
): Promise<FoundHead | null> {
  if (offset >= HEAD_ROWS || words(search).length > 0 || Object.keys(where).length > 0) return null;
  const found = await store.whole(entity, HEAD);
  if (found === null || found.block === null || !isSameMade(found.block.made, found.made)) return null;
  const { locale, order, rows } = found.block.data as Head;
  if (locale !== currentLocale()) return null;
  if (orderBy !== undefined && [orderBy].flat().join() !== order) return null;
  return { rows, isAll: rows.length >= found.rows, made: found.block.made, singles: found.singles };
}

/** Those of a list, if they are among these. */
export function partOf(
  { rows, isAll }: First,
  { limit = Number.POSITIVE_INFINITY, offset = 0 }: ListOptions,
): Row[] | null {
  return isAll || offset + limit <= rows.length ? rows.slice(offset, offset + limit) : null;
}

/**
 * The first rows with what is local among them: as far as the last of the server's, behind which nobody knows what
 * comes.
 */
export function headWith(
  { rows, isAll }: First,
  own: { keys: ReadonlySet<string>; rows: readonly Row[] },
  key: string,
  compare: (a: Row, b: Row) => number,
): First {
  const others = rows.filter((row) => !own.keys.has(String(row[key])));
  const merged = [...others, ...own.rows].sort(compare);
  const last = others.at(-1);
  const known = isAll ? merged.length : last === undefined ? 0 : merged.indexOf(last) + 1;
  return { rows: merged.slice(0, known), isAll };
}

/** Finds orders of the rows that a table was made of, or of those before some of its layers came. */
export function orderFinder(store: Pick<Store, "whole">, entity: string, made: Made) {
  return async (fields: string): Promise<FoundOrder | null> => {
    const block = (await store.whole(entity, `${ORDER}${fields}`))?.block;
    if (!block || !isOfBefore(block.made, made)) return null;
    const data = block.data as StoredOrder & Sorted;
    return data.locale === currentLocale() ? { ...data, generations: new Set(block.made.generations) } : null;
  };
}

/** Whether what was made of the first is of the same base, and of no layer that the second does not know. */
function isOfBefore(block: Made, made: Made): boolean {
  const isSameBase = block.version === made.version && block.pruned === made.pruned;
  // Layers may have been joined meanwhile; what comes later has the greater number.
  const newest = Math.max(...made.generations);
  return isSameBase && block.generations[0] === made.generations[0] && Math.max(...block.generations) <= newest;
}

export function isSameMade(a: Made, b: Made): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export interface Storing {
  store: Pick<Store, "whole" | "putBlocks">;
  entity: string;
  table: Table;
  made: Made;
  /** Called between two pieces of work; may throw to end it. */
  progress(): void;
}

/**
 * Stores what the next start needs of these rows. The head comes last: where it is, all is. May end at any moment, and
 * ends when the rows are other ones.
 */
export async function storeBlocks({ store, entity, table, made, progress }: Storing): Promise<void> {
  const locale = currentLocale();
  const { base } = table;
  for (const name of base.usual) {
    const parts = await base.unstored(name);
    for (let from = 0; from < parts.length; from += AT_ONCE) {
      progress();
      const blocks = parts.slice(from, from + AT_ONCE).map((part): Block => ({ name, ...part }));
      if (!(await store.putBlocks(entity, made, blocks))) return;
      base.stored(
        name,
        blocks.map(({ number }) => number),
      );
    }
  }
  progress();
  const order = base.entity.ordering.join();
  const data = await table.orderToStore();
  progress();
  const rows = await table.count({});
  const head: Head = { locale, order, rows: await table.list({ limit: HEAD_ROWS }), ordered: made.generations };
  progress();
  await store.putBlocks(entity, made, [
    { name: `${ORDER}${order}`, number: WHOLE, rows, data: { ...data, locale } },
    { name: HEAD, number: WHOLE, rows, data: head },
  ]);
}
