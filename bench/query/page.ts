/** The part of `bench.query` that runs in the page: one device's store, and what lists ask of it. */

import type { Key } from "../../pwa/client/src/api";
import type { LocalRow } from "../../pwa/client/src/outbox/types";
import { Tables } from "../../pwa/client/src/query/tables";
import { IdbStore } from "../../pwa/client/src/store/user";
import { localRow } from "../../pwa/client/src/testing/local";
import { fillStore, NAME, timed } from "../products";

/** Local changes, where there are many. */
const CHANGES = 1000;

function open(): IdbStore {
  return new IdbStore("bench", "one", () => crypto.randomUUID());
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6;
}

/** Rows as a first sync leaves them, without and then with their blocks. */
export async function fill(rows: number): Promise<Record<string, number>> {
  const store = open();
  await fillStore(store, rows, true);
  const bare = await timed(() => new Tables(store).list(NAME, { limit: 50 }));
  const blocks = await timed(() => new Tables(store).storeBlocks(NAME, () => undefined));
  store.close();
  return { "first list, no blocks": bare, "storing blocks": blocks };
}

/** What a person does after a start. */
export async function use(rows: number): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  const before = memory();
  const store = open();
  const tables = new Tables(store);
  const first = () => Promise.all([tables.list(NAME, { limit: 50 }), tables.count(NAME, {})]);
  results["cold start: first list and count"] = await timed(first);
  results["page in the middle"] = await timed(() => tables.list(NAME, { limit: 50, offset: Math.floor(rows / 2) }));
  results["next page"] = await timed(() => tables.list(NAME, { limit: 50, offset: Math.floor(rows / 2) + 50 }));
  const search = (text: string) => () =>
    Promise.all([tables.count(NAME, { search: text }), tables.list(NAME, { search: text, limit: 50 })]);
  for (const text of ["c", "ch", "cha", "chai", "chai t", "chai to", "cote", "z", "boysenb 77"]) {
    results[`search: ${text}`] = await timed(search(text));
  }
  const fields = ["category", "discontinued", "unit_price"];
  const facets = (where: object) => () => tables.facets(NAME, { fields, where: { ...where } });
  results["facets, first"] = await timed(facets({}));
  results["facets, one condition"] = await timed(facets({ category: [3, 4] }));
  results["facets, a range"] = await timed(facets({ unit_price: { gte: "10", lte: "50.00" } }));
  results["list by price, first"] = await timed(() => tables.list(NAME, { orderBy: "-unit_price", limit: 50 }));
  results["list by price, again"] = await timed(() => tables.list(NAME, { orderBy: "-unit_price", limit: 50 }));
  results["list by sku, first"] = await timed(() => tables.list(NAME, { orderBy: "sku", limit: 50 }));
  results["one record"] = await timed(() => tables.get(NAME, Math.ceil(rows / 3)));
  results["memory (MB)"] = memory() - before;
  store.close();
  return results;
}

/** Local changes over these rows: a start with a few, and with many, among which one more is made. */
export async function edit(rows: number): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  const store = open();
  const change = (at: number, name: string): [Key, LocalRow] => {
    const key = 1 + Math.floor((at * rows) / CHANGES);
    return [key, localRow({ name }, { base: { id: key, name: "before" } })];
  };
  const put = (...all: [Key, LocalRow][]) =>
    store.changeLocal(async (transaction) => {
      for (const [key, row] of all) await transaction.putRow(NAME, key, row);
    }, "strict");
  const first = (tables: Tables) => Promise.all([tables.list(NAME, { limit: 50 }), tables.count(NAME, {})]);
  await put(...Array.from({ length: 20 }, (_, at) => change(at * 50, `Changed ${at}`)));
  results["cold start, 20 changes"] = await timed(() => first(new Tables(store)));
  await put(...Array.from({ length: CHANGES }, (_, at) => change(at, `Changed ${at}`)));
  const tables = new Tables(store);
  results["cold start, 1,000 changes"] = await timed(() => first(tables));
  const ask = () =>
    Promise.all([
      ...[tables.count(NAME, { search: "cha" }), tables.list(NAME, { search: "cha", limit: 50 })],
      ...[tables.list(NAME, { orderBy: "-unit_price", limit: 50 }), tables.facets(NAME, { fields: ["category"] })],
    ]);
  await ask();
  results["search, order, facets, asked again"] = await timed(ask);
  await put(change(7, "Changed chai once more"));
  results["and after one more change"] = await timed(ask);
  store.close();
  return results;
}

Object.assign(globalThis, { bench: { fill, use, edit } });
