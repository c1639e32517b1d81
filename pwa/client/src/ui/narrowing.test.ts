import { describe, expect, test } from "vitest";
import type { AttributeDefinition, Definition, EntityDefinition } from "../api";
import { boundDay, bounded, chosenValues, dayBound, filterAttributes, filterKind, toggled, whereOf } from "./narrowing";

const attribute = (name: string, more: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  name,
  label: name,
  type: "string",
  null: true,
  ...more,
});
const entity = (name: string, attributes: AttributeDefinition[], list_filter: string[] = []) =>
  ({ name, key: "id", attributes, list_filter }) as unknown as EntityDefinition;

describe("values chosen one by one", () => {
  test("come and go", () => {
    expect(toggled(undefined, 1)).toBe(1);
    expect(toggled(1, 2)).toEqual([1, 2]);
    expect(toggled([1, 2], 1)).toBe(2);
    expect(toggled(2, 2)).toBe(undefined);
    expect(toggled({ under: 3 }, null)).toBe(null);
    expect(chosenValues(null)).toEqual([null]);
  });
});

describe("bounds", () => {
  test("are set and taken away", () => {
    expect(bounded(undefined, "gte", "5")).toEqual({ gte: "5" });
    expect(bounded({ gte: "5" }, "lte", 9)).toEqual({ gte: "5", lte: 9 });
    expect(bounded({ gte: "5", lte: 9 }, "gte", "")).toEqual({ lte: 9 });
    expect(bounded({ lte: 9 }, "lte", "")).toBe(undefined);
  });

  test("of a day are dates, or its first and last microsecond where the person is", () => {
    expect(dayBound("2026-02-14", "lte", "date")).toBe("2026-02-14");
    const start = dayBound("2026-02-14", "gte", "datetime");
    const end = dayBound("2026-02-14", "lte", "datetime");
    expect(start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000000Z$/);
    expect(end).toMatch(/:59\.999999Z$/);
    expect(Date.parse(end.replace("999999", "999")) - Date.parse(start)).toBe(86_399_999);
    expect([boundDay(start, "datetime"), boundDay(end, "datetime")]).toEqual(["2026-02-14", "2026-02-14"]);
    expect(boundDay("2026-02-14", "date")).toBe("2026-02-14");
    expect([boundDay("soon", "datetime"), dayBound("soon", "gte", "datetime")]).toEqual(["", ""]);
  });
});

test("each attribute is narrowed in the way of its type", () => {
  const shelf = entity("Shelf", [attribute("parent", { relation: "Shelf" })]);
  const shop = entity("Shop", []);
  const definition = { entities: [shelf, shop] } as unknown as Definition;
  const kind = (more: Partial<AttributeDefinition>) => filterKind(definition, attribute("a", more));
  expect(kind({ type: "boolean" })).toBe("yesno");
  expect(kind({ type: "integer", choices: [[1, "one"]] })).toBe("values");
  expect(kind({ type: "integer" })).toBe("range");
  expect(kind({ type: "datetime" })).toBe("range");
  expect(kind({ type: "integer", relation: "Shop" })).toBe("values");
  expect(kind({ type: "integer", relation: "Shelf" })).toBe("tree");
  expect(kind({ type: "uuid", relation: "Gone" })).toBe("values");
});

test("what an entity offers comes in its order, then what an address brought", () => {
  const product = entity("P", [attribute("a"), attribute("b"), attribute("c")], ["c", "a", "gone"]);
  expect(filterAttributes(product, { b: 1, a: 2 }).map(({ name }) => name)).toEqual(["c", "a", "b"]);
});

test("a part of a tree is asked for by all its keys", () => {
  const trees = (name: string) => (name === "shelf" ? { below: () => [1, 2, 3] } : undefined);
  expect(whereOf({ shelf: { under: 1 }, other: { under: 7 }, price: { gte: "5" }, done: false }, trees)).toEqual({
    shelf: [1, 2, 3],
    other: [7],
    price: { gte: "5" },
    done: false,
  });
});

describe("many values", () => {
  test("are chosen one by one, and make no tree of the records that they tie together", () => {
    const near = attribute("near", { type: "integer", relation: "LocalCrate", many: true });
    const crates = entity("LocalCrate", [attribute("id"), near]);
    const definition = { entities: [crates] } as unknown as Definition;
    expect(filterKind(definition, near)).toBe("values");
    expect(filterKind(definition, attribute("keys", { type: "integer", many: true }))).toBe("values");
    expect(filterKind(definition, attribute("crate", { type: "integer", relation: "LocalCrate" }))).toBe("values");
  });
});
