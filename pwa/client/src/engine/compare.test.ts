import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Range } from "../protocol/messages";
import { IdbStore } from "../store/user";
import { type FakeServer, failure } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 3500));
  await tab.engine.onSync("");
  server.asked.splice(0);
});

afterEach(() => vi.restoreAllMocks());

const posts = () => server.asked.filter(({ method }) => method === "POST").map(({ body }) => body as Asked);
interface Asked {
  cursors: Record<string, string>;
  ranges?: Record<string, Range[]>;
}

/** Changes the text of every answer that has it. */
function replaceInAnswers(from: string | RegExp, to: string): void {
  server.damage = (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to));
}

describe("P5: a reset is answered by comparing", () => {
  it("P5: only the ranges that differ travel, and what was there stays readable until then", async () => {
    stock.put(1500, "changed", "");
    server.forget();
    expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", received: { LocalThing: 1000 } });
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 1000, segments: 1, total: 3500 });
    const [first, second] = posts();
    expect(first).not.toHaveProperty("ranges");
    expect(second?.cursors).toEqual(first?.cursors);
    expect(second?.ranges?.LocalThing?.map(([last, rows]) => [last, rows])).toEqual([
      [1000, 1000],
      [2000, 1000],
      [3000, 1000],
      [null, 500],
    ]);
    await stock.expectEqual(tab);
  });

  it("P5: nothing travels when nothing differs", async () => {
    server.forget();
    expect((await tab.engine.onSync("")).received).toEqual({});
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 0, segments: 0 });
    await stock.expectEqual(tab);
    await tab.engine.onSync("");
    expect(stock.told?.mode).toBe("unchanged");
  });

  it("P5: what deltas brought and took counts as what the device has", async () => {
    stock.put(10, "by delta", "");
    stock.remove(2500);
    await tab.engine.onSync("");
    server.forget();
    stock.remove(10, 11);
    stock.put(9999, "at the end", "");
    await tab.engine.onSync("");
    expect(stock.told).toMatchObject({ mode: "ranges", segments: 2 });
    expect(posts().at(-1)?.ranges?.LocalThing?.at(2)).toEqual([3001, 1000, expect.any(Number)]);
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });

  it("P5: also when everything is gone there, or was never there", async () => {
    stock.rows = [];
    server.forget();
    await tab.engine.onSync("");
    await stock.expectEqual(tab);
    stock.rows = rowsOf(range(5, 8));
    server.forget();
    await tab.engine.onSync("");
    expect(stock.told?.mode).toBe("replace");
    await stock.expectEqual(tab);
  });

  it("P5: keys without a common order are compared as one range", async () => {
    ({ stock, server, world, tab } = await Stock.open("decimal"));
    stock.rows = ["10.00", "2.50", "-1.00"].map((key) => [key, "", ""]);
    await tab.engine.onSync("");
    server.forget();
    await tab.engine.onSync("");
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 0 });
    expect(posts().at(-1)?.ranges?.LocalThing).toEqual([[null, 3, expect.any(Number)]]);
    stock.put("2.50", "changed", "");
    stock.put("7.00", "new", "");
    await tab.engine.onSync("");
    expect(stock.told?.mode).toBe("delta");
    await stock.expectEqual(tab);
    stock.remove("10.00");
    await tab.engine.onSync("");
    expect(stock.told?.mode).toBe("replace");
    await stock.expectEqual(tab);
  });

  it("a second reset is answered by asking for everything, and a third by giving up", async () => {
    let resets = 1;
    server.intercept = ({ method, body }) => {
      const hasRanges = (body as Asked | undefined)?.ranges !== undefined;
      if (method !== "POST" || !hasRanges || resets-- <= 0) return undefined;
      return answerOf('{"type":"entity","entity":"LocalThing","mode":"reset","reason":"size"}');
    };
    server.forget();
    stock.put(1, "changed", "");
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(posts()).toHaveLength(3);
    expect(posts()[2]?.cursors).not.toHaveProperty("LocalThing");
    expect(posts()[2]).not.toHaveProperty("ranges");
    await stock.expectEqual(tab);

    const before = await tab.engine.syncProperties();
    server.intercept = ({ method }) => {
      if (method !== "POST") return undefined;
      return answerOf('{"type":"entity","entity":"LocalThing","mode":"reset","reason":"size"}');
    };
    server.asked.splice(0);
    expect((await tab.engine.onSync("")).error?.code).toBe("corrupt_response");
    expect(posts()).toHaveLength(3);
    expect(await tab.engine.syncProperties()).toEqual(before);
  });

  it("a server that does not take the ranges is asked for everything", async () => {
    server.forget();
    server.intercept = ({ method, body }) => {
      const hasRanges = (body as Asked | undefined)?.ranges !== undefined;
      return method === "POST" && hasRanges ? failure(400, "invalid_request") : undefined;
    };
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(stock.told?.mode).toBe("replace");
    await stock.expectEqual(tab);
  });

  it.each([
    ["number", '"total":3500', '"total":3501'],
    ["fingerprint", /"total":3500,"fingerprint":\d+/, '"total":3500,"fingerprint":7'],
  ])("P5: a whole of another %s than told is asked for from the beginning, once", async (_name, from, to) => {
    stock.put(1500, "changed", "");
    server.forget();
    replaceInAnswers(from, to);
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(posts()).toHaveLength(3);
    expect(stock.told?.mode).toBe("replace");
    await stock.expectEqual(tab);
  });

  it("P5: a copy that was damaged on the device is noticed when it is compared, and mended", async () => {
    const store = new IdbStore("shop", "anonymous", () => "");
    const generation = (await store.overview()).entities.LocalThing?.generation ?? 0;
    const segment = await store.segment("LocalThing", generation, 2);
    if (segment === null) throw new Error("There is no third segment.");
    await store.stage("LocalThing", generation, 2, {
      ...segment,
      text: segment.text.replace("thing 2500", "thong 2500"),
    });
    server.forget();
    expect((await tab.engine.onSync("")).received).toEqual({ LocalThing: 1000 });
    await stock.expectEqual(await world.tab());
  });

  it("an entity that was replaced each time before is compared with, not thrown away", async () => {
    ({ stock, server, world, tab } = await Stock.open());
    const things = server.definition.entities[0];
    if (things === undefined) throw new Error("There are no things.");
    things.pattern = "read-only";
    // In no order: which none was promised.
    stock.rows = rowsOf(range(1, 20)).reverse();
    await tab.engine.onSync("");
    const store = world.stores.user("shop", "anonymous");
    expect((await store.overview()).entities.LocalThing?.lasts).toEqual([null]);
    const { definition } = server;
    server.definition = { ...definition, entities: definition.entities.map((one) => ({ ...one })) };
    Object.assign(server.definition.entities[0] ?? {}, { pattern: "read-only-optimized" });
    server.version = "v2";
    stock.put(21, "new", "");
    expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", received: { LocalThing: 21 } });
    expect(stock.told?.mode).toBe("ranges");
    await stock.expectEqual(tab);
    stock.remove(3);
    await tab.engine.onSync("");
    expect(stock.told?.mode).toBe("delta");
    await stock.expectEqual(tab);
  });

  it("rows that are in no order are one range: in several the server would not take them", async () => {
    const store = world.stores.user("shop", "anonymous");
    const generation = (await store.overview()).entities.LocalThing?.generation ?? 0;
    const [first, second] = await store.segments("LocalThing", generation);
    if (first === undefined || second === undefined) throw new Error("There are no two segments.");
    await store.stage("LocalThing", generation, 0, second);
    await store.stage("LocalThing", generation, 1, first);
    await stock.meddle(async (db, record) => {
      const entities = await db.get("meta", "entities");
      await db.put("meta", { ...entities, LocalThing: { ...record, lasts: [null, null, null, null] } }, "entities");
    });
    server.forget();
    expect((await tab.engine.onSync("")).received).toEqual({});
    expect(posts().at(-1)?.ranges?.LocalThing).toEqual([[null, 3500, expect.any(Number)]]);
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 0 });
  });
});

/** An answer with these lines only. */
function answerOf(...lines: string[]): Response {
  const start = { type: "start", protocol: 1, definition: "v1", user: "anonymous", rows: 0, bytes: 0 };
  const text = [JSON.stringify(start), ...lines, '{"type":"end"}', ""].join("\n");
  return new Response(text, { headers: { "Content-Type": "application/x-ndjson" } });
}
