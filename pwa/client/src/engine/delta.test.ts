import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { IdbStore } from "../store/user";
import { deferred } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import type { FakeServer } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import { until } from "../testing/until";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 30));
  await tab.engine.onSync("");
});

afterEach(() => vi.restoreAllMocks());

describe("P4: only what changed travels", () => {
  it("P4: nothing when nothing changed, and the cursor may be another one", async () => {
    expect(await tab.engine.onSync("")).toEqual({ status: "complete", context: "", received: {} });
    expect(stock.told).toMatchObject({ mode: "unchanged" });
    const { cursor } = (await tab.engine.syncProperties()).entities.LocalThing ?? {};
    server.damage = (bytes) => {
      return new TextEncoder().encode(new TextDecoder().decode(bytes).replace(`"${cursor}"`, '"LocalThing.new"'));
    };
    await tab.engine.onSync("");
    expect((await tab.engine.syncProperties()).entities.LocalThing?.cursor).toBe("LocalThing.new");
    await stock.expectEqual(tab);
  });

  it("P4: new, changed and removed rows", async () => {
    stock.put(2, "changed", "");
    stock.put(99, "new", "");
    stock.remove(5, 6, 7, 30);
    const result = await tab.engine.onSync("");
    expect(stock.told).toMatchObject({ mode: "delta", rows: 2, gaps: 2 });
    expect(result.received).toEqual({ LocalThing: 6 });
    await stock.expectEqual(tab);
    expect(await tab.engine.get("LocalThing", 2)).toMatchObject({ name: "changed" });
    expect(await tab.engine.get("LocalThing", 6)).toBe(null);
  });

  it("P4: many times over, seen by a tab that is open and by one that opens later", async () => {
    for (const round of range(1, 12)) {
      stock.put(round, `round ${round}`, "");
      stock.remove(round + 12);
      stock.put(100 + round, "new", "");
      await tab.engine.onSync("", { pressed: true });
      expect(stock.told?.mode).toBe("delta");
      await stock.expectEqual(tab);
    }
    await stock.expectEqual(await world.tab());
  });

  it("P4: everything gone, and back", async () => {
    const { rows } = stock;
    stock.rows = [];
    expect((await tab.engine.onSync("")).received).toEqual({ LocalThing: 30 });
    await stock.expectEqual(tab);
    stock.rows = rows;
    await tab.engine.onSync("");
    await stock.expectEqual(tab);
  });

  it("T5: removals alone, of the entity that is the last of the answer", async () => {
    stock.remove(30, 7);
    expect((await tab.engine.onSync("first")).received).toEqual({ LocalThing: 2 });
    expect(stock.told).toMatchObject({ mode: "delta", rows: 0, gaps: 2 });
    await stock.expectEqual(tab);
  });

  it("T5: a gap removes the rows between, and neither of the two it names", async () => {
    stock.remove(11, 12);
    await tab.engine.onSync("");
    const keys = (await tab.engine.list("LocalThing", { orderBy: "id" })).map(({ id }) => id);
    expect(keys).toEqual([...range(1, 10), ...range(13, 30)]);
  });

  it.each(["string", "uuid"] as const)("T5: gaps between %s keys of all planes of Unicode", async (type) => {
    ({ stock, server, world, tab } = await Stock.open(type));
    const keys = ["A", "a", "a\uffff", "a🍣", "a🍣b", "z", "\ue000", "\uffff", "\u{10000}", "🍣"];
    stock.rows = keys.map((key) => [key, "", ""]);
    await tab.engine.onSync("");
    for (const key of ["a\uffff", "\uffff", "a🍣", "🍣"]) {
      stock.remove(key);
      await tab.engine.onSync("", { pressed: true });
      expect(stock.told).toMatchObject({ mode: "delta", rows: 0, gaps: 1 });
      await stock.expectEqual(tab);
    }
  });

  it("T5: gaps between keys beyond 2^53, which travel as digits", async () => {
    stock.rows = [9, 10, "9007199254740992", "9007199254740993", "9007199254740994"].map((key) => [key, "", ""]);
    await tab.engine.onSync("");
    stock.remove("9007199254740993", 10);
    await tab.engine.onSync("");
    expect(stock.told).toMatchObject({ mode: "delta", gaps: 2 });
    await stock.expectEqual(tab);
  });

  it("rows that a database sorts in a way of its own are counted right, whatever their keys", async () => {
    ({ stock, server, world, tab } = await Stock.open("string"));
    server.segmentRows = 2;
    stock.rows = ["1.1", "2.1", "3.1", "10.1", "11.1", "100.1"].map((key) => [key, "", ""]);
    // As numbers and points, where this device takes them for text.
    server.sortAs = (key) =>
      String(key)
        .split(".")
        .reduce((sum, part) => sum * 1000 + Number(part), 0);
    await tab.engine.onSync("");
    for (const key of ["1.1", "10.1", "100.1", "2.1", "5.1"]) {
      stock.put(key, "changed", "");
      await tab.engine.onSync("", { pressed: true });
      expect(stock.told?.mode).toBe("delta");
      await stock.expectEqual(tab);
    }
  });

  it("pictures of changed rows come, and those of removed rows go", async () => {
    server.files = { "a.png": "A", "b.png": "B" };
    stock.put(1, "with", "a.png");
    await tab.engine.onSync("");
    expect(await (await tab.engine.file("a.png"))?.text()).toBe("large A");
    stock.put(1, "with", "b.png");
    await tab.engine.onSync("");
    expect(await tab.engine.file("a.png")).toBe(null);
    expect(await (await tab.engine.file("b.png"))?.text()).toBe("large B");
    stock.remove(1);
    await tab.engine.onSync("");
    expect(await tab.engine.file("b.png")).toBe(null);
  });

  it("Q1: a device that is slow to find what changes does not stand still", async () => {
    ({ stock, server, world, tab } = await Stock.open());
    server.segmentRows = 5;
    stock.rows = rowsOf(range(1, 50));
    await tab.engine.onSync("");
    stock.remove(...range(2, 49));
    const { segment, baseSegments } = IdbStore.prototype;
    const read = vi.spyOn(IdbStore.prototype, "segment").mockImplementation(function (this: IdbStore, ...which) {
      world.clock.advance(10_000);
      return segment.apply(this, which);
    });
    const some = vi.spyOn(IdbStore.prototype, "baseSegments").mockImplementation(function (this: IdbStore, ...which) {
      world.clock.advance(10_000);
      return baseSegments.apply(this, which);
    });
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(read.mock.calls.length + some.mock.calls.length).toBeGreaterThanOrEqual(10);
    await stock.expectEqual(tab);
  });

  it("L5: other columns bring everything", async () => {
    const things = server.definition.entities[0];
    if (things) things.attributes = things.attributes.filter(({ name }) => name !== "picture");
    server.version = "v2";
    stock.rows = [[1, "only"]];
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(stock.told?.mode).toBe("replace");
    expect(await tab.engine.list("LocalThing", {})).toEqual([{ id: 1, name: "only" }]);
  });
});

describe("P1: rows and cursor in one", () => {
  it("P1: a delta that is cut at any byte changes nothing, and comes whole the next time", async () => {
    stock.put(2, "changed", "");
    stock.remove(5, 30);
    const before = await tab.engine.syncProperties();
    const shown = await tab.engine.list("LocalThing");
    const cursors = Object.fromEntries(Object.entries(before.entities).map(([name, { cursor }]) => [name, cursor]));
    const { length } = server.answer(["LocalThing", "LocalKind"], cursors, "v1");
    for (let at = 0; at < length; at += 7) {
      stock.cutAfter(at);
      expect((await tab.engine.onSync("")).error?.code).toBe("incomplete_response");
      expect(await tab.engine.list("LocalThing")).toEqual(shown);
    }
    expect(await tab.engine.syncProperties()).toEqual(before);
    stock.heal();
    await tab.engine.onSync("");
    expect(stock.told).toMatchObject({ mode: "delta", rows: 1, gaps: 2 });
    await stock.expectEqual(tab);
  });

  it("P1: killed between staging and switch, nothing happened", async () => {
    stock.put(2, "changed", "");
    const before = await tab.engine.syncProperties();
    const never = vi.spyOn(IdbStore.prototype, "switch").mockImplementation(() => new Promise(() => undefined));
    const dying = await world.tab({ locks: new FakeLocks() });
    void dying.engine.onSync("");
    await until(() => expect(never).toHaveBeenCalled());
    never.mockRestore();
    expect(await tab.engine.syncProperties()).toEqual(before);
    expect(await tab.engine.get("LocalThing", 2)).toMatchObject({ name: "thing 2" });
    await tab.engine.onSync("");
    await stock.expectEqual(tab);
  });

  it("P1: a second tab's late delta cannot move rows and cursor back", async () => {
    const other = await world.tab({ locks: new FakeLocks() });
    stock.put(2, "late", "");
    const reached = deferred();
    const held = deferred();
    server.intercept = async (asked) => {
      if (asked.method !== "POST") return undefined;
      server.intercept = null;
      const late = server.serve(asked);
      reached.resolve();
      await held.promise;
      return late;
    };
    const slow = other.engine.onSync("");
    await reached.promise;
    stock.put(2, "newer", "");
    stock.remove(3);
    expect((await tab.engine.onSync("")).status).toBe("complete");
    const properties = await tab.engine.syncProperties();
    held.resolve();
    expect(await slow).toMatchObject({ status: "error", error: { code: "superseded" } });
    expect(await tab.engine.syncProperties()).toEqual(properties);
    await stock.expectEqual(other);
  });

  it.each([
    ["a delta where nothing was sent to compare with", "LocalThing", '"mode":"replace"', '"gaps":0,"mode":"delta"'],
    ["a comparison that was not asked for", "LocalThing", '"mode":"replace"', '"total":30,"mode":"ranges"'],
  ])("refuses %s", async (_name, _entity, from, to) => {
    const fresh = await Stock.open();
    fresh.stock.rows = [];
    fresh.server.damage = (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to));
    expect((await fresh.tab.engine.onSync("")).error?.code).toBe("corrupt_response");
    expect(await fresh.tab.engine.count("LocalThing")).toBe(0);
  });
});
