import { expect, it } from "vitest";

import type { Engine } from "./engine/engine";
import type { Listener } from "./engine/events";
import { createRuntime, type EngineCalls } from "./runtime";
import { entity, FakeServer } from "./testing/server";
import { World } from "./testing/world";

const config = {
  app: "shop",
  title: "Shop",
  description: "",
  anonymous: true,
  base: "/apps/shop/",
  api: "/api/",
  language: "en",
};

/** `window.offline` over an engine in the same thread. */
async function page(name = "LocalThing", pressed = false) {
  const attributes: Parameters<typeof entity>[1] = [
    ["id", "integer"],
    ["name", "string"],
  ];
  const server = new FakeServer([entity(name, attributes)]);
  server.rows[name] = [[1, "Chai"]];
  server.actions.double = ({ number = 0 }) => Number(number) * 2;
  const tab = await new World(server).tab();
  const engine = tab.engine as unknown as EngineCalls & Engine;
  const offline = createRuntime({
    config,
    engine,
    open: async (listener: Listener) => {
      Object.assign(engine, { listener });
    },
    networkType: () => "wifi",
    persist: async () => true,
    pressed: () => pressed,
  });
  await offline.ready;
  return offline;
}

it("entities and actions exist under any name, and list those that are known", async () => {
  const offline = await page();
  expect(Object.keys(offline.entities)).toEqual([]);
  expect(await offline.entities.LocalThing?.list()).toEqual([]);
  await offline.onSync();
  await offline.state();
  expect(Object.keys(offline.entities)).toEqual(["LocalThing"]);
  expect(Object.keys(offline.actions)).toEqual(["SyncLocalThing"]);
  expect(await offline.entities.LocalThing?.get(1)).toEqual({ id: 1, name: "Chai" });
  expect((await offline.actions.SyncLocalThing?.())?.status).toBe("complete");
  await expect(offline.entities.LocalNothing?.count()).rejects.toMatchObject({ code: "unknown_entity" });
  await expect(offline.actions.SyncLocalNothing?.()).rejects.toMatchObject({ code: "unknown_entity" });
  // What `await` asks of everything.
  expect(offline.entities.then).toBe(undefined);
});

it("writing is refused for read-only entities", async () => {
  const offline = await page();
  await offline.onSync();
  await expect(offline.entities.LocalThing?.update(1, {})).rejects.toMatchObject({ code: "read_only" });
  await expect(offline.entities.LocalNothing?.deleteAll()).rejects.toMatchObject({ code: "unknown_entity" });
  await expect(offline.resolve("x", "mine")).rejects.toMatchObject({ code: "unknown_conflict" });
});

it("events arrive as CustomEvents until the listener is removed", async () => {
  const offline = await page();
  const seen: string[] = [];
  const listener = (event: CustomEvent<{ context: string }>) => seen.push(event.detail.context);
  offline.addEventListener("synccomplete", listener);
  await offline.onSync("first");
  offline.removeEventListener("synccomplete", listener);
  await offline.onSync("");
  expect(seen).toEqual(["first"]);
});

it("SyncLocal<Entity> is the action of an entity whose class has no prefix, too", async () => {
  const offline = await page("Product");
  await offline.onSync();
  await offline.state();
  expect(Object.keys(offline.actions)).toEqual(["SyncLocalProduct"]);
  expect((await offline.actions.SyncLocalProduct?.())?.status).toBe("complete");
});

it("any other action is one of the server", async () => {
  const offline = await page();
  expect(await offline.actions.double?.({ number: 4 })).toBe(8);
  expect(await offline.actions.double?.()).toBe(0);
  await expect(offline.actions.SyncThing?.()).rejects.toMatchObject({ code: "unknown_action" });
});

it.each([
  [false, "sync_loop"],
  [true, undefined],
])(
  "Q1: a sync that follows on another again and again is stopped, unless a person pressed: %s",
  async (pressed, code) => {
    const offline = await page("LocalThing", pressed);
    for (let i = 0; i < 6; i++) expect((await offline.onSync()).status).toBe("complete");
    expect((await offline.onSync()).error?.code).toBe(code);
    for (let i = 0; i < 6; i++) expect((await offline.actions.SyncLocalThing?.())?.status).toBe("complete");
    expect((await offline.actions.SyncLocalThing?.())?.error?.code).toBe(code);
  },
);
