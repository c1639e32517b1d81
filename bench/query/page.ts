/** The part of `bench.query` that runs in the page: one device's store, and what lists ask of it. */

import type { AttributeType, Definition, EntityDefinition, Key } from "../../pwa/client/src/api";
import type { LocalRow } from "../../pwa/client/src/outbox/types";
import { Tables } from "../../pwa/client/src/query/tables";
import type { EntityRecord } from "../../pwa/client/src/store/store";
import { IdbStore } from "../../pwa/client/src/store/user";
import { localRow } from "../../pwa/client/src/testing/local";

const NAME = "LocalProduct";
/** Local changes, where there are many. */
const CHANGES = 1000;
const COLUMNS: [string, AttributeType][] = [
  ...([
    ["id", "integer"],
    ["sku", "string"],
    ["name", "string"],
    ["unit_price", "decimal"],
  ] as const),
  ...([
    ["quantity_per_unit", "string"],
    ["units_in_stock", "integer"],
    ["discontinued", "boolean"],
  ] as const),
  ...([
    ["category", "integer"],
    ["category__name", "string"],
    ["picture", "picture"],
  ] as const),
].map(([name, type]): [string, AttributeType] => [name, type]);
const ENTITY: EntityDefinition = {
  ...{ name: NAME, label: "product", label_plural: "products", pattern: "read-only-optimized", key: "id" },
  attributes: COLUMNS.map(([name, type]) => ({ name, label: name, type, null: true })),
  list_display: ["name", "unit_price"],
  search_fields: ["sku", "name", "category__name"],
  list_filter: ["category", "discontinued", "unit_price"],
  ordering: ["name"],
  pictures: ["picture"],
};
const WORDS =
  "Alpine Amber Ancient Basil Bitter Blaye Boysenberry Bread Butter Cajun Camembert Chai Chang Cheese Chocolate Cider " +
  "Cloves Coffee Côte Crab Cranberry Dried Dumplings Dutch Filo Fløte Genen Gnocchi Grandma Gravad Guaraná Gumbär " +
  "Hokkien Ikura Inlagd Ipoh Jack Konbu Lager Lakkalikööri Laughing Longlife Louisiana Manjimup Mascarpone Mishi " +
  "Mozzarella Northwoods Nougat Olive Original Outback Pavlova Pierrot Queso Raclette Ravioli Rhönbräu Rogede Röd " +
  "Sasquatch Schoggi Scones Seasoning Singaporean Sirop Spegesild Steeleye Stout Syrup Tarte Tofu Tourtière Tunnbröd " +
  "Uncle Valkoinen Vegie Wimmers Zaanse";

const words = WORDS.split(" ");
let state = 1;
function pick(below: number): number {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % below;
}

function segmentText(first: number, rows: number): string {
  let text = "";
  for (let key = first; key < first + rows; key++) {
    const name = `${words[pick(words.length)]} ${words[pick(words.length)]} ${words[pick(words.length)]} ${pick(100000)}`;
    const category = 1 + pick(40);
    const row = [
      ...[
        key,
        `SKU-${pick(10_000_000)}`,
        name,
        `${pick(500)}.${10 + pick(90)}`,
        `${1 + pick(48)} boxes x ${pick(90)} g`,
      ],
      ...[pick(120), pick(8) === 0, category, `Category ${words[category]}`, `products/2026/${key}-picture-of-it.jpg`],
    ];
    text += `${JSON.stringify(row)}\n`;
  }
  return text;
}

function open(): IdbStore {
  return new IdbStore("bench", "one", () => crypto.randomUUID());
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6;
}

/** Rows as a first sync leaves them, without and then with their blocks. */
export async function fill(rows: number): Promise<Record<string, number>> {
  const store = open();
  const generation = await store.newGeneration();
  const lasts: number[] = [];
  for (let first = 1; first <= rows; first += 1000) {
    const size = Math.min(1000, rows - first + 1);
    const segment = { first, last: first + size - 1, rows: size, text: segmentText(first, size) };
    await store.stage(NAME, generation, lasts.length, segment);
    lasts.push(segment.last);
  }
  const definition = {
    ...{ app: "bench", title: "", description: "", anonymous: true, contexts: {} },
    entities: [ENTITY],
  };
  const record = {
    ...{ generation, segments: lasts.length, lasts, layers: [], cursor: "c", fingerprint: 0, rows, syncedAt: "" },
    ...{ columns: COLUMNS.map(([name]) => name), leftovers: null, unseenFiles: null, bytes: 0 },
    sums: lasts.map(() => null),
  } satisfies EntityRecord;
  await store.switch({
    ...{ expected: {}, entities: { [NAME]: record }, context: null },
    definition: { version: "v1", definition: definition satisfies Definition },
  });
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
