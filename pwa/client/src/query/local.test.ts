import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Definition, EntityDefinition, Key, ListOptions, Row, WireValue } from "../api";
import type { LocalRow } from "../outbox/types";
import { change, recordOf } from "../store/contract-tools";
import { Lines } from "../store/lines";
import type { EntityRecord, Segment } from "../store/store";
import { IdbStore } from "../store/user";
import { segmentOf } from "../testing/base";
import { localKey, localRow } from "../testing/local";
import { Naive } from "../testing/naive";
import { random } from "../testing/random";
import { entity } from "../testing/server";
import { Base } from "./base";
import { Orders } from "./orders";
import { Preview } from "./preview";
import { Tables } from "./tables";

const ORDER: EntityDefinition = {
  ...entity("LocalOrder", [
    ["id", "integer"],
    ["name", "string"],
    ["kind", "string"],
  ]),
  list_filter: ["kind"],
};
const LINE: EntityDefinition = entity("LocalLine", [
  ["id", "integer"],
  ["name", "string"],
  ["order", "integer"],
]);
Object.assign(LINE.attributes[2] ?? {}, { relation: "LocalOrder" });

const COLUMNS = ["id", "_version", "name", "kind"];
const SEGMENTS = 30;
const SIZE = 100;
const TOTAL = SEGMENTS * SIZE;

const orderRow = (key: number): WireValue[] => [key, 1, `Order ${9999 - key}`, key % 3 === 0 ? "red" : "blue"];

function segments(from: number, count: number, row = orderRow): Segment[] {
  return Array.from({ length: count }, (_, number) => {
    const keys = Array.from({ length: SIZE }, (_, at) => from + number * SIZE + at);
    return { ...segmentOf(keys.map(row)), first: keys[0] ?? null, last: keys.at(-1) ?? null };
  });
}

let store: IdbStore;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store = new IdbStore("shop", "ann", () => "replica");
  const definition = { ...({ app: "shop" } as Definition), entities: [ORDER, LINE] };
  const orders = await staged("LocalOrder", segments(0, SEGMENTS));
  const lines = await staged("LocalLine", [segmentOf([[1, "Chai", 7]])]);
  const entities = {
    LocalOrder: { ...orders, columns: COLUMNS },
    LocalLine: { ...lines, columns: ["id", "name", "order"] },
  };
  expect(await store.switch(change({ entities, definition: { version: "v1", definition } }))).toBe(true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function staged(name: string, content: readonly Segment[]): Promise<EntityRecord> {
  const generation = await store.newGeneration();
  for (const [number, segment] of content.entries()) await store.stage(name, generation, number, segment);
  return recordOf(generation, "a", [...content]);
}

/** A delta of the server with these rows. */
async function lay(rows: WireValue[][], caughtUp?: { entities: string[]; upTo: number; own: number[] }): Promise<void> {
  const before = (await store.overview()).entities.LocalOrder as EntityRecord;
  const generation = await store.newGeneration();
  await store.stage("LocalOrder", generation, 0, segmentOf(rows));
  const layers = [...before.layers, { generation, segments: 1, size: rows.length, bytes: 0 }];
  const entities = { LocalOrder: { ...before, layers } };
  const all = { expected: { LocalOrder: before }, entities, ...(caughtUp ? { caughtUp } : {}) };
  expect(await store.switch(change(all))).toBe(true);
}

function put(name: string, ...rows: [Key, LocalRow | null][]): Promise<void> {
  return store.changeLocal(async (transaction) => {
    for (const [key, row] of rows) await transaction.putRow(name, key, row);
  }, "strict");
}

const base = (key: number): Row => ({ id: key, _version: 1, name: `Order ${9999 - key}`, kind: "blue" });
const edit = (key: number, values: Row, facts: Partial<LocalRow["change"]> = {}): [Key, LocalRow] => [
  key,
  localRow(values, { base: base(key), ...facts }),
];
const facts = { isFromServer: true, isModified: true, isActive: true, state: "unsent", change: "change" };
const storeBlocks = () => new Tables(store).storeBlocks("LocalOrder", () => undefined);
const keys = async (tables: Tables, options: ListOptions, name = "LocalOrder") =>
  (await tables.list(name, options)).map(({ id }) => id);

/** Records read, of nothing one, and transactions begun, from now on. */
function watchReads() {
  const reads: Record<string, number> = { meta: 0, segments: 0, blocks: 0, rows: 0, transactions: 0 };
  for (const method of ["get", "getAll", "count"] as const) {
    const real = IDBObjectStore.prototype[method];
    const watched = function (this: IDBObjectStore, ...args: unknown[]) {
      const request = (real as (...args: unknown[]) => IDBRequest).apply(this, args);
      request.addEventListener("success", () => {
        const found = Array.isArray(request.result) ? Math.max(request.result.length, 1) : 1;
        reads[this.name] = (reads[this.name] ?? 0) + found;
      });
      return request;
    };
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(watched as never);
  }
  const begin = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
    reads.transactions = (reads.transactions ?? 0) + 1;
    return begin.apply(this, args);
  });
  return reads;
}

describe("L1: local over delta over base", () => {
  it("a patch lies over the row as the server has it now", async () => {
    const tables = new Tables(store);
    await put("LocalOrder", edit(5, { name: "Mine" }), edit(6, { kind: "green" }));
    expect(await tables.get("LocalOrder", 5)).toEqual({ id: 5, name: "Mine", kind: "blue", _local: facts });
    await lay([[5, 2, "Theirs", "black"]]);
    expect(await tables.get("LocalOrder", "5")).toEqual({ id: 5, name: "Mine", kind: "black", _local: facts });
    expect(await tables.list("LocalOrder", { search: "theirs" })).toEqual([]);
    expect(await keys(tables, { search: "mine" })).toEqual([5]);
    const { kind } = await tables.facets("LocalOrder", { fields: ["kind"] });
    expect(Object.fromEntries(kind?.values ?? [])).toEqual({ blue: 1999, red: 999, green: 1, black: 1 });
    await put("LocalOrder", [5, null]);
    expect(await tables.get("LocalOrder", 5)).toEqual({ id: 5, name: "Theirs", kind: "black" });
  });

  it("what related records are called lies there, too", async () => {
    const [key, row] = edit(5, { kind: "green" });
    await put("LocalOrder", [key, { ...row, derived: { name: "Of another" } }]);
    expect(await new Tables(store).get("LocalOrder", 5)).toMatchObject({ name: "Of another", kind: "green" });
  });

  it("what was deleted here is nowhere, and comes back when that is taken back", async () => {
    const tables = new Tables(store);
    const query: ListOptions = { search: "order 999", where: { kind: "red" }, orderBy: "id" };
    expect(await keys(tables, query)).toEqual([0, 3, 6, 9]);
    await put("LocalOrder", edit(3, {}, { op: "delete" }));
    expect(await keys(tables, query)).toEqual([0, 6, 9]);
    expect([await tables.get("LocalOrder", 3), await tables.count("LocalOrder", {})]).toEqual([null, TOTAL - 1]);
    expect(await tables.count("LocalOrder", query)).toBe(3);
    await put("LocalOrder", [3, null]);
    expect(await keys(tables, query)).toEqual([0, 3, 6, 9]);
    expect(await tables.count("LocalOrder", {})).toBe(TOTAL);
  });

  it("W6: what the server sends no more stays in view while a change of it is here", async () => {
    const tables = new Tables(store);
    const left = { ...base(8000), kind: "grey" };
    await put("LocalOrder", [8000, localRow({ name: "Typed" }, { base: left, state: "gone" })]);
    const gone = { ...facts, isFromServer: false, isModified: false, state: "gone" };
    const shown = { id: 8000, name: "Typed", kind: "grey", _local: gone };
    expect(await tables.get("LocalOrder", 8000)).toEqual(shown);
    expect(await tables.list("LocalOrder", { where: { kind: "grey" } })).toEqual([shown]);
    expect(await tables.count("LocalOrder", {})).toBe(TOTAL + 1);
    expect(await tables.readBase("LocalOrder", [8000, 8])).toEqual(new Map([[8, base(8)]]));
  });

  it("P6: a pull changes nothing of what was not sent, and what it caught up with goes in the same moment", async () => {
    const tables = new Tables(store);
    const sent = {
      ...localRow({ name: "Sent" }, { base: base(5), state: "sent" }),
      sent: { attributes: ["name"], mark: 1 },
    };
    await put("LocalOrder", [5, sent], edit(6, { name: "Not sent" }));
    const names = async () =>
      (await tables.list("LocalOrder", { where: { id: [5, 6] }, orderBy: "id" })).map(({ name }) => name);
    expect(await names()).toEqual(["Sent", "Not sent"]);
    expect(await tables.get("LocalOrder", 5)).toMatchObject({ _local: { isFromServer: true, isModified: false } });
    await lay([[7, 2, "Another", "blue"]]);
    expect(await names()).toEqual(["Sent", "Not sent"]);
    await lay(
      [
        [5, 2, "Sent, and answered", "blue"],
        [6, 2, "Of the server", "blue"],
      ],
      { entities: ["LocalOrder"], upTo: 1, own: [] },
    );
    expect(await names()).toEqual(["Sent, and answered", "Not sent"]);
    expect(await tables.get("LocalOrder", 5)).toEqual({ id: 5, name: "Sent, and answered", kind: "blue" });
  });

  it("the version is for the server: it is in no row, and readBase has it", async () => {
    const tables = new Tables(store);
    await put("LocalOrder", edit(5, { name: "Mine" }));
    expect(Object.keys((await tables.get("LocalOrder", 5)) ?? {})).toEqual(["id", "name", "kind", "_local"]);
    expect(Object.keys((await tables.get("LocalOrder", 4)) ?? {})).toEqual(["id", "name", "kind"]);
    expect(await tables.readBase("LocalOrder", [5, "4", 99_999])).toEqual(
      new Map<Key, Row>([
        [5, base(5)],
        ["4", base(4)],
      ]),
    );
    await put("LocalOrder", edit(7, {}, { op: "delete" }), [localKey("a"), localRow({ id: localKey("a") })]);
    const all = await tables.readBase("LocalOrder", null);
    expect([all.size, all.get(5), all.has(7), all.has(localKey("a"))]).toEqual([TOTAL, base(5), true, false]);
    await expect(tables.list("LocalOrder", { orderBy: "_version" })).rejects.toMatchObject({
      code: "unknown_attribute",
    });
  });

  it("L5: an attribute is found under the name that it had, and where rows do not have it yet", async () => {
    const renamed: EntityDefinition = {
      ...ORDER,
      attributes: ORDER.attributes.map((one) => (one.name === "kind" ? { ...one, name: "sort", was: ["kind"] } : one)),
    };
    await put("LocalOrder", edit(5, { kind: "green" }), [8000, localRow({ name: "x" }, { base: base(8000) })]);
    const definition = { ...({ app: "shop" } as Definition), entities: [renamed, LINE] };
    await store.switch(change({ definition: { version: "v2", definition } }));
    const tables = new Tables(store);
    expect(await tables.get("LocalOrder", 5)).toMatchObject({ sort: "green" });
    expect(await tables.get("LocalOrder", 8000)).toMatchObject({ name: "x", sort: "blue" });
    expect(await keys(tables, { where: { sort: "green" } })).toEqual([5]);
  });
});

describe("records that the server has not got", () => {
  const order = (id: string, name: string): [Key, LocalRow] => [id, localRow({ id, name, kind: "red" })];
  const line = (id: string, of: Key): [Key, LocalRow] => [id, localRow({ id, name: id, order: of })];

  it("come after all others in the order of keys, and are found by their own", async () => {
    const tables = new Tables(store);
    await put("LocalOrder", order(localKey("b"), "B"), order(localKey("a"), "A"));
    expect(await keys(tables, { orderBy: "id", offset: TOTAL - 1 })).toEqual([TOTAL - 1, localKey("a"), localKey("b")]);
    expect(await keys(tables, { orderBy: "-id", limit: 3 })).toEqual([localKey("b"), localKey("a"), TOTAL - 1]);
    const isNew = { ...facts, isFromServer: false, isModified: false };
    expect(await tables.get("LocalOrder", localKey("a"))).toEqual({
      id: localKey("a"),
      name: "A",
      kind: "red",
      _local: isNew,
    });
    expect(await tables.get("LocalOrder", localKey("c"))).toBe(null);
    expect(await tables.count("LocalOrder", {})).toBe(TOTAL + 2);
    expect((await tables.facets("LocalOrder", { fields: ["id"] })).id).toMatchObject({ min: 0, max: TOTAL - 1 });
  });

  it("W5: a new order has its new lines, before and after the server gave it a key", async () => {
    const tables = new Tables(store);
    const lines = (of: WireValue) => keys(tables, { where: { order: of }, orderBy: "id" }, "LocalLine");
    await put("LocalOrder", order(localKey("0"), "New"));
    await put(
      "LocalLine",
      line(localKey("1"), localKey("0")),
      line(localKey("2"), localKey("0")),
      line(localKey("3"), 7),
    );
    expect(await lines(localKey("0"))).toEqual([localKey("1"), localKey("2")]);
    expect(await lines(7)).toEqual([1, localKey("3")]);
    await store.changeLocal(async (transaction) => {
      await transaction.putServerKey(localKey("0"), "LocalOrder", 5000);
      await transaction.putRow("LocalOrder", localKey("0"), null);
      await transaction.putRow("LocalOrder", 5000, localRow({ id: 5000, name: "New", kind: "red" }, { state: "sent" }));
      for (const id of [localKey("1"), localKey("2")]) await transaction.putRow("LocalLine", id, line(id, 5000)[1]);
    }, "relaxed");
    const known = { id: 5000, name: "New", _local: { isFromServer: true, isModified: false, state: "sent" } };
    expect(await tables.get("LocalOrder", localKey("0"))).toMatchObject(known);
    expect(await tables.get("LocalOrder", 5000)).toMatchObject(known);
    expect(await lines(localKey("0"))).toEqual([localKey("1"), localKey("2")]);
    expect(await lines([7, localKey("0")])).toEqual([1, localKey("1"), localKey("2"), localKey("3")]);
    expect(await tables.count("LocalLine", { where: { order: localKey("0") } })).toBe(2);
    const { name } = await tables.facets("LocalLine", { fields: ["name"], where: { order: localKey("0") } });
    expect(name?.values.map(([value]) => value).sort()).toEqual([localKey("1"), localKey("2")]);
    await lay([[5000, 1, "New", "red"]]);
    expect((await tables.readBase("LocalOrder", [localKey("0")])).get(localKey("0"))).toMatchObject({
      id: 5000,
      _version: 1,
    });
  });

  it("are there before anything of their entity is, and while it comes", async () => {
    globalThis.indexedDB = new IDBFactory();
    store = new IdbStore("shop", "ann", () => "replica");
    const definition = { ...({ app: "shop" } as Definition), entities: [ORDER, LINE] };
    await store.switch(change({ definition: { version: "v1", definition } }));
    const tables = new Tables(store);
    expect([await tables.list("LocalOrder", {}), await tables.count("LocalOrder", {})]).toEqual([[], 0]);
    await put("LocalOrder", order(localKey("a"), "A"));
    expect(await keys(tables, {})).toEqual([localKey("a")]);
    expect([await tables.count("LocalOrder", {}), await tables.readBase("LocalOrder", [1])]).toEqual([1, new Map()]);
    tables.preview = new Preview(store, () => undefined);
    tables.preview.begin("LocalOrder", COLUMNS, { version: "v1", definition });
    const generation = await store.newGeneration();
    await store.stage("LocalOrder", generation, 0, segmentOf([[1, 4, "One", "blue"]]));
    tables.preview.staged("LocalOrder", { generation, number: 0 }, 1);
    await put("LocalOrder", [1, localRow({ kind: "green" }, { base: { ...base(1), name: "One" } })]);
    expect(await keys(tables, { orderBy: "id" })).toEqual([1, localKey("a")]);
    expect(await tables.get("LocalOrder", 1)).toMatchObject({ name: "One", kind: "green" });
    expect(await tables.count("LocalOrder", {})).toBe(2);
    const one = { id: 1, _version: 4, name: "One", kind: "blue" };
    expect(await tables.readBase("LocalOrder", [1])).toEqual(new Map([[1, one]]));
  });
});

describe("what local changes cost", () => {
  it("L3: nothing but a number where there are none", async () => {
    await storeBlocks();
    const reads = watchReads();
    const tables = new Tables(store);
    await Promise.all([tables.list("LocalOrder", { limit: 50 }), tables.count("LocalOrder", {})]);
    // The third begins to read the table behind what is shown.
    expect(reads).toMatchObject({ segments: 0, blocks: 1, rows: 0 });
    expect(reads.transactions).toBeLessThanOrEqual(3);
    await keys(tables, { where: { kind: "red" }, limit: 1 });
    expect(reads.rows).toBe(0);
  });

  it("L3: a few segments at a start, where there are a few; page by page what the table says", async () => {
    const pick = random(3);
    await storeBlocks();
    for (let round = 0; round < 40; round++) {
      const locals = Array.from({ length: 1 + pick(5) }, (_, at): [Key, LocalRow] => {
        const key = pick(2) === 0 ? TOTAL - 1 - pick(150) : pick(TOTAL);
        const name = `Order ${6999 + pick(300)}`;
        if (pick(3) === 0) return [localKey(at), localRow({ id: localKey(at), name, kind: null })];
        return pick(3) === 0 ? edit(key, {}, { op: "delete" }) : edit(key, { name });
      });
      await store.changeLocal(async (transaction) => {
        for (const { key } of await transaction.rows("LocalOrder")) await transaction.putRow("LocalOrder", key, null);
        for (const [key, row] of locals) await transaction.putRow("LocalOrder", key, row);
      }, "strict");
      // Near the end of what is stored more often than not.
      const end = pick(3) > 0 ? 94 + pick(10) : 1 + pick(150);
      const limit = 1 + pick(Math.min(end, 50));
      const page = { limit, offset: end - limit };
      const warm = new Tables(store);
      await warm.get("LocalOrder", 1);
      const expected = [await warm.list("LocalOrder", page), await warm.count("LocalOrder", {})];
      const reads = watchReads();
      const cold = new Tables(store);
      expect([await cold.list("LocalOrder", page), await cold.count("LocalOrder", {})]).toEqual(expected);
      if (page.offset + page.limit <= 90) {
        expect(reads.segments).toBeLessThanOrEqual(locals.length);
      }
      vi.restoreAllMocks();
    }
  });

  it("L3: a stored head of other rows than these is not mixed with them", async () => {
    await storeBlocks();
    await put("LocalOrder", edit(TOTAL - 1, { kind: "green" }));
    const real = store.whole.bind(store);
    store.whole = async (...args) => {
      store.whole = real;
      const found = await real(...args);
      await lay([[1, 2, "A new first", "blue"]]);
      return found;
    };
    expect(await keys(new Tables(store), { limit: 2 })).toEqual([1, TOTAL - 1]);
  });

  it("S1: blocks say what the server's rows say, and nothing of what is local", async () => {
    const [name, head] = ["order:name", "head"];
    await put("LocalOrder", edit(2999, { name: "Secret" }), [
      localKey("a"),
      localRow({ id: localKey("a"), name: "Secret" }),
    ]);
    await storeBlocks();
    const found = await Promise.all([name, head].map((one) => store.whole("LocalOrder", one)));
    expect(found.map((one) => one?.block?.rows)).toEqual([TOTAL, TOTAL]);
    expect(JSON.stringify(found)).not.toContain("Secret");
    expect(JSON.stringify(await store.blocks("LocalOrder", "search", found[0]?.block?.made as never))).not.toContain(
      "secret",
    );
    await put("LocalOrder", [2999, null], [localKey("a"), null]);
    const reads = watchReads();
    expect(await keys(new Tables(store), { limit: 2 })).toEqual([2999, 2998]);
    expect(reads.segments).toBe(0);
  });

  it("an edit among a thousand works out nothing anew that does not concern it", async () => {
    const tables = new Tables(store);
    const query: ListOptions = { search: "order 9", where: { kind: ["blue", "green"] }, limit: 20 };
    const ask = () =>
      Promise.all([
        tables.list("LocalOrder", query),
        tables.count("LocalOrder", query),
        tables.list("LocalOrder", { orderBy: ["kind", "-name"], limit: 20, offset: 500 }),
        tables.facets("LocalOrder", { fields: ["kind"], search: "order 9" }),
      ]);
    await put("LocalOrder", ...Array.from({ length: 1000 }, (_, at) => edit(at * 3 + 1, { name: `Edited ${at}` })));
    await ask();
    const parsed = vi.spyOn(Lines.prototype, "row");
    const sorted = vi.spyOn(Orders.prototype as unknown as { ranks(): unknown }, "ranks");
    const folded = vi.spyOn(String.prototype, "toLowerCase");
    const searched = vi.spyOn(String.prototype, "includes");
    const reads = watchReads();
    await put("LocalOrder", edit(4, { name: "Order 0, edited 9" }));
    parsed.mockClear();
    folded.mockClear();
    searched.mockClear();
    const [rows] = await ask();
    expect(rows.map(({ name }) => name)).toContain("Order 0, edited 9");
    // Its own server's row, and the pages that are shown.
    expect(parsed.mock.calls.length).toBeLessThanOrEqual(1 + 20 + 20);
    expect(sorted).not.toHaveBeenCalled();
    // Words of the search, and the row.
    expect(folded.mock.calls.length).toBeLessThan(12);
    expect(searched.mock.calls.length).toBeLessThan(100);
    // Of local rows the one.
    expect(reads).toMatchObject({ segments: 0, blocks: 0, rows: 1 });
    parsed.mockClear();
    const compared = vi.spyOn(JSON, "stringify");
    reads.rows = 0;
    await tables.count("LocalOrder", query);
    expect(compared.mock.calls.length).toBeLessThan(8);
    expect(reads.rows).toBe(0);
    vi.restoreAllMocks();
    expect(await ask()).toEqual(
      await Promise.all([
        new Tables(store).list("LocalOrder", query),
        new Tables(store).count("LocalOrder", query),
        new Tables(store).list("LocalOrder", { orderBy: ["kind", "-name"], limit: 20, offset: 500 }),
        new Tables(store).facets("LocalOrder", { fields: ["kind"], search: "order 9" }),
      ]),
    );
  });

  it("P4: nor does a delta that comes while there are some", async () => {
    const tables = new Tables(store);
    await put("LocalOrder", edit(4, { name: "Order 0, edited 9" }));
    const query: ListOptions = { search: "order 9", orderBy: ["kind", "-name"], limit: 20 };
    await tables.list("LocalOrder", query);
    const sorted = vi.spyOn(Orders.prototype as unknown as { ranks(): unknown }, "ranks");
    const searched = vi.spyOn(Base.prototype, "folded");
    await lay([[5, 2, "Order 0, by somebody 9", "blue"]]);
    const found = await tables.list("LocalOrder", { ...query, offset: 1900, limit: 100 });
    expect(sorted).not.toHaveBeenCalled();
    expect(searched).not.toHaveBeenCalled();
    expect(found).toEqual(await new Tables(store).list("LocalOrder", { ...query, offset: 1900, limit: 100 }));
  });

  it("L3: the usual order is not sorted at a start, but found", async () => {
    await storeBlocks();
    await put("LocalOrder", edit(4, { name: "Order 8000 b" }));
    const sorted = vi.spyOn(Orders.prototype as unknown as { ranks(): unknown }, "ranks");
    expect(await keys(new Tables(store), { offset: 1000, limit: 3 })).toEqual([1999, 4, 1998]);
    expect(sorted).not.toHaveBeenCalled();
  });

  it("readBase reads many in two transactions, and each segment once", async () => {
    const tables = new Tables(store);
    const reads = watchReads();
    const wanted = Array.from({ length: 1000 }, (_, at) => at * 3);
    expect([...(await tables.readBase("LocalOrder", wanted)).values()].map(({ id }) => id)).toEqual(wanted);
    expect(reads.segments).toBe(SEGMENTS);
    expect(reads.transactions).toBe(2);
  });
});

it("L1: lists of local rows agree with looking at each of them", async () => {
  const pick = random(11);
  const tables = new Tables(store);
  const locals = new Map<Key, LocalRow>();
  for (let step = 0; step < 12; step++) {
    const key = pick(2) === 0 ? localKey(pick(6)) : pick(40);
    const values = { name: `Order ${9950 + pick(60)}`, kind: ["red", "green", null][pick(3)] as WireValue };
    const local = typeof key === "string" ? localRow({ id: key, ...values }) : edit(key, values)[1];
    if (locals.has(key) && pick(2) === 0) {
      locals.delete(key);
      await put("LocalOrder", [key, null]);
    } else {
      locals.set(key, local);
      await put("LocalOrder", [key, local]);
    }
    const rows = new Map<Key, Row>();
    for (let at = 0; at < TOTAL; at++) {
      const [id = 0, , name = "", kind = ""] = orderRow(at);
      rows.set(id as Key, { id, name, kind });
    }
    for (const [id, { values: own }] of locals) rows.set(id, { ...rows.get(id), ...own });
    const naive = new Naive(ORDER, [...rows.values()]);
    for (const query of [
      { limit: 10 },
      { search: "99", where: { kind: [null, "red"] } },
      { orderBy: "-id", limit: 5 },
    ]) {
      const found = (await tables.list("LocalOrder", query)).map(({ _local, ...row }) => row);
      expect(found).toEqual(naive.list(query));
      expect(await tables.count("LocalOrder", query)).toBe(naive.count(query));
    }
  }
});
