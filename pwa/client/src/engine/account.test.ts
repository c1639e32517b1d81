import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClientError } from "../protocol/errors";
import { IdbDeviceStore } from "../store/device";
import { FakeClock } from "../testing/clock";
import { deferred, settle } from "../testing/deferred";
import { entity, FakeServer, failure } from "../testing/server";
import { type Tab, World } from "../testing/world";

const ANN = { key: "1111", name: "Ann" };
const BOB = { key: "2222", name: "Bob" };

let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  const attributes: Parameters<typeof entity>[1] = [
    ["id", "integer"],
    ["name", "string"],
    ["picture", "picture"],
  ];
  server = new FakeServer([entity("LocalThing", attributes)], false);
  server.passwords = { ann: { password: "a", user: ANN }, bob: { password: "b", user: BOB } };
  server.rows.LocalThing = [[1, "Ann's", "ann.png"]];
  server.files = { "ann.png": "Ann's face" };
  world = new World(server);
  tab = await world.tab();
});

afterEach(() => vi.restoreAllMocks());

/** Signs in, and syncs. */
async function signIn(name: "ann" | "bob", of: Tab = tab): Promise<void> {
  await of.engine.signIn(name, name.slice(0, 1));
  await of.engine.onSync("");
}

describe("signing in", () => {
  it("is needed first, and refused with the server's reason", async () => {
    expect(await tab.engine.state()).toMatchObject({ user: null, signInNeeded: true });
    expect((await tab.engine.onSync("")).error).toMatchObject({ code: "sign_in_required", retry: false });
    await expect(tab.engine.signIn("ann", "wrong")).rejects.toMatchObject({ code: "invalid_credentials" });
    server.intercept = ({ method }) => {
      return method === "POST" ? failure(429, "throttled", true, { "Retry-After": "30" }) : undefined;
    };
    await expect(tab.engine.signIn("ann", "a")).rejects.toMatchObject({ code: "throttled", retryAfter: 30 });
    server.online = false;
    await expect(tab.engine.signIn("ann", "a")).rejects.toMatchObject({ code: "network" });
    expect(await world.databases()).toEqual(["haversack/shop"]);
  });

  it("Q3: starts a sync where the app's settings say so, which a device without a definition learns from the session", async () => {
    await tab.engine.signIn("ann", "a");
    await settle();
    expect(server.log).not.toContain("POST ");
    await tab.engine.signOut();
    server.definition = { ...server.definition, settings: { sync: { on_login: true } } };
    const synced = tab.next("synccomplete");
    await tab.engine.signIn("ann", "a");
    expect((await synced).trigger).toBe("login");
    expect(await tab.engine.get("LocalThing", 1)).toMatchObject({ name: "Ann's" });
  });

  it("is remembered, also offline, with the person's rows", async () => {
    await signIn("ann");
    server.online = false;
    const again = await world.tab();
    expect(await again.engine.state()).toMatchObject({ user: ANN, signInNeeded: false, sessionExpired: false });
    expect(await again.engine.get("LocalThing", 1)).toMatchObject({ name: "Ann's" });
  });

  it("is not needed where the browser holds a session already", async () => {
    server.user = ANN;
    expect(await tab.engine.adoptSession()).toEqual(ANN);
    expect(await tab.engine.state()).toMatchObject({ user: ANN, signInNeeded: false });
  });

  it("S2: is learnt by the other tabs", async () => {
    const other = await world.tab();
    const told = other.next("statechange");
    await signIn("ann");
    expect((await told).user).toEqual(ANN);
    expect(await other.engine.get("LocalThing", 1)).toMatchObject({ name: "Ann's" });
  });
});

describe("a session that ended", () => {
  beforeEach(() => signIn("ann"));

  it("S2: keeps the data and says so, until the person signs in again", async () => {
    server.user = null;
    expect((await tab.engine.onSync("")).error?.code).toBe("sign_in_required");
    expect(await tab.engine.state()).toMatchObject({ user: ANN, sessionExpired: true, signInNeeded: false });
    expect(await tab.engine.count("LocalThing")).toBe(1);
    await signIn("ann");
    expect(await tab.engine.state()).toMatchObject({ sessionExpired: false, lastError: null });
  });

  it("S2: and is somebody else's now: nothing is read for them", async () => {
    server.user = BOB;
    server.rows.LocalThing = [[2, "Bob's", ""]];
    expect((await tab.engine.onSync("")).error?.code).toBe("wrong_user");
    expect(await tab.engine.state()).toMatchObject({ user: ANN, sessionExpired: true });
    expect(await tab.engine.list("LocalThing")).toMatchObject([{ name: "Ann's" }]);
    expect(server.log.filter((line) => line === "POST ")).toHaveLength(2);
  });
});

it("S2: nothing is even asked for on behalf of somebody who is not the one signed in", async () => {
  await signIn("ann");
  server.user = BOB;
  const later = await world.tab();
  await settle();
  const from = server.asked.length;
  expect((await later.engine.onSync("")).error?.code).toBe("wrong_user");
  expect(server.log.slice(from)).toEqual(["GET session/"]);
});

it("S2: a session that another tab began is not judged by what this tab remembers", async () => {
  const other = await world.tab();
  // Both have asked before anybody signed in, and remember that nobody is.
  await tab.engine.adoptSession();
  await other.engine.adoptSession();
  const told = other.next("statechange");
  await tab.engine.signIn("ann", "a");
  expect((await told).user).toEqual(ANN);
  expect(await other.engine.onSync("")).toMatchObject({ status: "complete" });
  expect(await other.engine.state()).toMatchObject({ sessionExpired: false });
  expect(await tab.engine.state()).toMatchObject({ sessionExpired: false });
});

it("S2: a remembered session that is another's is asked for once more before the person is sent to sign in", async () => {
  const deaf = await world.tab();
  await signIn("ann", deaf);
  // Bob signs in and out again where this tab does not hear of it.
  server.user = BOB;
  await deaf.engine.hint(true);
  server.user = ANN;
  const from = server.asked.length;
  expect(await deaf.engine.onSync("")).toMatchObject({ status: "complete" });
  expect(server.log.slice(from)).toEqual(["GET session/", "POST "]);
});

describe("signing out", () => {
  beforeEach(() => signIn("ann"));

  it("S2: removes the person's database at once, without the server", async () => {
    server.online = false;
    await tab.engine.signOut();
    expect(await world.databases()).toEqual(["haversack/shop"]);
    expect(await tab.engine.state()).toMatchObject({ user: null, signInNeeded: true, definition: null, entities: {} });
    expect(await tab.engine.list("LocalThing")).toEqual([]);
    expect(await tab.engine.file("ann.png")).toBe(null);
  });

  it("S2: made offline, it reaches the server before anything else, also after a restart", async () => {
    server.online = false;
    await tab.engine.signOut();
    const later = await world.tab();
    server.online = true;
    const from = server.asked.length;
    await signIn("bob", later);
    const writes = server.log.slice(from).filter((line) => !line.startsWith("GET"));
    expect(writes).toEqual(["DELETE session/", "POST session/", "POST "]);
    const gone = server.asked.find(({ method }) => method === "DELETE");
    expect(gone?.headers.get("Haversack-User")).toBe(ANN.key);
    expect(gone?.headers.get("Haversack-Replica")).toBe("replica-1");
  });

  it("S2: is told to the server as soon as it is reached, and once", async () => {
    server.online = false;
    await tab.engine.signOut();
    server.online = true;
    await tab.engine.hint(true);
    await tab.engine.hint(true);
    expect(server.log.filter((line) => line === "DELETE session/")).toHaveLength(1);
    expect(server.user).toBe(null);
  });

  it("S2: does not end the session that somebody else has begun meanwhile", async () => {
    server.online = false;
    await tab.engine.signOut();
    server.online = true;
    server.user = BOB;
    await tab.engine.hint(true);
    expect(server.log).not.toContain("DELETE session/");
    expect(server.user).toBe(BOB);
  });

  it("S2: that the server refuses does not lock others out", async () => {
    await tab.engine.signOut();
    await tab.engine.hint(true);
    await signIn("ann");
    server.intercept = ({ method }) => (method === "DELETE" ? failure(400, "protocol_unsupported") : undefined);
    await tab.engine.signOut();
    await signIn("bob");
    expect(await tab.engine.state()).toMatchObject({ user: BOB, lastError: null });
  });

  it("S2: that the server refuses does not end the session that the same person begins next", async () => {
    server.intercept = ({ method }) => (method === "DELETE" ? failure(400, "protocol_unsupported") : undefined);
    await tab.engine.signOut();
    await signIn("ann");
    expect(await tab.engine.state()).toMatchObject({ user: ANN, lastError: null });
    server.intercept = null;
    expect((await tab.engine.onSync("")).status).toBe("complete");
    expect(server.user).toBe(ANN);
  });

  it("S2: that something before the server refuses does not lock the device", async () => {
    const page = () => new Response("<h1>No</h1>", { status: 405, headers: { "Content-Type": "text/html" } });
    server.intercept = ({ method }) => (method === "DELETE" ? page() : undefined);
    await tab.engine.signOut();
    expect(await tab.engine.signIn("ann", "a")).toEqual(ANN);
  });

  it("S2: made offline, it is told by and by, without anybody doing anything", async () => {
    // While the page is looked at, the server is looked for more often.
    tab.engine.pause();
    server.online = false;
    await tab.engine.signOut();
    await settle();
    world.clock.advance(30_000);
    await settle();
    server.online = true;
    // Less and less often.
    world.clock.advance(59_999);
    await settle();
    expect(server.log).not.toContain("DELETE session/");
    world.clock.advance(1);
    await settle();
    expect(server.log).toContain("DELETE session/");
    expect(server.user).toBe(null);
    expect(world.clock.waiting).toBe(0);
  });

  it("S2: made offline, it is told as soon as the server is found again", async () => {
    server.online = false;
    await tab.engine.signOut();
    await settle();
    server.online = true;
    world.clock.advance(5_000);
    await settle();
    expect(server.user).toBe(null);
  });

  it("S2: made offline, it is told when the page is looked at again", async () => {
    server.online = false;
    await tab.engine.signOut();
    await settle();
    server.online = true;
    await tab.engine.resume();
    expect(server.user).toBe(null);
  });

  /** The device's own store takes nothing, this many times. */
  function failUpdates(times: number): void {
    const original = IdbDeviceStore.prototype.update;
    let left = times;
    vi.spyOn(IdbDeviceStore.prototype, "update").mockImplementation(function (this: IdbDeviceStore, change) {
      return left-- > 0 ? Promise.reject(new ClientError("quota")) : original.call(this, change);
    });
  }

  it("S2: finds no space to be noted in: the data makes room by going", async () => {
    const other = await world.tab();
    failUpdates(1);
    const told = other.next("statechange");
    await tab.engine.signOut();
    expect(await told).toMatchObject({ user: null, signInNeeded: true });
    expect(await world.databases()).toEqual(["haversack/shop"]);
    expect(await (await world.tab()).engine.state()).toMatchObject({ user: null });
  });

  it("S2: that cannot be noted at all says so, and the data is gone in every tab", async () => {
    const other = await world.tab();
    expect(await other.engine.count("LocalThing")).toBe(1);
    failUpdates(Number.POSITIVE_INFINITY);
    const told = other.next("statechange");
    await expect(tab.engine.signOut()).rejects.toMatchObject({ code: "quota" });
    await told;
    for (const page of [tab, other, await world.tab()]) {
      expect(await page.engine.list("LocalThing")).toEqual([]);
      expect(await page.engine.state()).toMatchObject({ definition: null, entities: {} });
    }
  });

  it("S2: and in again, slept through by another tab, leaves that tab with the new data", async () => {
    const other = await world.tab();
    expect(await other.engine.count("LocalThing")).toBe(1);
    const wake = world.hub.freeze(1);
    await tab.engine.signOut();
    await signIn("ann");
    wake();
    await settle();
    expect(await other.engine.list("LocalThing")).toMatchObject([{ name: "Ann's" }]);
    expect((await other.engine.onSync("")).status).toBe("complete");
  });

  it("S2: in one tab is one in all tabs", async () => {
    const other = await world.tab();
    expect(await other.engine.count("LocalThing")).toBe(1);
    const told = other.next("statechange");
    await tab.engine.signOut();
    expect(await told).toMatchObject({ user: null, signInNeeded: true });
    expect(await other.engine.list("LocalThing")).toEqual([]);
    expect(await world.databases()).toEqual(["haversack/shop"]);
  });

  it("S2: ends a sync that runs, which brings nothing back", async () => {
    const reached = deferred();
    const held = deferred();
    server.rows.LocalThing = [[1, "Ann's new", ""]];
    server.intercept = async ({ method, path }) => {
      if (method !== "POST" || path !== "") return undefined;
      reached.resolve();
      await held.promise;
      return undefined;
    };
    const running = tab.engine.onSync("");
    await reached.promise;
    await tab.engine.signOut();
    expect(await running).toMatchObject({ status: "error", error: { code: "closed" } });
    held.resolve();
    await tab.engine.hint(true);
    expect(await world.databases()).toEqual(["haversack/shop"]);
    expect(tab.names()).not.toContain("syncerror");
  });

  it("S2: a removal that was interrupted is finished at the next start", async () => {
    const destroy = world.stores.user("shop", ANN.key);
    const device = world.stores.device("shop");
    await device.update((record) => ({ ...record, user: null, wipe: [ANN.key] }));
    destroy.close();
    await world.tab();
    expect(await world.databases()).toEqual(["haversack/shop"]);
  });
});

it("Q2: a frozen tab that was asking for the session keeps nobody from signing in", async () => {
  const frozen = await world.tab({ clock: new FakeClock() });
  const never = deferred();
  server.intercept = async () => {
    server.intercept = null;
    await never.promise;
    return undefined;
  };
  const adopting = frozen.engine.adoptSession().catch((error: ClientError) => error.code);
  await settle();
  const signedIn = tab.engine.signIn("ann", "a");
  world.clock.advance(60_000);
  expect(await signedIn).toEqual(ANN);
  expect(await adopting).toBe("superseded");
  never.resolve();
  await settle();
  expect(server.user).toBe(ANN);
});

describe("another person", () => {
  it("S2: sees nothing of the first, sends nothing of theirs, and the first finds everything again", async () => {
    await signIn("ann");
    server.user = null;
    server.rows.LocalThing = [[2, "Bob's", ""]];
    const from = server.asked.length;
    await signIn("bob");
    expect(await tab.engine.list("LocalThing")).toMatchObject([{ name: "Bob's" }]);
    expect(await tab.engine.get("LocalThing", 1)).toBe(null);
    expect(await tab.engine.file("ann.png")).toBe(null);
    const post = server.asked.slice(from).find(({ method, path }) => method === "POST" && path === "");
    expect(post?.body).toMatchObject({ cursors: {} });
    expect(post?.headers.get("Haversack-User")).toBe(BOB.key);
    expect(post?.headers.get("Haversack-Replica")).toBe("replica-2");

    server.user = null;
    server.rows.LocalThing = [[1, "Ann's", "ann.png"]];
    await signIn("ann");
    expect(await (await tab.engine.file("ann.png"))?.text()).toBe("large Ann's face");
  });
});
