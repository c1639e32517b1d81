/** Products as a sync leaves them on a device, for the benchmarks that run in a page. */

import type { AttributeType, Definition, EntityDefinition, WireValue } from "../pwa/client/src/api";
import type { EntityRecord, Store } from "../pwa/client/src/store/store";

export const NAME = "LocalProduct";
export const COLUMNS: [string, AttributeType][] = [
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
export const ENTITY: EntityDefinition = {
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

/** A product in the order of `COLUMNS`, another one each time. */
export function product(key: number, picture: WireValue): WireValue[] {
  const name = `${words[pick(words.length)]} ${words[pick(words.length)]} ${words[pick(words.length)]} ${pick(100000)}`;
  const category = 1 + pick(40);
  return [
    ...[key, `SKU-${pick(10_000_000)}`, name, `${pick(500)}.${10 + pick(90)}`],
    ...[`${1 + pick(48)} boxes x ${pick(90)} g`, pick(120), pick(8) === 0],
    ...[category, `Category ${words[category] ?? ""}`, picture],
  ];
}

/** The same for people who may change it. */
export const WRITABLE: EntityDefinition = {
  ...ENTITY,
  pattern: "read-write-conflicts",
  attributes: ENTITY.attributes.map((attribute) => ({ ...attribute, editable: attribute.name !== ENTITY.key })),
  writable: { create: true, update: true, delete: true },
};

/** Rows in the store as a first sync leaves them, without blocks. */
export async function fillStore(
  store: Store,
  rows: number,
  areWithPictures: boolean,
  entity: EntityDefinition = ENTITY,
): Promise<void> {
  const generation = await store.newGeneration();
  const lasts: number[] = [];
  for (let first = 1; first <= rows; first += 1000) {
    const size = Math.min(1000, rows - first + 1);
    const keys = Array.from({ length: size }, (_, at) => first + at);
    const lines = keys.map((key) => product(key, areWithPictures ? `products/2026/${key}-picture-of-it.jpg` : null));
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const segment = { first, last: first + size - 1, rows: size, text };
    await store.stage(NAME, generation, lasts.length, segment);
    lasts.push(segment.last);
  }
  const definition: Definition = {
    ...{ app: "bench", title: "", description: "", anonymous: true, contexts: {} },
    entities: [entity],
  };
  const record: EntityRecord = {
    ...{ generation, segments: lasts.length, lasts, layers: [], cursor: "c", fingerprint: 0, rows, syncedAt: "" },
    ...{ columns: COLUMNS.map(([name]) => name), leftovers: null, unseenFiles: null, bytes: 0 },
    sums: lasts.map(() => null),
  };
  await store.switch({
    ...{ expected: {}, entities: { [NAME]: record }, context: null },
    definition: { version: "v1", definition },
  });
}

/** Milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
