import { beforeEach, expect, it } from "vitest";

import type { OnSyncInput } from "../api";
import type { SyncRequest } from "../protocol/messages";
import { settle } from "../testing/deferred";
import { type FakeServer, failure } from "../testing/server";
import { Shop } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let server: FakeServer;
let world: World;
let tab: Tab;
let inputs: OnSyncInput[];

beforeEach(async () => {
  ({ server, world, tab } = await Shop.open());
  await settle();
  world.close(tab);
  inputs = [];
});

/** The app has this `onSync`. */
async function open(onSync: (input: OnSyncInput) => unknown): Promise<void> {
  world.onSync = () => ({
    default: (input: OnSyncInput) => {
      inputs.push(input);
      return onSync(input);
    },
  });
  tab = await world.tab();
  await settle();
  server.asked.splice(0);
}

/** What each request asked for: entities, or the whole of a context. */
function asked(): unknown[] {
  const posts = server.asked.filter(({ method, path }) => method === "POST" && path === "");
  return posts.map(({ body }) => (body as SyncRequest).entities ?? (body as SyncRequest).context);
}

it("runs in place of the built-in sync, once for each sync, and its requests are one sync to everybody else", async () => {
  await open(async ({ actions }) => {
    await actions.SyncLocalKind?.();
    await actions.SyncLocalThing?.();
  });
  expect(await tab.engine.onSync("")).toEqual({
    status: "complete",
    context: "",
    received: { LocalKind: 1, LocalThing: 3 },
  });
  expect(asked()).toEqual([["LocalKind"], ["LocalThing"]]);
  expect(tab.names().filter((name) => ["syncstart", "synccomplete", "syncerror"].includes(name))).toEqual([
    "syncstart",
    "synccomplete",
  ]);
  expect(tab.names().filter((name) => name === "datachange")).toHaveLength(2);
  expect((await tab.engine.state()).lastSync).not.toBe(null);
  await tab.engine.onSync("");
  expect(world.loaded).toEqual(["/static/onsync.js"]);
});

it("is told the context, the trigger and the network, and reads what is on the device", async () => {
  const seen: unknown[] = [];
  await open(async ({ actions, entities }) => {
    await actions.sync();
    seen.push(await entities.LocalThing?.count(), (await entities.LocalThing?.get(1))?.name);
  });
  server.definition.settings = { sync: { on_resume: true } };
  await tab.engine.onSync("first");
  expect(inputs[0]).toMatchObject({ context: "first", trigger: "manual", networkType: "wifi" });
  expect(seen).toEqual([3, "Chai"]);
  expect(asked()).toEqual(["first"]);
  world.clock.advance(1000);
  tab.engine.pause();
  await tab.engine.resume();
  await settle();
  await settle();
  expect(inputs[1]).toMatchObject({ context: "", trigger: "resume" });
});

it("joins several entities in one request, and keeps syncs that it starts at once apart", async () => {
  await open(({ actions }) => Promise.all([actions.sync(["LocalThing", "LocalKind"]), actions.SyncLocalKind?.()]));
  expect((await tab.engine.onSync("")).received).toEqual({ LocalThing: 3, LocalKind: 1 });
  expect(asked()).toEqual([["LocalThing", "LocalKind"], ["LocalKind"]]);
});

it("waits for what the code did not wait for", async () => {
  await open(({ actions }) => {
    void actions.SyncLocalThing?.();
  });
  expect((await tab.engine.onSync("")).received).toEqual({ LocalThing: 3 });
});

it("an entity's own action goes past it", async () => {
  await open(() => undefined);
  expect((await tab.engine.syncEntity("LocalThing")).received).toEqual({ LocalThing: 3 });
  expect(inputs).toEqual([]);
});

it("what it throws ends the sync, with its message; what was synced before stays", async () => {
  await open(async ({ actions }) => {
    await actions.SyncLocalThing?.();
    throw new Error("the price list is not ready");
  });
  expect(await tab.engine.onSync("")).toMatchObject({
    status: "error",
    error: { code: "on_sync_failed", message: "The app's own sync failed: the price list is not ready.", retry: false },
  });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect((await tab.engine.state()).lastSync).toBe(null);
});

it.each([
  ["SyncLocalNothing", "unknown_entity"],
  ["Cook", "unknown_action"],
])("an action that there is not is an error: %s", async (name, code) => {
  await open(({ actions }) => (actions[name] as () => unknown)());
  expect((await tab.engine.onSync("")).error?.code).toBe(code);
});

it("has actions performed on the server, between its syncs", async () => {
  const outputs: unknown[] = [];
  server.actions.Quote = (input) => ({ doubled: 2 * Number((input as { number: number }).number) });
  await open(async ({ actions }) => {
    await actions.SyncLocalThing?.();
    outputs.push(await actions.Quote?.({ number: 21 }));
  });
  expect((await tab.engine.onSync("")).status).toBe("complete");
  expect(outputs).toEqual([{ doubled: 42 }]);
});

it("P5: everything is compared now and then, whatever it syncs", async () => {
  await open(({ actions }) => actions.SyncLocalThing?.());
  await tab.engine.onSync("");
  const first = (await tab.engine.state()).lastCheck?.at;
  world.clock.advance(90 * 24 * 3_600_000);
  await tab.engine.onSync("first");
  expect((await tab.engine.state()).lastCheck?.at).toBe(first);
  await tab.engine.onSync("");
  expect((await tab.engine.state()).lastCheck?.at).not.toBe(first);
});

it("Q4: a failure of the network that it did not catch is one, and is tried again", async () => {
  await open(({ actions }) => actions.sync());
  server.definition.settings = { sync: { retry: true } };
  await tab.engine.onSync("");
  server.intercept = ({ method }) => (method === "POST" ? failure(500, "server_error", true) : undefined);
  expect((await tab.engine.onSync("first")).error).toMatchObject({ code: "server_error", retry: true });
  server.intercept = null;
  world.clock.advance(30_000);
  for (let i = 0; i < 4; i++) await settle();
  expect(inputs.at(-1)).toMatchObject({ context: "first", trigger: "retry" });
  expect((await tab.engine.state()).retryAt).toBe(null);
});

it("may catch a failure and go on", async () => {
  await open(async ({ actions }) => {
    await actions.SyncLocalNothing?.().catch(() => undefined);
    await actions.SyncLocalThing?.();
  });
  expect(await tab.engine.onSync("")).toMatchObject({ status: "complete", received: { LocalThing: 3 } });
});

it("Q1: one that does nothing for too long is ended, and the error says so", async () => {
  await open(async ({ actions }) => {
    await actions.SyncLocalThing?.();
    await new Promise(() => undefined);
  });
  const running = tab.engine.onSync("");
  for (let i = 0; i < 4; i++) await settle();
  world.clock.advance(29_999);
  await settle();
  expect((await tab.engine.state()).syncing).not.toBe(null);
  world.clock.advance(1);
  expect((await running).error).toMatchObject({
    code: "on_sync_failed",
    message: "The app's own sync did nothing for too long.",
  });
  expect(inputs[0]?.signal.aborted).toBe(true);
  expect(await tab.engine.count("LocalThing")).toBe(3);
});

it("Q1: while it syncs, the fault is the server's", async () => {
  await open(({ actions }) => actions.sync());
  server.intercept = ({ method }) => (method === "POST" ? new Promise(() => undefined) : undefined);
  const running = tab.engine.onSync("");
  for (let i = 0; i < 4; i++) await settle();
  world.clock.advance(120_000);
  expect((await running).error?.code).toBe("timeout");
});

it("can be cancelled, and starts nothing more then", async () => {
  let started: Promise<unknown> | undefined;
  await open(async ({ actions, signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    started = actions.SyncLocalThing?.();
    await started;
  });
  const running = tab.engine.onSync("");
  for (let i = 0; i < 4; i++) await settle();
  await tab.engine.cancel();
  expect((await running).status).toBe("cancelled");
  await expect(started).rejects.toMatchObject({ code: "cancelled" });
  expect(asked()).toEqual([]);
});

it("starts nothing after its end", async () => {
  let late: OnSyncInput["actions"] | undefined;
  await open(({ actions }) => {
    late = actions;
  });
  expect((await tab.engine.onSync("")).status).toBe("complete");
  await expect(late?.SyncLocalThing?.()).rejects.toMatchObject({ code: "on_sync_failed" });
  expect(asked()).toEqual([]);
});

it.each([
  [
    "does not load",
    () => Promise.reject(new TypeError("Failed to fetch")),
    "The app's own sync could not be loaded.",
    true,
  ],
  ["exports no function", () => ({ onSync: 1 }), "The app's own sync has no function as its default export.", false],
])(
  "a module that %s is an error that says so, and is tried again by the next sync",
  async (_what, load, message, retry) => {
    world.onSync = load;
    tab = await world.tab();
    expect((await tab.engine.onSync("")).error).toEqual({ code: "on_sync_failed", message, retry });
    world.onSync = () => ({ default: ({ actions }: OnSyncInput) => actions.sync() });
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(world.loaded).toEqual(["/static/onsync.js", "/static/onsync.js#2"]);
  },
);
