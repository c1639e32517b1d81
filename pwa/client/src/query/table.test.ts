import { describe, expect, it } from "vitest";

import type { AttributeType, ListOptions, WireValue } from "../api";
import { baseOf, segmentOf } from "../testing/base";
import { localKey } from "../testing/local";
import { entity } from "../testing/server";
import { Table } from "./table";

/** A table with a key and one column of this type. */
function table(type: AttributeType, ...values: WireValue[]): Table {
  const declared = entity("LocalThing", [
    ["id", "integer"],
    ["name", type],
  ]);
  const rows = values.map((value, at): WireValue[] => [at + 1, value]);
  const segments = Array.from({ length: Math.ceil(rows.length / 1000) }, (_, at) => {
    return segmentOf(rows.slice(at * 1000, (at + 1) * 1000));
  });
  return Table.of(baseOf(declared, segments));
}

const names = async (of: Table, options: ListOptions = {}) => (await of.list(options)).map((row) => row.name);
const keys = async (of: Table, options: ListOptions = {}) => (await of.list(options)).map((row) => row.id);

describe("order", () => {
  it.each<[AttributeType, WireValue[]]>([
    ["integer", [-10, -2, 0, 9, 10, "9007199254740992", "9007199254740993", "123456789012345678901"]],
    ["integer", ["-9007199254740995", "-9007199254740993", "-9007199254740992", -1]],
    ["decimal", ["-100.50", "-2.00", "0.00", "2.50", "10.00", "12345678901234567.01", "12345678901234567.02"]],
    ["float", ["-Infinity", -1.5, 0, 1e20, "Infinity", "NaN"]],
    ["string", ["Äpfel", "Birne", "birnen", "Zebra"]],
    ["boolean", [false, true]],
    ["date", ["0001-01-01", "1999-12-31", "2026-01-31"]],
    ["datetime", ["2026-01-31T09:30:00.000000Z", "2026-01-31T09:30:00.000001Z"]],
    ["duration", ["-1 23:59:59", "00:00:01", "00:00:01.500000", "1 00:00:00", "10 00:00:00"]],
  ])("%s values come as their type says: %j", async (type, sorted) => {
    const shuffled = table(type, ...sorted.toReversed());
    expect(await names(shuffled)).toEqual(sorted);
    expect(await names(shuffled, { orderBy: "-name" })).toEqual(sorted.toReversed());
  });

  it("nulls come last, in both directions", async () => {
    const some = table("integer", null, 2, null, 1);
    expect(await names(some)).toEqual([1, 2, null, null]);
    expect(await names(some, { orderBy: "-name" })).toEqual([2, 1, null, null]);
  });

  it("ties are broken by key, so that pages neither repeat nor skip", async () => {
    const same = table("string", "x", "x", "a", "x");
    expect(await keys(same)).toEqual([3, 1, 2, 4]);
    expect(await keys(same, { orderBy: ["-name"] })).toEqual([1, 2, 4, 3]);
    expect(await keys(same, { limit: 2, offset: 1 })).toEqual([1, 2]);
    expect(await keys(same, { search: "x", limit: 1, offset: 1 })).toEqual([2]);
  });

  it("of an attribute that there is not, is an error", async () => {
    for (const orderBy of ["-nonsense", ["name", "nonsense"]]) {
      await expect(table("string", "x").list({ orderBy })).rejects.toMatchObject({ code: "unknown_attribute" });
    }
    await expect(table("string", "x").count({ where: { nonsense: 1 } })).rejects.toMatchObject({
      code: "unknown_attribute",
    });
  });
});

describe("search", () => {
  const drinks = table("string", "Côte de Blaye", "Chai", "CHÂTEAU Blaye", null);

  it("finds every word, whatever its case and accents", async () => {
    expect(await keys(drinks, { search: "blaye  COTE" })).toEqual([1]);
    expect(await keys(drinks, { search: "bläye", orderBy: "id" })).toEqual([1, 3]);
    expect(await keys(drinks, { search: "chateau" })).toEqual([3]);
    expect(await drinks.count({ search: "chai blaye" })).toBe(0);
  });

  it("finds the same while it is typed, taken back and typed otherwise", async () => {
    const some = table("string", "red wine", "red beer", "white wine", "rewired", "wine of the red sea");
    const typed = ["r", "re", "red", "red w", "red wi", "red be", "red", "w", "wi re", "wine", "red wine", "wired"];
    for (const search of typed) {
      const anew = table("string", "red wine", "red beer", "white wine", "rewired", "wine of the red sea");
      expect([search, await keys(some, { search })]).toEqual([search, await keys(anew, { search })]);
      expect([search, await some.count({ search })]).toEqual([search, (await keys(anew, { search })).length]);
    }
    expect(await keys(some, { search: "red wine" })).toEqual([1, 5]);
  });

  it("finds everything for nothing", async () => {
    expect(await drinks.count({ search: "  " })).toBe(4);
  });
});

describe("where", () => {
  it("takes a value, any of several, and null", async () => {
    const some = table("integer", 1, 2, null, "9007199254740993");
    expect(await keys(some, { where: { name: 2 } })).toEqual([2]);
    expect(await keys(some, { where: { name: "2" } })).toEqual([2]);
    expect(await keys(some, { where: { name: [1, null] } })).toEqual([1, 3]);
    expect(await keys(some, { where: { name: "9007199254740993" } })).toEqual([4]);
    expect(await keys(some, { where: { name: "9007199254740992" } })).toEqual([]);
    expect(await keys(some, { where: { name: [] } })).toEqual([]);
  });

  it("compares decimals by value, and text as it is", async () => {
    expect(await table("decimal", "1.50", "-0.00", "15").count({ where: { name: ["1.5", 0] } })).toBe(2);
    expect(await table("string", "1.50", "1.5").count({ where: { name: "1.5" } })).toBe(1);
    expect(await table("boolean", true, false).count({ where: { name: false } })).toBe(1);
    expect(await table("json", [1], { a: 1 }).count({ where: { name: [1] } })).toBe(1);
  });

  it("takes bounds, with what they name, in the order of the type", async () => {
    const some = table("decimal", "9.50", "10.00", null, "100.00");
    expect(await keys(some, { where: { name: { gte: "9.5", lte: 10 } } })).toEqual([1, 2]);
    expect(await keys(some, { where: { name: { gte: "10" } } })).toEqual([2, 4]);
    expect(await keys(some, { where: { name: { lte: "9.49" } } })).toEqual([]);
    expect(await keys(some, { where: { name: {} } })).toEqual([1, 2, 4]);
    expect(await table("date", "2026-01-31", "2026-02-01").count({ where: { name: { gte: "2026-02-01" } } })).toBe(1);
    expect(await table("json", { gte: 1 }, 5).count({ where: { name: { gte: 1 } } })).toBe(1);
  });

  it("goes together with a search", async () => {
    const some = table("string", "red wine", "red beer", "wine");
    expect(await keys(some, { search: "wine", where: { id: [1, 2] } })).toEqual([1]);
    expect(await some.count({ search: "wine", where: { id: [1, 2] } })).toBe(1);
  });
});

describe("facets", () => {
  const some = table("string", "b", "a", "b", null, "c");
  const facet = async (of: Table, options: ListOptions = {}) =>
    (await of.facets({ fields: ["name"], ...options })).name;

  it("count the rows with each value, commonest first", async () => {
    expect((await facet(some))?.values.slice(0, 1)).toEqual([["b", 2]]);
    expect((await facet(some))?.values.slice(1).sort()).toEqual(
      [
        ["a", 1],
        ["c", 1],
        [null, 1],
      ].sort(),
    );
  });

  it("leave out the condition on the attribute itself, and no other", async () => {
    const where = { name: "a", id: [1, 2, 4] };
    const { id, name } = await some.facets({ fields: ["id", "name"], where });
    expect(id).toEqual({ values: [[2, 1]], min: 2, max: 2 });
    expect(new Map(name?.values)).toEqual(
      new Map([
        ["b", 1],
        ["a", 1],
        [null, 1],
      ] as [WireValue, number][]),
    );
    expect((await facet(some, { search: "B" }))?.values).toEqual([["b", 2]]);
  });

  it("of what is measured say the least and the greatest", async () => {
    expect(await facet(table("decimal", "9.50", null, "10.00"))).toEqual({ values: [], min: "9.50", max: "10.00" });
    expect(await facet(table("integer", null))).toEqual({ values: [[null, 1]], min: null, max: null });
    expect(await facet(some)).toMatchObject({ min: null, max: null });
  });

  it("name a thousand values, and no more", async () => {
    expect((await facet(table("integer", ...Array(1500).keys())))?.values.length).toBe(1000);
  });

  it("of an attribute that there is not, are an error", async () => {
    await expect(some.facets({ fields: ["nonsense"] })).rejects.toMatchObject({ code: "unknown_attribute" });
  });
});

describe("an attribute with many values", () => {
  const declared = entity("LocalThing", [
    ["id", "integer"],
    ["tags", "integer"],
  ]);
  Object.assign(declared.attributes[1] ?? {}, { relation: "LocalTag", many: true });
  Object.assign(declared, { ordering: [], search_fields: [] });
  const tags: WireValue[] = [[1, 2], [], [2, 30], null, [localKey("a")]];
  const some = Table.of(baseOf(declared, [segmentOf(tags.map((value, at) => [at + 1, value]))]));

  it("is equal to what is one of them; null means none", async () => {
    expect(await keys(some, { where: { tags: 2 } })).toEqual([1, 3]);
    expect(await keys(some, { where: { tags: "2" } })).toEqual([1, 3]);
    expect(await keys(some, { where: { tags: [1, 30, null] } })).toEqual([1, 2, 3, 4]);
    expect(await keys(some, { where: { tags: localKey("a") } })).toEqual([5]);
    expect(await keys(some, { where: { tags: { gte: 3, lte: 40 } } })).toEqual([3]);
  });

  it("has facets that count each of them", async () => {
    const { tags: facet } = await some.facets({ fields: ["tags"] });
    expect(new Map(facet?.values)).toEqual(
      new Map<WireValue, number>([
        [1, 1],
        [2, 2],
        [null, 2],
        [30, 1],
        [localKey("a"), 1],
      ]),
    );
  });

  it("is no order", async () => {
    await expect(some.list({ orderBy: "tags" })).rejects.toMatchObject({ code: "unknown_attribute" });
  });
});

it("get: finds by key, also when the key is text from an address", async () => {
  const some = table("string", "a", "b");
  expect(await some.get(2)).toEqual({ id: 2, name: "b" });
  expect(await some.get("2")).toEqual({ id: 2, name: "b" });
  expect(await some.get(3)).toBe(null);
});

it("an attribute that the rows do not have yet is null", async () => {
  const declared = entity("LocalThing", [
    ["id", "integer"],
    ["name", "string"],
  ]);
  const old = Table.of(baseOf(declared, [segmentOf([[1]])], { columns: ["id"] }));
  expect(await old.list({ where: { name: null }, search: "", orderBy: "name" })).toEqual([{ id: 1 }]);
});
