import { beforeEach, expect, it } from "vitest";

import type { Locks } from "../ports";
import { FakeClock } from "../testing/clock";
import { deferred, settle, turn } from "../testing/deferred";
import { type FakeServer, failure, streamOf } from "../testing/server";
import { NEW, OLD, Shop, things } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let shop: Shop;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ shop, server, world, tab } = await Shop.open());
});

it("Q2: a frozen tab loses its lock after a while, and does no harm when it thaws", async () => {
  await tab.engine.onSync("");
  const frozen = await world.tab({ clock: new FakeClock() });
  server.rows.LocalThing = [[9, "late", ""]];
  const { reached, release } = shop.holdNext();
  const slow = frozen.engine.onSync("");
  await reached;
  shop.change();
  const fast = tab.engine.onSync("");
  world.clock.advance(59_999);
  await turn();
  expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
  world.clock.advance(1);
  expect((await fast).status).toBe("complete");
  expect(await slow).toMatchObject({ status: "error", error: { code: "superseded", retry: true } });
  release();
  expect((await frozen.engine.onSync("")).status).toBe("complete");
  expect(await things(frozen)).toEqual(NEW);
  expect((await frozen.engine.state()).syncing).toBe(null);
});

it("Q2: a tab that lost its lock removes nothing of what the one that took over has staged", async () => {
  server.segmentRows = 1;
  const thaw = deferred();
  // What its lock says reaches a frozen tab when it thaws.
  const locks: Locks = {
    request: (...request) =>
      world.locks.request(...request).catch(async (error) => {
        await thaw.promise;
        throw error;
      }),
  };
  const frozen = await world.tab({ clock: new FakeClock(), locks });
  await tab.engine.onSync("");
  shop.change();
  const end = deferred();
  // Everything but the end of the answer arrives.
  server.damage = (bytes) =>
    streamOf(bytes.subarray(0, -10)).pipeThrough(
      new TransformStream({
        async flush(controller) {
          await end.promise;
          controller.enqueue(bytes.subarray(-10));
        },
      }),
    );
  const slow = frozen.engine.onSync("");
  await settle();
  const fast = tab.engine.onSync("");
  await settle();
  world.clock.advance(60_000);
  await settle();
  thaw.resolve();
  expect(await slow).toMatchObject({ error: { code: "superseded" } });
  end.resolve();
  expect((await fast).status).toBe("complete");
  expect(await things(tab)).toEqual(NEW);
});

it("Q2: a slow tab that lives keeps its lock, however long it takes", async () => {
  const other = await world.tab();
  shop.change();
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  let bytes = new Uint8Array();
  server.damage = (answer) => {
    server.damage = null;
    bytes = Uint8Array.from(answer);
    return new ReadableStream<Uint8Array>({
      start(controller) {
        feed = controller;
      },
    });
  };
  const slow = tab.engine.onSync("");
  await settle();
  const waiting = other.engine.onSync("");
  const piece = Math.ceil(bytes.length / 20);
  for (let at = 0; at < bytes.length; at += piece) {
    feed?.enqueue(bytes.slice(at, at + piece));
    await settle();
    if (at + piece >= bytes.length) break;
    world.clock.advance(10_000);
    await settle();
    expect((await other.engine.state()).syncing).not.toBe(null);
  }
  expect((await slow).status).toBe("complete");
  expect((await waiting).status).toBe("complete");
  expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
  expect(world.clock.waiting).toBe(0);
});

it("Q2: two tabs sync one at a time, and each event reaches each page once", async () => {
  const other = await world.tab();
  let running = 0;
  let most = 0;
  server.intercept = async ({ method }) => {
    if (method !== "POST") return undefined;
    most = Math.max(most, ++running);
    await turn();
    running--;
    return undefined;
  };
  const results = await Promise.all([tab.engine.onSync(""), other.engine.onSync("")]);
  expect(results.map(({ status }) => status)).toEqual(["complete", "complete"]);
  expect(most).toBe(1);
  await other.engine.state();
  for (const page of [tab, other]) {
    expect(page.names().filter((name) => name === "syncstart")).toHaveLength(2);
    expect(page.names().filter((name) => name === "synccomplete")).toHaveLength(2);
    expect(page.names().filter((name) => name === "datachange")).toHaveLength(1);
  }
  expect(await things(other)).toEqual(OLD);
});

it("Q2: the other tab sees that a sync runs, and its error", async () => {
  const other = await world.tab();
  const gate = deferred();
  server.intercept = async ({ method }) => {
    if (method === "POST") await gate.promise;
    return method === "POST" ? failure(500, "server_error", true) : undefined;
  };
  const running = tab.engine.onSync("");
  await other.next("syncprogress");
  expect((await other.engine.state()).syncing).toMatchObject({ phase: "connect" });
  const told = other.next("syncerror");
  gate.resolve();
  await running;
  expect((await told).error).toMatchObject({ code: "server_error", retry: true });
  expect(await other.engine.state()).toMatchObject({ syncing: null, lastError: { code: "server_error" } });
});
