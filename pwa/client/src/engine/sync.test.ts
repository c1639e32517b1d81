import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Locks } from "../ports";
import { ClientError } from "../protocol/errors";
import { IdbStore } from "../store/user";
import { FakeClock } from "../testing/clock";
import { deferred, settle, turn } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import { entity, FakeServer, failure, streamOf } from "../testing/server";
import { type Tab, World } from "../testing/world";

let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  server = new FakeServer([
    entity("LocalThing", [
      ["id", "integer"],
      ["name", "string"],
      ["picture", "picture"],
    ]),
    entity("LocalKind", [
      ["id", "integer"],
      ["name", "string"],
    ]),
  ]);
  server.rows.LocalThing = [
    [1, "Chai", ""],
    [2, "Côte de Blaye", ""],
    [3, "Ikura 🍣", ""],
  ];
  server.rows.LocalKind = [[1, "Drink"]];
  world = new World(server);
  tab = await world.tab();
});

afterEach(() => vi.restoreAllMocks());

const things = async (of: Tab = tab) => (await of.engine.list("LocalThing", { orderBy: "id" })).map((row) => row.name);
const OLD = ["Chai", "Côte de Blaye", "Ikura 🍣"];

/** The server has other rows now. */
function change(): void {
  server.rows.LocalThing = [
    [1, "Chai", ""],
    [4, "Tofu — 豆腐", ""],
  ];
  server.rows.LocalKind = [[2, "Food"]];
}

/** Holds the answer to the next sync, as it is now, until it is let go. */
function holdNext() {
  const reached = deferred();
  const held = deferred();
  server.intercept = async (asked) => {
    if (asked.method !== "POST") return undefined;
    server.intercept = null;
    const late = server.serve(asked);
    reached.resolve();
    await held.promise;
    return late;
  };
  return { reached: reached.promise, release: () => held.resolve() };
}

describe("a first sync", () => {
  it("brings rows, definition, times and events", async () => {
    expect(await tab.engine.state()).toMatchObject({ definition: null, lastSync: null, signInNeeded: false });
    const result = await tab.engine.onSync("");
    expect(result).toEqual({ status: "complete", context: "", received: { LocalThing: 3, LocalKind: 1 } });
    expect(await things()).toEqual(OLD);
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
    expect(progress[0]).toEqual({ context: "", phase: "connect", done: 0, total: 0 });
    expect(progress).toContainEqual({ context: "", phase: "rows", done: 2, total: 4 });
    expect(progress).toContainEqual({ context: "", phase: "rows", done: 4, total: 4 });
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
    change();
    const { cursors } = { cursors: {} };
    const { length } = server.answer(["LocalThing", "LocalKind"], cursors, "v1");
    for (let at = 0; at < length; at++) {
      server.damage = (bytes) => bytes.subarray(0, at);
      const result = await tab.engine.onSync("");
      expect(result).toMatchObject({ status: "error", error: { code: "incomplete_response", retry: true } });
      expect(await things()).toEqual(OLD);
    }
    expect(await tab.engine.syncProperties()).toEqual(before);
    server.damage = null;
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(await things()).toEqual(["Chai", "Tofu — 豆腐"]);
  });

  it("P1: a late sync cannot move rows and cursors back, even where locks do not work", async () => {
    await tab.engine.onSync("");
    const other = await world.tab({ locks: new FakeLocks() });
    server.rows.LocalThing = [[9, "late", ""]];
    const { reached, release } = holdNext();
    const slow = other.engine.onSync("");
    await reached;
    change();
    expect((await tab.engine.onSync("")).status).toBe("complete");
    const properties = await tab.engine.syncProperties();
    release();
    expect(await slow).toMatchObject({ status: "error", error: { code: "superseded", retry: true } });
    expect(await tab.engine.syncProperties()).toEqual(properties);
    expect(await things(other)).toEqual(["Chai", "Tofu — 豆腐"]);
  });

  it("Q2: a frozen tab loses its lock after a while, and does no harm when it thaws", async () => {
    await tab.engine.onSync("");
    const frozen = await world.tab({ clock: new FakeClock() });
    server.rows.LocalThing = [[9, "late", ""]];
    const { reached, release } = holdNext();
    const slow = frozen.engine.onSync("");
    await reached;
    change();
    const fast = tab.engine.onSync("");
    world.clock.advance(59_999);
    await turn();
    expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
    world.clock.advance(1);
    expect((await fast).status).toBe("complete");
    expect(await slow).toMatchObject({ status: "error", error: { code: "superseded", retry: true } });
    release();
    expect((await frozen.engine.onSync("")).status).toBe("complete");
    expect(await things(frozen)).toEqual(["Chai", "Tofu — 豆腐"]);
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
    change();
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
    expect(await things()).toEqual(["Chai", "Tofu — 豆腐"]);
  });

  it("Q2: a slow tab that lives keeps its lock, however long it takes", async () => {
    const other = await world.tab();
    change();
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

  it.each([
    ["a changed letter", "Tofu", "Tafu", "corrupt_response"],
    ["another user's answer", '"user":"anonymous"', '"user":"somebody"', "wrong_user"],
  ])("%s is noticed, and nothing of it is applied", async (_name, from, to, code) => {
    await tab.engine.onSync("");
    change();
    server.damage = (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to));
    expect((await tab.engine.onSync("")).error?.code).toBe(code);
    expect(await things()).toEqual(OLD);
  });

  it("a captive portal is not taken for the server", async () => {
    await tab.engine.onSync("");
    const page = () => new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html; charset=utf-8" } });
    server.intercept = page;
    expect((await tab.engine.onSync("")).error).toMatchObject({ code: "not_haversack", retry: true });
    expect(await tab.engine.state()).toMatchObject({ online: false, lastError: { code: "not_haversack" } });
    expect(await things()).toEqual(OLD);
  });

  it("L4: no space while staging leaves the old rows, and takes none", async () => {
    await tab.engine.onSync("");
    change();
    const original = IdbStore.prototype.stage;
    let staged = 0;
    vi.spyOn(IdbStore.prototype, "stage").mockImplementation(function (this: IdbStore, ...segment) {
      return ++staged === 2 ? Promise.reject(new ClientError("quota")) : original.apply(this, segment);
    });
    const result = await tab.engine.onSync("");
    expect(result.error).toMatchObject({ code: "quota", retry: false });
    expect(await things()).toEqual(OLD);
    expect(staged).toBe(2);
    const other = new IdbStore("shop", "anonymous", () => "");
    const record = { generation: 2, cursor: "x", columns: [], rows: 0, segments: 1, fingerprint: 0, syncedAt: "" };
    const back = { expected: {}, entities: { LocalThing: record }, definition: null, context: null };
    expect(await other.switch(back)).toBe(false);
  });

  it("L4: after an eviction the next sync shows what it brought, without a reload", async () => {
    await tab.engine.onSync("");
    expect(await things()).toEqual(OLD);
    const { replica } = await tab.engine.syncProperties();
    globalThis.indexedDB = new IDBFactory();
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementationOnce(() => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    change();
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect((await tab.engine.syncProperties()).replica).not.toBe(replica);
    expect(await things()).toEqual(["Chai", "Tofu — 豆腐"]);
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

describe("Q1: the queue", () => {
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
    const { reached } = holdNext();
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
});

describe("Q2: tabs", () => {
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
