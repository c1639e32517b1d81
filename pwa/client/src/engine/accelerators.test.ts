/**
 * How a sync goes on a device, whoever wrote its flow: the engine, or `manage.py createsyncaction`, whose JavaScript
 * (`tests/accelerators/written`, held to what the command writes by a Python test) runs here as it is.
 */

import { beforeEach, describe, expect, it } from "vitest";

import type { SyncRequest } from "../protocol/messages";
import { isTracked, isWritable, READ_WRITE, READ_WRITE_CONFLICTS, TRACKED } from "../protocol/patterns";
import type { Segment } from "../store/store";
import { settle } from "../testing/deferred";
import { entity, FakeServer, failure } from "../testing/server";
import { type Tab, World } from "../testing/world";

const WRITTEN = new URL("../../../../tests/accelerators/written", import.meta.url).pathname;
const ATTRIBUTES: Parameters<typeof entity>[1] = [
  ["id", "integer"],
  ["name", "string"],
  ["picture", "picture"],
];

const flows = ["read-only", TRACKED, READ_WRITE, READ_WRITE_CONFLICTS].flatMap((pattern) => [
  { pattern, who: "the engine", onSync: null },
  { pattern, who: "createsyncaction", onSync: () => import(`${WRITTEN}/${pattern}/on_sync_shop.js`) },
]);

describe.each(flows)("$pattern, as $who has it", ({ pattern, onSync }) => {
  const isDelta = isTracked(pattern);
  /** A row as it travels. */
  const row = (id: number, name: string, picture = "") =>
    isWritable(pattern) ? [id, 0, name, picture] : [id, name, picture];
  let server: FakeServer;
  let world: World;
  let tab: Tab;

  beforeEach(async () => {
    server = new FakeServer([entity("LocalThing", ATTRIBUTES, pattern), entity("LocalKind", ATTRIBUTES, pattern)]);
    server.rows.LocalThing = ["Chai", "Côte", "Ikura"].map((name, at) => row(at + 1, name));
    server.rows.LocalKind = [row(1, "Drink")];
    world = new World(server);
    world.onSync = onSync;
    tab = await world.tab();
    await settle();
  });

  const names = async () => (await tab.engine.list("LocalThing", { orderBy: "id" })).map(({ name }) => name);
  const cursor = async () => (await tab.engine.syncProperties()).entities.LocalThing?.cursor;
  const asked = () => server.asked.filter(({ path, method }) => method === "POST" && path === "").length;

  it.each([Number.POSITIVE_INFINITY, 1])("first sync, in parts above %d rows", async (inlineRows) => {
    server.inlineRows = inlineRows;
    server.segmentRows = 1;
    expect(await tab.engine.onSync("")).toEqual({
      status: "complete",
      context: "",
      received: { LocalThing: 3, LocalKind: 1 },
    });
    expect(await names()).toEqual(["Chai", "Côte", "Ikura"]);
    expect((await tab.engine.state()).lastSync).not.toBe(null);
  });

  it("a context syncs what belongs to it", async () => {
    expect((await tab.engine.onSync("first")).received).toEqual({ LocalThing: 3 });
    expect(await tab.engine.count("LocalKind")).toBe(0);
  });

  it("no changes: nothing comes, and the entity was looked after", async () => {
    await tab.engine.onSync("");
    const before = (await tab.engine.state()).entities.LocalThing?.syncedAt;
    world.clock.advance(1000);
    expect((await tab.engine.onSync("")).received).toEqual({});
    expect((await tab.engine.state()).entities.LocalThing?.syncedAt).not.toBe(before);
  });

  it("change and removal", async () => {
    await tab.engine.onSync("");
    server.rows.LocalThing = [row(1, "Tea"), row(3, "Ikura"), row(4, "Tofu")];
    expect((await tab.engine.onSync("first")).received).toEqual({ LocalThing: 3 });
    expect(server.told.LocalThing?.mode).toBe(isDelta ? "delta" : "replace");
    expect(await names()).toEqual(["Tea", "Ikura", "Tofu"]);
  });

  it("reset: compared where that can be, and the rows are right", async () => {
    await tab.engine.onSync("");
    server.forget();
    server.rows.LocalThing = [row(1, "Chai"), row(3, "Roe")];
    server.asked.splice(0);
    expect((await tab.engine.onSync("first")).status).toBe("complete");
    expect(await names()).toEqual(["Chai", "Roe"]);
    expect(asked()).toBe(isDelta ? 2 : 1);
  });

  it("another scope: rows leave and enter, and none is left that nobody may see", async () => {
    await tab.engine.onSync("");
    server.forget();
    server.rows.LocalThing = [row(9, "Others'")];
    await tab.engine.onSync("");
    expect(await names()).toEqual(["Others'"]);
  });

  it("cut: nothing has changed, and the next sync brings it", async () => {
    await tab.engine.onSync("");
    const [before, at] = [await names(), await cursor()];
    server.rows.LocalThing = [row(1, "Tea")];
    server.damage = (bytes) => bytes.slice(0, bytes.length - 20);
    expect((await tab.engine.onSync("first")).error).toMatchObject({ code: "incomplete_response", retry: true });
    expect([await names(), await cursor()]).toEqual([before, at]);
    server.damage = null;
    await tab.engine.onSync("first");
    expect(await names()).toEqual(["Tea"]);
  });

  it("rows that do not add up to what the server says are asked for whole", async () => {
    await tab.engine.onSync("");
    server.forget();
    server.asked.splice(0);
    const spoiled = isDelta ? 2 : 1;
    server.damage = (bytes) => {
      if (asked() !== spoiled) return bytes;
      return new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/"fingerprint":\d+/, '"fingerprint":1'));
    };
    expect((await tab.engine.onSync("first")).status).toBe("complete");
    expect(asked()).toBe(spoiled + 1);
    expect(server.told.LocalThing?.mode).toBe("replace");
    expect(await names()).toEqual(["Chai", "Côte", "Ikura"]);
  });

  it("damage on the device that is noticed is mended", async () => {
    await tab.engine.onSync("");
    const store = world.stores.user("shop", "anonymous");
    const { LocalThing } = (await store.overview()).entities;
    const lost: Segment = { first: 1, last: 1, rows: 1, text: JSON.stringify(row(1, "Moth")) };
    await store.stage("LocalThing", LocalThing?.generation ?? 0, 0, lost);
    await store.doubt("LocalThing");
    expect((await tab.engine.onSync("first")).status).toBe("complete");
    expect(await names()).toEqual(["Chai", "Côte", "Ikura"]);
  });

  it("pictures come with the rows; a server that fails with them leaves the rows", async () => {
    server.files["chai.png"] = "bytes";
    server.rows.LocalThing = [row(1, "Chai", "chai.png")];
    server.intercept = ({ path }) => (path.startsWith("files/") ? failure(503, "busy", true) : undefined);
    await tab.engine.onSync("first");
    expect(await names()).toEqual(["Chai"]);
    server.intercept = null;
    expect((await tab.engine.onSync("first")).status).toBe("complete");
    expect(await tab.engine.file("chai.png")).not.toBe(null);
  });

  it("a server that fails is an error that can be tried again, and nothing has changed", async () => {
    await tab.engine.onSync("");
    server.intercept = ({ method }) => (method === "POST" ? failure(500, "server_error", true) : undefined);
    expect((await tab.engine.onSync("")).error).toMatchObject({ code: "server_error", retry: true });
    expect(await names()).toEqual(["Chai", "Côte", "Ikura"]);
  });

  it("each entity says once in which request it is: those that are written out one after the other", async () => {
    await tab.engine.onSync("");
    server.asked.splice(0);
    await tab.engine.onSync("");
    const bodies = server.asked.filter(({ method, path }) => method === "POST" && path === "").map(({ body }) => body);
    const entities = bodies.map((body) => (body as SyncRequest).entities ?? "all");
    expect(entities).toEqual(onSync === null ? ["all"] : [["LocalThing"], ["LocalKind"]]);
  });
});
