/** Large entities come in parts (decision 0015): fetched, checked, resumed, switched to at once. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { SyncProgress } from "../api";
import { ClientError } from "../protocol/errors";
import { IdbStore } from "../store/user";
import { deferred, settle, turn } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import { type FakeServer, failure } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import { type Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 100));
  server.segmentRows = 10;
  server.inlineRows = 50;
});

afterEach(() => vi.restoreAllMocks());

const sync = (of: Tab = tab) => of.engine.onSync("", { pressed: true });
const progress = (of: Tab = tab) => {
  const all = of.events.filter(({ type }) => type === "syncprogress").map(({ detail }) => detail as SyncProgress);
  return all.filter(({ phase }) => phase === "rows");
};
const lost = () => Promise.reject(new TypeError("Failed to fetch"));
/** Parts that are on the device and not shown. */
const kept = async () => (await stock.keptParts()).length;

describe("a first sync in parts", () => {
  it("P1: shows no more than a preview until everything is here, then the parts and what changed since they were made", async () => {
    server.answer(["LocalThing"], {}, null);
    stock.put(5, "changed since", "");
    stock.put(101, "new", "");
    stock.remove(50);
    const counts: number[] = [];
    stock.failParts(0, async () => {
      counts.push((await tab.engine.state()).entities.LocalThing?.rows ?? 0);
      return undefined;
    });
    expect(await sync()).toMatchObject({ status: "complete", received: { LocalThing: 100, LocalKind: 1 } });
    expect(stock.told).toMatchObject({ mode: "snapshot", parts: 10, total: 100, rows: 2, gaps: 1, segments: 1 });
    expect(new Set(stock.partsAsked).size).toBe(10);
    expect(stock.partsAsked).toHaveLength(10);
    expect(new Set(counts)).toEqual(new Set([0]));
    await stock.expectEqual(tab);
    await stock.expectNoLeftovers();
    await sync();
    expect(stock.told?.mode).toBe("unchanged");
  });

  it("P3: progress is known from the start, in rows and in bytes", async () => {
    await sync();
    const { size = 0, packed = 0 } = stock.told as { size?: number; packed?: number };
    expect(packed).toBeLessThan(size);
    const kinds = '[1,"Drink"]\n'.length;
    expect(progress()[0]).toMatchObject({ done: 0, total: 101, bytes: 0, totalBytes: packed + kinds });
    expect(progress().at(-1)).toMatchObject({ done: 101, total: 101, bytes: packed + kinds });
    const steps = progress().map(({ done }) => done);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect((await tab.engine.state()).entities.LocalThing).toMatchObject({ rows: 100, bytes: size });
  });

  it("asks for four at a time", async () => {
    const gate = deferred();
    let open = 0;
    let most = 0;
    stock.failParts(0, async () => {
      most = Math.max(most, ++open);
      await gate.promise;
      open--;
      return undefined;
    });
    const syncing = sync();
    await settle();
    expect(open).toBe(4);
    gate.resolve();
    expect((await syncing).status).toBe("complete");
    expect(most).toBe(4);
  });

  it("Q1: may be as slow as it likes, as long as something comes", async () => {
    const sources: ReadableStreamDefaultController<Uint8Array>[] = [];
    const texts: string[] = [];
    stock.failParts(0, ({ path }) => {
      texts.push(server.parts.get(path.slice("segments/".length, -1)) ?? "");
      const body = new ReadableStream<Uint8Array>({ start: (source) => void sources.push(source) });
      return new Response(body, { headers: { "Content-Type": "application/x-ndjson" } });
    });
    const syncing = sync();
    for (let next = 0; next < 10; next++) {
      while (sources.length <= next) await turn();
      for (const byte of new TextEncoder().encode(texts[next])) {
        sources[next]?.enqueue(Uint8Array.of(byte));
        await turn();
        if (byte % 16 === 0) world.clock.advance(20_000);
      }
      sources[next]?.close();
    }
    expect((await syncing).status).toBe("complete");
    await stock.expectEqual(tab);
  });

  it("Q1: and is given up when nothing comes", async () => {
    stock.failParts(2, () => new Promise(() => undefined));
    const syncing = sync();
    await settle();
    world.clock.advance(30_000);
    expect((await syncing).error?.code).toBe("timeout");
    expect(await kept()).toBe(2);
  });

  it("S2: speaks for its user with each request", async () => {
    await sync();
    const [first] = server.asked.filter(({ path }) => path.startsWith("segments/"));
    expect(first?.headers.get("Haversack-User")).toBe("anonymous");
    expect(first?.path).toMatch(/^segments\/LocalThing\/[0-9a-f]{64}\/$/);
  });

  it("P4: a read-only entity fetches only the parts that it does not have", async () => {
    server.rows.LocalKind = range(1, 100).map((key) => [key, `kind ${key}`]);
    await sync();
    const before = stock.partsAsked.length;
    server.rows.LocalKind[15] = [16, "changed"];
    server.rows.LocalKind.push([101, "new"]);
    expect((await sync()).received).toEqual({ LocalKind: 11 });
    expect(stock.partsAsked.slice(before)).toHaveLength(2);
    const kinds = await tab.engine.list("LocalKind", { orderBy: "id" });
    expect(kinds.map(({ id, name }) => [id, name])).toEqual(server.rows.LocalKind);
    await sync();
    expect(server.told.LocalKind?.mode).toBe("unchanged");

    server.rows.LocalKind = server.rows.LocalKind.slice(0, 90);
    expect((await sync()).received).toEqual({ LocalKind: 11 });
    expect(await tab.engine.count("LocalKind")).toBe(90);
  });
});

describe("P2: a first download that was cut", () => {
  it("P2: goes on where it was, with true progress from the start", async () => {
    stock.failParts(6, lost);
    expect((await sync()).error?.code).toBe("network");
    expect(await tab.engine.count("LocalThing")).toBe(0);
    expect(await kept()).toBe(6);
    stock.heal();
    tab.events.splice(0);
    server.asked.splice(0);
    expect((await sync()).status).toBe("complete");
    expect(stock.partsAsked).toHaveLength(4);
    const listed = progress().findIndex(({ done }) => done > 0);
    expect(progress()[listed + 5]).toMatchObject({ done: 60, total: 101 });
    expect(progress().at(-1)).toMatchObject({ done: 101, total: 101 });
    expect(progress().at(-1)?.bytes).toBe(progress()[0]?.totalBytes);
    await stock.expectEqual(tab);
    expect(await kept()).toBe(0);
  });

  it("P2: in another tab, after the browser was killed in the middle of a part", async () => {
    const half = deferred();
    stock.failParts(5, () => {
      half.resolve();
      return new Promise(() => undefined);
    });
    void sync();
    await half.promise;
    await settle();
    stock.heal();
    const before = stock.partsAsked.length;
    const again = await world.tab({ locks: new FakeLocks() });
    expect((await sync(again)).status).toBe("complete");
    expect(stock.partsAsked.slice(before)).toHaveLength(5);
    await stock.expectEqual(again);
    await stock.expectEqual(await world.tab());
  });

  it("P2: at any byte of the answer, it ends with all rows", async () => {
    const { length } = server.answer(["LocalThing", "LocalKind"], {}, null);
    for (let at = 0; at < length; at += 17) {
      const fresh = await new World(server).tab();
      stock.cutAfter(at);
      expect((await sync(fresh)).error?.code).toBe("incomplete_response");
      stock.heal();
      expect((await sync(fresh)).status).toBe("complete");
      await stock.expectEqual(fresh);
    }
  });

  it("P2: at any byte of a part, it fetches that part again and no other", async () => {
    server.answer(["LocalThing"], {}, null);
    const [text = ""] = server.parts.values();
    for (let at = 0; at < text.length; at += 5) {
      const fresh = await new World(server).tab();
      let count = 0;
      stock.failParts(1, ({ path }) => {
        if (count++ > 0) return undefined;
        const all = server.parts.get(path.slice("segments/".length, -1)) ?? "";
        return new Response(all.slice(0, at), { headers: { "Content-Type": "application/x-ndjson" } });
      });
      expect((await sync(fresh)).error?.code).toBe("incomplete_response");
      const here = await kept();
      expect(here).toBeGreaterThan(0);
      stock.heal();
      server.asked.splice(0);
      expect((await sync(fresh)).status).toBe("complete");
      expect(stock.partsAsked).toHaveLength(10 - here);
      await stock.expectEqual(fresh);
    }
  });

  it("P2: many times, and while rows change, fetches no part twice that is listed still", async () => {
    server.segmentRows = 1000;
    stock.rows = rowsOf(range(1, 9500));
    for (const part of range(1, 6)) {
      stock.failParts(1, lost);
      expect((await sync()).error?.code).toBe("network");
      stock.heal();
      if (part === 4) {
        stock.put(3, "changed meanwhile", "");
        stock.remove(1500, 9000);
      }
    }
    expect(await kept()).toBe(6);
    const before = stock.partsAsked.length;
    await sync();
    expect(stock.partsAsked.slice(before)).toHaveLength(4);
    await stock.expectEqual(tab);
    await stock.expectNoLeftovers();
    await stock.expectEqual(await world.tab());
  });

  it("P2: goes on with the parts that are left of it when the server made its snapshot anew", async () => {
    stock.failParts(6, lost);
    await sync();
    stock.heal();
    for (const key of range(1, 30)) stock.put(key, "changed", "");
    server.asked.splice(0);
    await sync();
    expect(stock.told).toMatchObject({ mode: "snapshot", segments: 0 });
    expect(stock.partsAsked).toHaveLength(7);
    await stock.expectEqual(tab);
    expect(await kept()).toBe(0);
    await stock.expectNoLeftovers();
  });

  it("P2: is kept while other entities sync", async () => {
    stock.failParts(6, lost);
    await sync();
    stock.heal();
    expect((await tab.engine.syncEntity("LocalKind")).status).toBe("complete");
    server.asked.splice(0);
    await sync();
    expect(stock.partsAsked).toHaveLength(4);
    await stock.expectEqual(tab);
  });

  it("P2: a part that was damaged on the device meanwhile is fetched again, and progress is taken back", async () => {
    stock.failParts(6, lost);
    await sync();
    stock.heal();
    const store = new IdbStore("shop", "anonymous", () => "");
    const [[sum = "", place] = []] = Object.entries((await store.overview()).parts.LocalThing ?? {});
    const segment = await store.segment("LocalThing", place?.generation ?? 0, place?.number ?? 0);
    if (place === undefined || segment === null) throw new Error("There is no part.");
    await store.stagePart("LocalThing", place, sum, { ...segment, text: segment.text.replace("thing", "thong") });
    server.asked.splice(0);
    tab.events.splice(0);
    await sync();
    expect(stock.partsAsked).toHaveLength(5);
    expect(progress().at(-1)).toMatchObject({ done: 101, total: 101 });
    await stock.expectEqual(tab);
  });

  it("Q2: goes on in another tab while the first is frozen, which does no harm when it thaws", async () => {
    const thaw = deferred();
    stock.failParts(4, async () => {
      await thaw.promise;
      return undefined;
    });
    const frozen = sync();
    while ((await kept()) < 4) await turn();
    stock.heal();
    const other = await world.tab({ locks: new FakeLocks() });
    const reached = deferred();
    const held = deferred();
    stock.failParts(3, async () => {
      reached.resolve();
      await held.promise;
      return undefined;
    });
    const going = sync(other);
    await reached.promise;
    thaw.resolve();
    await settle();
    held.resolve();
    const results = [await going, await frozen];
    expect(results.filter(({ status }) => status === "complete").length).toBeGreaterThan(0);
    for (const { error } of results) expect([undefined, "superseded"]).toContain(error?.code);
    stock.heal();
    await sync(other);
    await stock.expectEqual(other);
    await stock.expectEqual(await world.tab());
  });

  it("L4: is forgotten when there is no space: it takes some of it", async () => {
    stock.failParts(6, lost);
    await sync();
    stock.heal();
    const original = IdbStore.prototype.stagePart;
    let staged = 0;
    vi.spyOn(IdbStore.prototype, "stagePart").mockImplementation(function (this: IdbStore, ...part) {
      return ++staged === 8 ? Promise.reject(new ClientError("quota")) : original.apply(this, part);
    });
    expect((await sync()).error).toMatchObject({ code: "quota", retry: false });
    expect(await kept()).toBe(0);
    expect(await stock.stored()).not.toContain("thing");
    vi.restoreAllMocks();
    await sync();
    await stock.expectEqual(tab);
  });

  it("P2: after a new definition, comes with the new columns", async () => {
    stock.failParts(6, lost);
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
});

describe("a part that does not come as it should", () => {
  const ndjson = (body: string) => new Response(body, { headers: { "Content-Type": "application/x-ndjson" } });
  it.each([
    [
      "the page of a captive portal",
      () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
      "not_haversack",
    ],
    ["a server that is down", () => new Response("", { status: 502 }), "server_error"],
    ["a server that is busy", () => failure(503, "busy", true, { "Retry-After": "7" }), "busy"],
    ["too little of it", () => ndjson("[1"), "incomplete_response"],
    ["too much of it", () => ndjson("[1]\n".repeat(1000)), "corrupt_response"],
    ["somebody else's session", () => failure(409, "wrong_user"), "wrong_user"],
  ])("P2: %s is told by its own code, and what came is kept", async (_what, answer, code) => {
    stock.failParts(6, answer);
    expect((await sync()).error?.code).toBe(code);
    expect(await kept()).toBe(6);
    stock.heal();
    const before = stock.partsAsked.length;
    expect((await sync()).status).toBe("complete");
    expect(stock.partsAsked.length - before).toBe(4);
    await stock.expectEqual(tab);
  });

  it("P5: a letter that changed on its way is noticed", async () => {
    stock.failParts(6, ({ path }) => {
      return ndjson((server.parts.get(path.slice("segments/".length, -1)) ?? "").replace("thing", "thong"));
    });
    expect((await sync()).error).toMatchObject({ code: "corrupt_response", retry: true });
    expect(await kept()).toBe(6);
  });

  it("that is no more has the device ask for another list, in the same sync", async () => {
    let made = 0;
    stock.failParts(6, () => {
      if (made++ > 0) return undefined;
      // The snapshot was made anew, and its old parts are gone.
      for (const key of range(1, 30)) stock.put(key, "changed", "");
      server.parts.clear();
      return undefined;
    });
    expect((await sync()).status).toBe("complete");
    expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
    await stock.expectEqual(tab);
    expect(await kept()).toBe(0);
  });

  it("that is listed and not there, again and again, ends the sync; it may be tried later", async () => {
    stock.failParts(6, () => failure(404, "not_found"));
    expect((await sync()).error).toMatchObject({ code: "incomplete_response", retry: true });
    expect(server.log.filter((line) => line === "POST ")).toHaveLength(5);
    expect(await kept()).toBe(6);
  });
});
