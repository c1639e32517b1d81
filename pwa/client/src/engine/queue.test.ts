import { beforeEach, expect, it } from "vitest";

import { deferred, settle, turn } from "../testing/deferred";
import type { FakeServer } from "../testing/server";
import { Shop } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let shop: Shop;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ shop, server, world, tab } = await Shop.open());
});

it("Q1: gives up after the time limit without progress, and only then", async () => {
  const arrived = deferred();
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  server.damage = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        feed = controller;
        arrived.resolve();
      },
    });
  const running = tab.engine.onSync("");
  await arrived.promise;
  const bytes = server.answer(["LocalThing"], {}, "none");
  // A byte now and then is progress, however long it takes in all.
  for (const byte of bytes.subarray(0, 5)) {
    world.clock.advance(29_999);
    feed?.enqueue(Uint8Array.of(byte));
    await turn();
  }
  world.clock.advance(29_999);
  expect((await tab.engine.state()).syncing).not.toBe(null);
  world.clock.advance(1);
  expect(await running).toMatchObject({ status: "error", error: { code: "timeout", retry: true } });
  server.damage = null;
  expect((await tab.engine.onSync("")).status).toBe("complete");
  expect(world.clock.waiting).toBe(0);
});

it("Q1: waits longer for the first byte, since the server renders everything before it sends any", async () => {
  const { reached } = shop.holdNext();
  const running = tab.engine.onSync("");
  await reached;
  world.clock.advance(119_999);
  await settle();
  expect((await tab.engine.state()).syncing).toMatchObject({ phase: "connect" });
  world.clock.advance(1);
  expect(await running).toMatchObject({ error: { code: "timeout" } });
});

it("Q1: code that syncs whenever a sync is complete is stopped, and told why; a person never is", async () => {
  let result = await tab.engine.onSync("");
  let runs = 1;
  while (result.status === "complete" && runs < 50) {
    result = await tab.engine.onSync("");
    runs++;
  }
  expect(runs).toBe(7);
  expect(result.error).toMatchObject({ code: "sync_loop", retry: false });
  expect(server.log.filter((line) => line === "POST ")).toHaveLength(6);
  for (let press = 0; press < 20; press++) {
    expect((await tab.engine.onSync("", { pressed: true })).status).toBe("complete");
  }
});

it("Q1: tabs that start each other's syncs are a loop too", async () => {
  const tabs = [tab, await world.tab()];
  const codes: unknown[] = [];
  let runs = 0;
  // Each tab hears of every complete sync, and starts one of its own then.
  const follow = async (page: Tab): Promise<void> => {
    while (runs < 50) {
      await page.next("synccomplete");
      runs++;
      void page.engine.onSync("").then(({ error }) => error && codes.push(error.code));
    }
  };
  for (const page of tabs) void follow(page);
  await tab.engine.onSync("");
  while (codes.length === 0 && runs < 50) await turn();
  expect(codes).toContain("sync_loop");
  expect(runs).toBeLessThan(40);
});

it("Q1: runs one after another, equal waiting contexts merge, discardPending drops those not begun", async () => {
  const gate = deferred();
  server.intercept = async ({ method }) => {
    if (method === "POST") await gate.promise;
    return undefined;
  };
  const started = tab.next("syncstart");
  const first = tab.engine.onSync("");
  await started;
  const second = tab.engine.onSync("");
  const third = tab.engine.onSync("");
  const dropped = tab.engine.syncEntity("LocalThing");
  await tab.engine.state();
  await tab.engine.state();
  const last = tab.engine.onSync("", { discardPending: true });
  expect(await dropped).toEqual({ status: "discarded", context: "", received: {} });
  expect((await second).status).toBe("discarded");
  expect((await third).status).toBe("discarded");
  gate.resolve();
  expect((await first).status).toBe("complete");
  expect((await last).status).toBe("complete");
  expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
});

it("Q1: an unknown context is an error, by the server before the first definition and by itself after", async () => {
  await expect(tab.engine.onSync("nowhere")).rejects.toMatchObject({ code: "unknown_context" });
  await tab.engine.onSync("");
  const asked = server.asked.length;
  await expect(tab.engine.onSync("nowhere")).rejects.toMatchObject({ code: "unknown_context" });
  await expect(tab.engine.syncEntity("LocalNothing")).rejects.toMatchObject({ code: "unknown_entity" });
  expect(server.asked).toHaveLength(asked);
});
