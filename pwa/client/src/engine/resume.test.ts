import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClientError } from "../protocol/errors";
import { IdbStore } from "../store/user";
import { deferred, settle, turn } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import type { FakeServer } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 100));
  server.segmentRows = 10;
});

afterEach(() => vi.restoreAllMocks());

const sync = (of: Tab = tab) => of.engine.onSync("", { pressed: true });
const progress = (of: Tab = tab) => {
  const all = of.events.filter(({ type }) => type === "syncprogress").map(({ detail }) => detail);
  return (all as { phase: string; done: number; total: number }[]).filter(({ phase }) => phase === "rows");
};

describe("P2: a first download that was cut", () => {
  it("P2: goes on where it was, with true progress", async () => {
    stock.cutBefore(6);
    expect(await sync()).toMatchObject({ status: "error", error: { code: "incomplete_response" } });
    expect(await tab.engine.count("LocalThing")).toBe(0);
    expect(await tab.engine.state()).toMatchObject({ definition: null, entities: {} });
    stock.heal();
    tab.events.splice(0);
    expect((await sync()).status).toBe("complete");
    expect(stock.lastAsked.cursors).toEqual({});
    expect(stock.lastAsked.ranges?.LocalThing?.map(([last, rows]) => [last, rows])).toEqual([
      [60, 60],
      [null, 0],
    ]);
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 40, total: 100 });
    expect(progress()[0]).toMatchObject({ done: 60, total: 101 });
    expect(progress()).toContainEqual(expect.objectContaining({ done: 70, total: 101 }));
    expect(progress().at(-1)).toMatchObject({ done: 101, total: 101 });
    await stock.expectEqual(tab);
    await sync();
    expect(stock.told?.mode).toBe("unchanged");
  });

  it("P2: in another tab, after the browser was killed", async () => {
    let staged = 0;
    const original = IdbStore.prototype.stage;
    vi.spyOn(IdbStore.prototype, "stage").mockImplementation(function (this: IdbStore, ...segment) {
      return ++staged > 4 ? new Promise(() => undefined) : original.apply(this, segment);
    });
    void sync();
    while (staged <= 4) await turn();
    vi.restoreAllMocks();
    const again = await world.tab();
    world.clock.advance(60_000);
    expect((await sync(again)).status).toBe("complete");
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 60 });
    await stock.expectEqual(again);
  });

  it("P2: many times, and while rows change, costs each row once, and the ranges that changed twice", async () => {
    server.segmentRows = 1000;
    stock.rows = rowsOf(range(1, 9500));
    let travelled = 0;
    for (const part of range(1, 6)) {
      stock.cutBefore(1);
      expect((await sync()).error?.code).toBe("incomplete_response");
      travelled += 1000;
      if (part === 4) {
        stock.put(3, "changed meanwhile", "");
        stock.remove(1500, 9000);
      }
    }
    stock.heal();
    await sync();
    expect(stock.told?.mode).toBe("ranges");
    expect(travelled + Number(stock.told?.rows)).toBeLessThanOrEqual(9500 + 2000);
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });

  it("Q2: goes on in another tab while the first is frozen, which does no harm when it thaws", async () => {
    const thaw = deferred();
    server.damage = (bytes) => {
      server.damage = null;
      const half = new TextDecoder().decode(bytes).indexOf('"number":5,');
      return new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(bytes.subarray(0, half));
          await thaw.promise;
          controller.enqueue(bytes.subarray(half));
          controller.close();
        },
      });
    };
    const frozen = sync();
    while (progress().every(({ done }) => done < 50)) await turn();
    const other = await world.tab({ locks: new FakeLocks() });
    const reached = deferred();
    const held = deferred();
    server.intercept = async (asked) => {
      if (asked.method !== "POST") return undefined;
      server.intercept = null;
      reached.resolve();
      await held.promise;
      return undefined;
    };
    const going = sync(other);
    await reached.promise;
    stock.put(95, "changed meanwhile", "");
    // The thawed tab writes the rest of what it was at, while the other has counted what there is.
    thaw.resolve();
    await settle();
    held.resolve();
    const results = [await going, await frozen];
    expect(results.filter(({ status }) => status === "complete").length).toBeGreaterThan(0);
    for (const { error } of results) expect([undefined, "superseded"]).toContain(error?.code);
    await sync(other);
    await stock.expectEqual(other);
    await stock.expectEqual(await world.tab());
  });

  it("P2: at its very end, has nothing left to fetch", async () => {
    server.damage = (bytes) => bytes.subarray(0, bytes.length - 2);
    await sync();
    stock.heal();
    tab.events.splice(0);
    expect((await sync()).received).toEqual({ LocalThing: 100, LocalKind: 1 });
    expect(tab.events).toContainEqual({ type: "datachange", detail: { entities: ["LocalThing", "LocalKind"] } });
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 0, total: 100 });
    await stock.expectEqual(tab);
  });

  it("P2: before anything of it came, begins anew", async () => {
    stock.cutBefore(0);
    await sync();
    stock.heal();
    await sync();
    expect(stock.lastAsked).not.toHaveProperty("ranges");
    expect(stock.told?.mode).toBe("replace");
    await stock.expectEqual(tab);
  });

  it("P2: after a new definition, comes with the new columns", async () => {
    stock.cutBefore(6);
    await sync();
    stock.heal();
    const things = server.definition.entities[0];
    if (things) things.attributes = things.attributes.filter(({ name }) => name !== "picture");
    server.version = "v2";
    stock.rows = stock.rows.map((row) => row.slice(0, 2));
    expect((await sync()).status).toBe("complete");
    expect(await tab.engine.list("LocalThing", { limit: 1, orderBy: "id" })).toEqual([{ id: 1, name: "thing 1" }]);
    expect(await tab.engine.count("LocalThing")).toBe(100);
  });

  it("L4: is forgotten when there is no space: it takes some of it", async () => {
    stock.cutBefore(6);
    await sync();
    stock.heal();
    const original = IdbStore.prototype.stage;
    let staged = 0;
    vi.spyOn(IdbStore.prototype, "stage").mockImplementation(function (this: IdbStore, ...segment) {
      return ++staged === 2 ? Promise.reject(new ClientError("quota")) : original.apply(this, segment);
    });
    expect((await sync()).error?.code).toBe("quota");
    const store = new IdbStore("shop", "anonymous", () => "");
    expect((await store.overview()).partials).toEqual({});
    expect(await store.segments("LocalThing", 1)).toEqual([]);
    expect(await store.segments("LocalThing", 2)).toEqual([]);
    vi.restoreAllMocks();
    await sync();
    await stock.expectEqual(tab);
  });

  it("is kept while other entities sync, and only of tracked ones", async () => {
    stock.cutBefore(6);
    await sync();
    stock.heal();
    expect((await tab.engine.syncEntity("LocalKind")).status).toBe("complete");
    expect(stock.lastAsked).not.toHaveProperty("ranges");
    await sync();
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 40 });
    await stock.expectEqual(tab);

    server.rows.LocalKind = rowsOf(range(1, 100)).map((row) => row.slice(0, 2));
    server.damage = (bytes) => bytes.subarray(0, bytes.length - 30);
    await sync();
    stock.heal();
    await sync();
    expect(server.told.LocalKind).toMatchObject({ mode: "replace", rows: 100 });
    expect(stock.lastAsked).not.toHaveProperty("ranges");
  });
});

it("P5: what came whole beside a reset does not travel again with the comparison", async () => {
  const [, kinds] = server.definition.entities;
  if (kinds === undefined) throw new Error("There are no kinds.");
  kinds.pattern = "read-only-optimized";
  await tab.engine.syncEntity("LocalThing");
  server.rows.LocalKind = range(1, 50).map((key) => [key, "kind"]);
  server.forget();
  expect(await sync()).toMatchObject({ status: "complete", received: { LocalKind: 50 } });
  expect(server.told.LocalThing).toMatchObject({ mode: "ranges", rows: 0 });
  expect(server.told.LocalKind).toMatchObject({ mode: "ranges", rows: 0, total: 50 });
  expect(await tab.engine.count("LocalKind")).toBe(50);
  await stock.expectEqual(tab);
});

describe("P2: a comparison that was cut", () => {
  beforeEach(async () => {
    server.segmentRows = 1000;
    stock.rows = rowsOf(range(1, 5000));
    await sync();
    stock.put(50, "by delta", "");
    await sync();
    server.forget();
    for (const key of [500, 1500, 2500, 3500]) stock.put(key, "changed", "");
  });

  it("P2: brings only what it lacks, over what is shown meanwhile", async () => {
    stock.cutBefore(2);
    expect((await sync()).status).toBe("error");
    expect(await tab.engine.get("LocalThing", 500)).toMatchObject({ name: "thing 500" });
    stock.heal();
    tab.events.splice(0);
    expect(await sync()).toMatchObject({ status: "complete", received: { LocalThing: 4000 } });
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 2000, total: 5000 });
    expect(progress()[0]).toMatchObject({ done: 2000, total: 4000 });
    expect(progress().at(-1)).toMatchObject({ done: 4000, total: 4000 });
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });

  it("P2: is of use also when rows go on changing", async () => {
    stock.cutBefore(2);
    await sync();
    stock.heal();
    stock.remove(500, 501, 4999);
    stock.put(2, "changed again", "");
    await sync();
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });
});

it("P1: a comparison that was overtaken while its tab was frozen is nothing to go on from", async () => {
  server.segmentRows = 1000;
  stock.rows = rowsOf(range(1, 12_000));
  await sync();
  server.forget();
  stock.put(500, "changed", "");
  const open = await world.tab({ locks: new FakeLocks() });
  expect(await open.engine.count("LocalThing")).toBe(12_000);
  const reached = deferred();
  const thaw = deferred();
  server.damage = (bytes) => {
    const at = new TextDecoder().decode(bytes).indexOf('{"type":"entity","entity":"LocalThing","mode":"ranges"');
    if (at < 0) return bytes;
    server.damage = null;
    reached.resolve();
    return new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, at));
        await thaw.promise;
        controller.enqueue(bytes.subarray(at, -2));
        controller.close();
      },
    });
  };
  const frozen = sync();
  await reached.promise;
  stock.put(99_999, "new", "");
  expect((await sync(open)).status).toBe("complete");
  await stock.expectEqual(open);
  thaw.resolve();
  expect((await frozen).error?.code).toBe("superseded");
  stock.remove(99_999);
  await sync(open);
  expect(stock.told?.mode).toBe("delta");
  expect(stock.told).toMatchObject({ mode: "delta", gaps: 1 });
  await stock.expectEqual(open);
  await stock.expectEqual(await world.tab());
});
