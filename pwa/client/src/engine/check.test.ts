/** P5: what is on the device is compared with the server's rows, and repaired where it is not the same. */

import type { IDBPDatabase } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { EntityRecord, Segment } from "../store/store";
import { IdbStore } from "../store/user";
import { FakeLocks } from "../testing/locks";
import { type FakeServer, failure } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab, World } from "../testing/world";
import { isCheckDue } from "./check";

const DAY = 24 * 60 * 60 * 1000;

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  server.inlineRows = 1000;
  stock.rows = rowsOf(range(1, 3500));
  await sync();
  server.asked.splice(0);
});

afterEach(() => vi.restoreAllMocks());

const sync = (of: Tab = tab) => of.engine.onSync("", { pressed: true });
const check = (of: Tab = tab) => of.engine.check(true);
const posts = () => server.log.filter((line) => line === "POST ").length;
const overview = async () => {
  const store = new IdbStore("shop", "anonymous", () => "");
  const found = await store.overview();
  store.close();
  return found;
};

/** Changes a stored segment of the base. */
async function damage(number: number, change: (segment: Segment) => unknown, entity = "LocalThing"): Promise<void> {
  await stock.meddle(async (db, { generation }) => {
    const key = [entity, generation, number];
    const changed = change(await db.get("segments", key));
    await (changed === undefined ? db.delete("segments", key) : db.put("segments", changed, key));
  }, entity);
}

const replace = (from: string | RegExp, to: string) => (segment: Segment) => ({
  ...segment,
  text: segment.text.replace(from, to),
});
const remove = () => undefined;

/** As the server has it, in this tab, in a new one and in the database, where nothing of the damage is left. */
async function expectRepaired(): Promise<void> {
  await stock.expectEqual(await world.tab({ locks: new FakeLocks() }));
  await stock.expectEqual(tab);
  await stock.expectNoLeftovers();
  expect(await stock.stored()).not.toContain("thong");
  expect((await overview()).doubts).toEqual([]);
  const before = posts();
  expect(await check()).toEqual({ status: "complete", repaired: {} });
  // Once for what changed, once to compare; and nothing travelled.
  expect(posts() - before).toBe(2);
  expect(stock.told).toMatchObject({ mode: "ranges", rows: 0 });
}

describe("a comparison", () => {
  it("P5: finds ten rows changed by hand and a segment that was deleted, repairs exactly those, and says so", async () => {
    for (const key of [1, 2, 500, 999, 1000]) await damage(0, replace(`thing ${key}"`, `thong ${key}"`));
    for (const key of [3001, 3002, 3100, 3499, 3500]) await damage(3, replace(`thing ${key}"`, `thong ${key}"`));
    await damage(1, remove);
    tab.events.splice(0);
    const repaired = { LocalThing: 1010 };
    expect(await check()).toEqual({ status: "complete", repaired });
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 2500 });
    const at = new Date(world.clock.now()).toISOString();
    expect(tab.events.find(({ type }) => type === "synccomplete")?.detail).toMatchObject({
      received: repaired,
      check: { at, repaired },
    });
    expect(tab.events).toContainEqual({ type: "datachange", detail: { entities: ["LocalThing"] } });
    expect((await tab.engine.state()).lastCheck).toEqual({ at, repaired });
    await expectRepaired();
  });

  it("P5: of what is right writes nothing and shows nothing new", async () => {
    const { entities } = await overview();
    tab.events.splice(0);
    expect(await check()).toEqual({ status: "complete", repaired: {} });
    expect(tab.names()).not.toContain("datachange");
    const { LocalThing } = (await overview()).entities;
    expect(LocalThing).toMatchObject({ generation: entities.LocalThing?.generation, layers: [] });
    expect(LocalThing?.sums).toEqual(entities.LocalThing?.sums);
  });

  it("P5: does not count what changed on the server as damage", async () => {
    stock.put(7, "changed there", "");
    stock.remove(8);
    await damage(2, replace("thing 2500", "thong 2500"));
    expect(await check()).toEqual({ status: "complete", repaired: { LocalThing: 1 } });
    await expectRepaired();
  });

  it("P5: finds what the server never told of", async () => {
    // As if its triggers had been off: neither the cursor nor what the device knows of its rows says anything of it.
    const original = server.answer.bind(server);
    server.answer = (entities, cursors, definition, ranges) => {
      const rows = stock.rows;
      if (ranges === undefined) stock.rows = rowsOf(range(1, 3500));
      const answer = original(entities, cursors, definition, ranges);
      stock.rows = rows;
      return answer;
    };
    stock.put(7, "changed there", "");
    await sync();
    expect(await tab.engine.get("LocalThing", 7)).toMatchObject({ name: "thing 7" });
    expect(await check()).toEqual({ status: "complete", repaired: { LocalThing: 1 } });
    expect(await tab.engine.get("LocalThing", 7)).toMatchObject({ name: "changed there" });
  });

  const kinds: [string, number, () => Promise<void>][] = [
    ["a row that is no JSON", 1, () => damage(1, replace('"thing 1500"', "thong"))],
    [
      "a segment cut in its middle",
      750,
      () => damage(1, (one) => ({ ...one, text: one.text.slice(0, one.text.indexOf("[1251")) })),
    ],
    [
      "a segment cut within a row",
      750,
      () => damage(1, (one) => ({ ...one, text: one.text.slice(0, one.text.indexOf("[1251") + 9) })),
    ],
    ["a segment that is text", 1000, () => damage(1, () => "thong")],
    ["a segment without text", 1000, () => damage(1, ({ first, last, rows }) => ({ first, last, rows }))],
    ["the first segment", 1000, () => damage(0, remove)],
    ["the last segment", 500, () => damage(3, remove)],
    ["a row that is gone", 1, () => damage(1, replace('[1500,"thing 1500",""]\n', ""))],
    [
      "a row that is there twice",
      0,
      () => damage(1, replace('[1500,"thing 1500",""]\n', '[1500,"thing 1500",""]\n'.repeat(2))),
    ],
    ["a row with the key of another", 2, () => damage(1, replace("[1500,", "[1501,"))],
    ["a row whose key belongs elsewhere", 1, () => damage(1, replace("[1500,", "[99999,"))],
    ["a row whose key is no key", 1, () => damage(1, replace("[1500,", "[true,"))],
    [
      "a row that was never there",
      1,
      () => damage(3, replace('[3500,"thing 3500",""]\n', '[3499.5,"thong",""]\n[3500,"thing 3500",""]\n')),
    ],
    ["another number of rows in a segment", 0, () => damage(1, (one) => ({ ...one, rows: 7 }))],
    ["another number of rows in all", 0, () => meta({ rows: 7, fingerprint: 7 })],
    ["fewer segments in the record", 500, () => meta({ segments: 3 })],
    ["more segments in the record", 0, () => meta({ segments: 5 })],
  ];

  async function meta(change: Partial<EntityRecord>): Promise<void> {
    await stock.meddle(async (db: IDBPDatabase, record) => {
      const entities = await db.get("meta", "entities");
      await db.put("meta", { ...entities, LocalThing: { ...record, ...change } }, "entities");
    });
  }

  it.each(kinds)("P5: repairs %s", async (_what, count, meddle) => {
    await meddle();
    expect(await check()).toEqual({ status: "complete", repaired: count === 0 ? {} : { LocalThing: count } });
    await expectRepaired();
  });

  it.each([
    ["that is gone", remove],
    ["whose row changed", replace("new", "thong")],
    ["that is garbled", replace('"new', "thong")],
  ] as const)("P5: repairs a layer %s", async (_what, change) => {
    stock.put(5, "new 5", "");
    await sync();
    await stock.meddle(async (db, { layers }) => {
      const key = ["LocalThing", layers[0]?.generation ?? 0, 0];
      const changed = change(await db.get("segments", key));
      await (changed === undefined ? db.delete("segments", key) : db.put("segments", changed, key));
    });
    expect(await check()).toEqual({ status: "complete", repaired: { LocalThing: 1 } });
    await expectRepaired();
  });

  it("P5: repairs a read-only entity, of which it fetches the parts that are damaged", async () => {
    server.rows.LocalKind = range(1, 2500).map((key) => [key, `kind ${key}`]);
    await sync();
    await damage(0, replace('kind 10"', 'kond 10"'), "LocalKind");
    await damage(2, remove, "LocalKind");
    server.asked.splice(0);
    expect(await check()).toEqual({ status: "complete", repaired: { LocalKind: 501 } });
    expect(stock.partsAsked).toHaveLength(2);
    const fresh = await world.tab({ locks: new FakeLocks() });
    const kinds = await fresh.engine.list("LocalKind", { orderBy: "id" });
    expect(kinds.map(({ id, name }) => [id, name])).toEqual(server.rows.LocalKind);
    expect(await check()).toEqual({ status: "complete", repaired: {} });
  });

  it("P5: repairs a small read-only entity, which comes whole", async () => {
    await damage(0, replace("Drink", "Drank"), "LocalKind");
    expect(await check()).toEqual({ status: "complete", repaired: { LocalKind: 1 } });
    expect(await tab.engine.list("LocalKind")).toEqual([{ id: 1, name: "Drink" }]);
  });

  it("P2: that was cut fails, leaves what is shown, and goes on where it was", async () => {
    for (const key of [500, 1500, 2500])
      await damage(Math.floor(key / 1000), replace(`thing ${key}"`, `thong ${key}"`));
    server.intercept = ({ method, body }) => {
      const isComparing = method === "POST" && (body as { ranges?: object }).ranges !== undefined;
      server.damage = isComparing ? (all) => all.subarray(0, all.length - 30_000) : null;
      return undefined;
    };
    expect(await check()).toMatchObject({ status: "error", repaired: {}, error: { code: "incomplete_response" } });
    stock.heal();
    expect(await check()).toEqual({ status: "complete", repaired: { LocalThing: 3 } });
    await expectRepaired();
  });

  it("without a network says so", async () => {
    server.online = false;
    expect(await check()).toMatchObject({ status: "error", repaired: {}, error: { code: "network" } });
  });

  it("is one with a sync that waits", async () => {
    const [first, second] = await Promise.all([sync(), check()]);
    expect(first.check?.repaired).toEqual({});
    expect(second.status).toBe("complete");
    expect(posts()).toBe(2);
  });
});

describe("a comparison by itself", () => {
  it("P5: runs with the first sync of everything after a week, once", async () => {
    expect((await tab.engine.state()).lastCheck).toEqual({
      at: new Date(world.clock.now()).toISOString(),
      repaired: {},
    });
    await damage(1, replace("thing 1500", "thong 1500"));
    world.clock.advance(7 * DAY - 1);
    expect(await sync()).not.toHaveProperty("check");
    world.clock.advance(1);
    expect(await tab.engine.onSync("first", { pressed: true })).not.toHaveProperty("check");
    expect(await tab.engine.syncEntity("LocalThing", true)).not.toHaveProperty("check");
    expect((await sync()).check?.repaired).toEqual({ LocalThing: 1 });
    await expectRepaired();
    expect(await sync()).not.toHaveProperty("check");
  });

  it("P5: that fails does not fail the sync, and is tried again with the next", async () => {
    world.clock.advance(7 * DAY);
    server.intercept = ({ method, body }) => {
      const isComparing = method === "POST" && (body as { ranges?: object }).ranges !== undefined;
      return isComparing ? failure(503, "busy", true) : undefined;
    };
    stock.put(9999, "new", "");
    expect(await sync()).toMatchObject({ status: "complete", received: { LocalThing: 1 }, error: { code: "busy" } });
    stock.heal();
    expect((await sync()).check?.repaired).toEqual({});
  });

  it.each([
    ["never", null, true],
    ["just now", 0, false],
    ["almost a week ago", 7 * DAY - 1, false],
    ["a week ago", 7 * DAY, true],
    ["by a clock that was ahead by days", -DAY, false],
    ["by a clock that was ahead by years", -900 * DAY, true],
  ] as const)("is due or not when the last was %s", (_when, ago, expected) => {
    const now = Date.UTC(2026, 0, 31);
    const last = ago === null ? null : { at: new Date(now - ago).toISOString(), repaired: {} };
    expect(isCheckDue(last, now, 7 * DAY)).toBe(expected);
  });

  it("is due when the time of the last cannot be read", () => {
    expect(isCheckDue({ at: "soon", repaired: {} }, 0, 7 * DAY)).toBe(true);
  });
});

describe("damage that is met on the way", () => {
  it.each([
    ["missing", remove],
    ["garbled", replace('"thing 1200"', "thong")],
    ["cut", (one: Segment) => ({ ...one, text: one.text.slice(0, -5) })],
  ] as const)(
    "P5: a %s segment that a delta touches does not fail the sync, which repairs it",
    async (_what, change) => {
      await damage(1, change);
      stock.put(1200, "changed there", "");
      expect((await sync()).status).toBe("complete");
      await expectRepaired();
    },
  );

  it("P5: beside the rows that a delta touches is found by a comparison", async () => {
    await damage(1, replace('"thing 1500"', "thong"));
    stock.put(1200, "changed there", "");
    expect((await sync()).status).toBe("complete");
    expect(await tab.engine.get("LocalThing", 1200)).toMatchObject({ name: "changed there" });
    expect((await check()).repaired).toEqual({ LocalThing: 1 });
    await expectRepaired();
  });

  it.each([
    ["missing", remove, 2500],
    ["garbled", replace('"thing 1500"', "thong"), 3499],
    ["cut", (one: Segment) => ({ ...one, text: one.text.slice(0, -5) }), 3499],
    ["changed into something else", () => "thong", 2500],
  ] as const)(
    "P5: rows of a %s segment are read as far as they can be, and repaired with the next sync",
    async (_what, change, left) => {
      await damage(1, change);
      const fresh = await world.tab({ locks: new FakeLocks() });
      expect(await fresh.engine.list("LocalThing", { orderBy: "name" })).toHaveLength(left);
      expect(await fresh.engine.count("LocalThing", { search: "thing 2500" })).toBe(1);
      expect(await fresh.engine.get("LocalThing", 2500)).toMatchObject({ name: "thing 2500" });
      expect((await overview()).doubts).toEqual(["LocalThing"]);
      expect(await fresh.engine.onSync("", { pressed: true })).toEqual({
        ...{ status: "complete", context: "" },
        received: { LocalThing: 3500 - left },
      });
      await stock.expectEqual(fresh);
      await expectRepaired();
    },
  );

  it("P5: a layer that cannot be read hides nothing else", async () => {
    stock.put(5, "new 5", "");
    await sync();
    await stock.meddle(async (db, { layers }) => {
      const key = ["LocalThing", layers[0]?.generation ?? 0, 0];
      const segment = await db.get("segments", key);
      await db.put("segments", { ...segment, text: "thong" }, key);
    });
    const fresh = await world.tab({ locks: new FakeLocks() });
    expect(await fresh.engine.list("LocalThing")).toHaveLength(3500);
    await fresh.engine.onSync("", { pressed: true });
    await expectRepaired();
  });

  it("P5: is not compacted over, nor fails the sync that would", async () => {
    await damage(1, remove);
    for (const key of range(1, 9)) {
      stock.put(key, "changed there", "");
      expect((await sync()).status).toBe("complete");
    }
    for (const key of range(3001, 3500)) stock.put(key, "changed there", "");
    for (const key of range(2001, 2600)) stock.put(key, "changed there", "");
    expect((await sync()).status).toBe("complete");
    expect((await sync()).status).toBe("complete");
    await expectRepaired();
  });

  it("P5: does not fail the search for files", async () => {
    stock.put(1, "with", "a.png");
    await sync();
    await damage(1, remove);
    expect((await sync()).status).toBe("complete");
    expect((await overview()).doubts).toEqual(["LocalThing"]);
    server.files = { "a.png": "A" };
    expect(await sync()).toEqual({ status: "complete", context: "", received: { LocalThing: 1000 } });
    expect((await overview()).filesMissing).toBe(0);
    await expectRepaired();
  });
});
