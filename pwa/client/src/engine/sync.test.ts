import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClientError } from "../protocol/errors";
import { IdbStore } from "../store/user";
import { turn } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import { type FakeServer, failure } from "../testing/server";
import { NEW, OLD, Shop, things } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let shop: Shop;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ shop, server, world, tab } = await Shop.open());
});

afterEach(() => vi.restoreAllMocks());

describe("a first sync", () => {
  it("brings rows, definition, times and events", async () => {
    expect(await tab.engine.state()).toMatchObject({ definition: null, lastSync: null, signInNeeded: false });
    const result = await tab.engine.onSync("");
    expect(result).toEqual({ status: "complete", context: "", received: { LocalThing: 3, LocalKind: 1 } });
    expect(await things(tab)).toEqual(OLD);
    expect(await tab.engine.state()).toMatchObject({
      definition: { title: "Shop" },
      entities: { LocalThing: { rows: 3, syncedAt: "2026-01-31T09:30:00.000Z" } },
      lastSync: "2026-01-31T09:30:00.000Z",
      lastError: null,
      syncing: null,
    });
    const names = tab.names().filter((name) => name !== "statechange" && name !== "syncprogress");
    expect(names).toEqual(["syncstart", "datachange", "synccomplete"]);
  });

  it("P3: progress is known from the start", async () => {
    server.segmentRows = 1;
    await tab.engine.onSync("");
    const progress = tab.events.filter(({ type }) => type === "syncprogress").map(({ detail }) => detail);
    const bytes = server.told.LocalThing?.bytes ?? 0;
    expect(progress[0]).toMatchObject({ phase: "connect", done: 0, total: 0, bytes: 0, totalBytes: 0 });
    expect(progress).toContainEqual(expect.objectContaining({ phase: "rows", done: 2, total: 4 }));
    expect(progress).toContainEqual({
      context: "",
      phase: "rows",
      done: 4,
      total: 4,
      bytes: bytes + 12,
      totalBytes: bytes + 12,
    });
  });

  it("sends cursors and the definition's version the next time, and nothing travels", async () => {
    await tab.engine.onSync("");
    expect(await tab.engine.onSync("")).toEqual({ status: "complete", context: "", received: {} });
    const posts = server.asked.filter(({ method }) => method === "POST");
    expect(posts[0]?.headers.get("Haversack-Definition")).toBe("none");
    expect(posts[1]?.headers.get("Haversack-Definition")).toBe("v1");
    expect(posts[1]?.body).toMatchObject({ cursors: { LocalThing: expect.any(String) } });
    expect(server.log).toEqual(["GET session/", "POST ", "POST "]);
  });

  it("narrows to a context, and to an entity", async () => {
    expect((await tab.engine.onSync("first")).received).toEqual({ LocalThing: 3 });
    expect((await tab.engine.syncEntity("LocalKind")).received).toEqual({ LocalKind: 1 });
    const { contexts } = await tab.engine.syncProperties();
    expect(Object.keys(contexts)).toEqual(["first"]);
  });
});

describe("P1 and P2: all or nothing", () => {
  it("P2: an answer cut at every byte never changes what is seen", async () => {
    await tab.engine.onSync("");
    const before = await tab.engine.syncProperties();
    shop.change();
    const { cursors } = { cursors: {} };
    const { length } = server.answer(["LocalThing", "LocalKind"], cursors, "v1");
    for (let at = 0; at < length; at++) {
      server.damage = (bytes) => bytes.subarray(0, at);
      const result = await tab.engine.onSync("");
      expect(result).toMatchObject({ status: "error", error: { code: "incomplete_response", retry: true } });
      expect(await things(tab)).toEqual(OLD);
    }
    expect(await tab.engine.syncProperties()).toEqual(before);
    server.damage = null;
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(await things(tab)).toEqual(NEW);
  });

  it("P1: a late sync cannot move rows and cursors back, even where locks do not work", async () => {
    await tab.engine.onSync("");
    const other = await world.tab({ locks: new FakeLocks() });
    server.rows.LocalThing = [[9, "late", ""]];
    const { reached, release } = shop.holdNext();
    const slow = other.engine.onSync("");
    await reached;
    shop.change();
    expect((await tab.engine.onSync("")).status).toBe("complete");
    const properties = await tab.engine.syncProperties();
    release();
    expect(await slow).toMatchObject({ status: "error", error: { code: "superseded", retry: true } });
    expect(await tab.engine.syncProperties()).toEqual(properties);
    expect(await things(other)).toEqual(NEW);
  });

  it.each([
    ["a changed letter", "Tofu", "Tafu", "corrupt_response"],
    ["another user's answer", '"user":"anonymous"', '"user":"somebody"', "wrong_user"],
  ])("%s is noticed, and nothing of it is applied", async (_name, from, to, code) => {
    await tab.engine.onSync("");
    shop.change();
    server.damage = (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to));
    expect((await tab.engine.onSync("")).error?.code).toBe(code);
    expect(await things(tab)).toEqual(OLD);
  });

  it("a captive portal is not taken for the server", async () => {
    await tab.engine.onSync("");
    const page = () => new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html; charset=utf-8" } });
    server.intercept = page;
    expect((await tab.engine.onSync("")).error).toMatchObject({ code: "not_haversack", retry: true });
    expect(await tab.engine.state()).toMatchObject({ online: false, lastError: { code: "not_haversack" } });
    expect(await things(tab)).toEqual(OLD);
  });

  it("L4: no space while staging leaves the old rows, and takes none", async () => {
    await tab.engine.onSync("");
    shop.change();
    const original = IdbStore.prototype.stage;
    let staged = 0;
    vi.spyOn(IdbStore.prototype, "stage").mockImplementation(function (this: IdbStore, ...segment) {
      return ++staged === 2 ? Promise.reject(new ClientError("quota")) : original.apply(this, segment);
    });
    const result = await tab.engine.onSync("");
    expect(result.error).toMatchObject({ code: "quota", retry: false });
    expect(await things(tab)).toEqual(OLD);
    expect(staged).toBe(2);
    const other = new IdbStore("shop", "anonymous", () => "");
    const base = {
      generation: 2,
      segments: 1,
      lasts: [3],
      sums: [null],
      bytes: 0,
      layers: [],
      leftovers: null,
      unseenFiles: null,
    };
    const record = { ...base, cursor: "x", columns: [], rows: 0, fingerprint: 0, syncedAt: "" };
    const back = { expected: {}, entities: { LocalThing: record }, definition: null, context: null };
    expect(await other.switch(back)).toBe(false);
  });

  it("L4: after an eviction the next sync shows what it brought, without a reload", async () => {
    await tab.engine.onSync("");
    expect(await things(tab)).toEqual(OLD);
    const { replica } = await tab.engine.syncProperties();
    globalThis.indexedDB = new IDBFactory();
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    shop.change();
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect((await tab.engine.syncProperties()).replica).not.toBe(replica);
    expect(await things(tab)).toEqual(NEW);
  });

  it("L4: a state that cannot be read once is told again with the next change", async () => {
    await tab.engine.onSync("");
    const overview = vi.spyOn(IdbStore.prototype, "overview").mockRejectedValue(new ClientError("storage"));
    expect((await tab.engine.onSync("")).error?.code).toBe("storage");
    for (let i = 0; i < 20; i++) await turn();
    overview.mockRestore();
    const told = tab.next("statechange");
    await tab.engine.onSync("");
    expect(await told).toMatchObject({ definition: { title: "Shop" } });
  });

  it("a copy that differs from what the server calls unchanged is fetched again", async () => {
    await tab.engine.onSync("");
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const { LocalThing } = (await tab.engine.syncProperties()).entities;
    server.damage = (bytes) => {
      server.damage = null;
      return new TextEncoder().encode(
        text(bytes).replace(`"fingerprint":${LocalThing?.fingerprint}`, '"fingerprint":7'),
      );
    };
    expect((await tab.engine.onSync("")).received).toEqual({ LocalThing: 3 });
    expect(server.asked.at(-1)?.body).toMatchObject({ cursors: { LocalKind: expect.any(String) } });
    expect(server.asked.at(-1)?.body).not.toHaveProperty("cursors.LocalThing");
  });

  it("L5: a new definition comes with its rows", async () => {
    await tab.engine.onSync("");
    server.version = "v2";
    server.definition = { ...server.definition, title: "New shop" };
    await tab.engine.onSync("");
    expect((await tab.engine.state()).definition?.title).toBe("New shop");
    expect((await tab.engine.syncProperties()).definition).toBe("v2");
  });
});

describe("CSRF token", () => {
  it("S3: a token that is refused is asked for again, once", async () => {
    await tab.engine.onSync("");
    server.token = "token-2";
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(server.log.slice(2)).toEqual(["POST ", "GET session/", "POST "]);
    server.intercept = ({ method }) => (method === "POST" ? failure(403, "csrf_failed") : undefined);
    expect((await tab.engine.onSync("")).error?.code).toBe("csrf_failed");
  });
});

describe("network status", () => {
  it("is what requests prove, not what the browser thinks", async () => {
    server.online = false;
    const lost = tab.next("networkstatuschange");
    expect((await tab.engine.onSync("")).error?.code).toBe("network");
    expect(await lost).toEqual({ online: false });
    await tab.engine.hint(true);
    expect(tab.engine.isOnline()).toBe(false);
    server.online = true;
    await tab.engine.hint(true);
    expect(tab.engine.isOnline()).toBe(true);
  });
});
