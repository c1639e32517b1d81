import { beforeEach, describe, expect, it } from "vitest";

import type { SyncSettings } from "../api";
import type { SyncRequest } from "../protocol/messages";
import { settle as settleOnce } from "../testing/deferred";
import { FakeServer, failure } from "../testing/server";
import { Shop } from "../testing/shop";
import { type Tab, World } from "../testing/world";

let shop: Shop;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ shop, server, world, tab } = await Shop.open());
  await settle();
});

/** The app has these settings, and the device knows them. Time goes on. */
async function set(settings: Partial<SyncSettings>): Promise<void> {
  server.version += "+";
  server.definition = { ...server.definition, settings: { sync: settings } };
  await tab.engine.onSync("", { pressed: true });
  server.asked.splice(0);
  tab.events.splice(0);
  world.clock.advance(1000);
}

/** Why each sync was asked for, and of which context. */
function syncs(): string[] {
  const posts = server.asked.filter(({ method, path }) => method === "POST" && path === "");
  return posts.map(({ body }) => `${(body as SyncRequest).trigger} "${(body as SyncRequest).context}"`);
}

/** Until nothing happens any more: a sync, and the next one that it starts, take many steps of the store. */
async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await settleOnce();
}

async function show(): Promise<void> {
  tab.engine.pause();
  await tab.engine.resume();
}

async function pass(seconds: number): Promise<void> {
  world.clock.advance(seconds * 1000);
  await settle();
}

const refuse = (status: number, code: string, retry: boolean, headers: Record<string, string> = {}) => {
  server.intercept = ({ method }) => (method === "POST" ? failure(status, code, retry, headers) : undefined);
};
const retryIn = async (of: Tab = tab) => {
  const { retryAt } = await of.engine.state();
  return retryAt && (Date.parse(retryAt) - world.clock.now()) / 1000;
};

describe("Q3: triggers", () => {
  const causes: [string, () => Promise<unknown>][] = [
    ["start", () => world.tab()],
    ["resume", () => show()],
    [
      "online",
      async () => {
        await tab.engine.hint(false);
        await tab.engine.hint(true);
      },
    ],
  ];

  it.each(causes)("%s is answered with a sync of everything, once it is switched on", async (trigger, cause) => {
    await set({});
    await cause();
    await settle();
    expect(syncs()).toEqual([]);
    await set({ [`on_${trigger}`]: true });
    await cause();
    await settle();
    expect(syncs()).toEqual([`${trigger} ""`]);
  });

  it.each(causes.slice(1))("%s never starts a first download", async (_trigger, cause) => {
    server.definition = { ...server.definition, settings: { sync: { on_resume: true, on_online: true } } };
    await cause();
    await settle();
    expect(syncs()).toEqual([]);
  });

  it("start begins a first download, and a retry goes on with it", async () => {
    server.definition = { ...server.definition, settings: { sync: { on_start: true, retry: true } } };
    refuse(500, "server_error", true);
    world.close(tab);
    tab = await world.tab();
    await settle();
    expect(syncs()).toEqual(['start ""']);
    server.intercept = null;
    await pass(30);
    expect(syncs()).toEqual(['start ""', 'retry ""']);
    expect((await tab.engine.state()).entities.LocalThing).toMatchObject({ rows: 3 });
  });

  it("login is answered by the tab where the person signed in", async () => {
    const ann = { key: "1", name: "Ann" };
    server = new FakeServer(server.definition.entities, false);
    server.passwords = { ann: { password: "a", user: ann } };
    world = new World(server);
    const tabs = [await world.tab(), await world.tab()];
    tab = tabs[0] as Tab;
    await tab.engine.signIn("ann", "a");
    await settle();
    expect(syncs()).toEqual([]);
    await tab.engine.signOut();
    await settle();
    server.definition = { ...server.definition, settings: { sync: { on_login: true } } };
    await tab.engine.signIn("ann", "a");
    await settle();
    expect(syncs()).toEqual(['login ""']);
    expect((await (tabs[1] as Tab).engine.state()).lastSync).not.toBe(null);
  });

  it("online: only a request proves it, and a hint leads to one", async () => {
    await set({ on_online: true });
    server.online = false;
    expect((await tab.engine.onSync("", { pressed: true })).status).toBe("error");
    await tab.engine.hint(true);
    await settle();
    expect(tab.engine.isOnline()).toBe(false);
    server.online = true;
    await tab.engine.hint(true);
    await settle();
    expect(syncs()).toEqual(['online ""']);
    await tab.engine.hint(true);
    await settle();
    expect(syncs()).toEqual(['online ""']);
  });

  it("online: is looked for while a page is looked at, less and less often", async () => {
    await set({ on_online: true });
    server.online = false;
    let looked = 0;
    server.unreachable = () => looked++;
    await tab.engine.onSync("", { pressed: true });
    looked = 0;
    await pass(4.999);
    expect(looked).toBe(0);
    for (const seconds of [0.001, 10, 20, 40, 60, 60]) await pass(seconds);
    expect(looked).toBe(6);
    tab.engine.pause();
    await pass(3600);
    expect(looked).toBe(6);
    await tab.engine.resume();
    await settle();
    expect(looked).toBe(7);
    server.online = true;
    await pass(10);
    expect(tab.engine.isOnline()).toBe(true);
    expect(syncs()).toEqual(['online ""']);
    expect(world.clock.waiting).toBe(0);
  });

  it("online: the page of a network that wants a sign-in is not the server", async () => {
    await set({ on_online: true, retry: true });
    const portal = new Response("<html>Welcome to our hotel", { headers: { "Content-Type": "text/html" } });
    server.intercept = () => portal.clone();
    expect((await tab.engine.onSync("")).error).toMatchObject({ code: "not_haversack", retry: true });
    expect(tab.engine.isOnline()).toBe(false);
    await pass(5);
    expect(tab.engine.isOnline()).toBe(false);
    server.intercept = null;
    server.asked.splice(0);
    await pass(10);
    expect(tab.engine.isOnline()).toBe(true);
    expect(syncs()).toEqual(['online ""']);
    expect(await retryIn()).toBe(null);
  });

  it("online: a page that is opened finds out, and answers when the server is back", async () => {
    await set({ on_online: true });
    world.close(tab);
    server.online = false;
    tab = await world.tab();
    await settle();
    expect(tab.engine.isOnline()).toBe(false);
    server.online = true;
    await pass(5);
    expect(syncs()).toEqual(['online ""']);
  });

  it("resume: said twice, it is answered once", async () => {
    await set({ on_resume: true });
    await show();
    await settle();
    await pass(1);
    await tab.engine.resume();
    await settle();
    expect(syncs()).toEqual(['resume ""']);
  });

  it("every N minutes after the last sync, also when the app was closed meanwhile", async () => {
    await set({ every: 15 });
    await pass(14 * 60);
    expect(syncs()).toEqual([]);
    await pass(59);
    expect(syncs()).toEqual(['interval ""']);
    await pass(15 * 60);
    expect(syncs()).toHaveLength(2);
    world.close(tab);
    await pass(20 * 60);
    expect(syncs()).toHaveLength(2);
    tab = await world.tab();
    await settle();
    expect(syncs()).toHaveLength(3);
  });

  it("every N minutes: failing does not make it more often", async () => {
    await set({ every: 15 });
    refuse(500, "server_error", true);
    await pass(15 * 60);
    expect(syncs()).toHaveLength(1);
    await pass(14 * 60);
    expect(syncs()).toHaveLength(1);
    await pass(60);
    expect(syncs()).toHaveLength(2);
  });

  it("not on metered connections, unless a person presses", async () => {
    await set({ on_resume: true, every: 15, retry: true, not_on_metered: true });
    world.network.metered = true;
    await show();
    await pass(16 * 60);
    expect(syncs()).toEqual([]);
    refuse(500, "server_error", true);
    await tab.engine.onSync("", { pressed: true });
    await pass(3600);
    expect(syncs()).toEqual(['manual ""']);
    server.intercept = null;
    world.network.metered = false;
    await pass(30);
    expect(syncs()).toEqual(['manual ""', 'retry ""']);
  });

  it("a device takes new settings with its next sync", async () => {
    await set({ on_resume: true });
    server.version += "+";
    server.definition = { ...server.definition, settings: { sync: { on_resume: false } } };
    await show();
    await pass(1);
    await show();
    await settle();
    expect(syncs()).toEqual(['resume ""']);
  });

  it("Q2: one of two tabs answers", async () => {
    const other = await world.tab();
    await set({ on_online: true, on_resume: true, every: 1 });
    for (const page of [tab, other]) void page.engine.hint(false);
    await settle();
    for (const page of [tab, other]) void page.engine.hint(true);
    await settle();
    expect(syncs()).toEqual(['online ""']);
    await pass(60);
    expect(syncs()).toEqual(['online ""', 'interval ""']);
    expect(other.names().filter((name) => name === "syncstart")).toHaveLength(3);
  });
});

describe("Q4: trying again", () => {
  it("after the interval, then less and less often, until it succeeds", async () => {
    await set({ retry: true, retry_interval: 20 });
    refuse(503, "busy", true);
    expect((await tab.engine.onSync("first")).status).toBe("error");
    expect(await tab.engine.state()).toMatchObject({ lastError: { code: "busy" } });
    expect(await retryIn()).toBe(20);
    await pass(19);
    expect(syncs()).toHaveLength(1);
    await pass(1);
    expect(syncs()).toEqual(['manual "first"', 'retry "first"']);
    expect(await retryIn()).toBe(40);
    await pass(40);
    expect(await retryIn()).toBe(80);
    server.intercept = null;
    await pass(80);
    expect(syncs()).toHaveLength(4);
    expect(await tab.engine.state()).toMatchObject({ lastError: null, retryAt: null });
    expect(world.clock.waiting).toBe(0);
  });

  it("not when it is off, and not what cannot succeed later", async () => {
    await set({});
    refuse(500, "server_error", true);
    await tab.engine.onSync("");
    expect(await retryIn()).toBe(null);
    server.intercept = null;
    await set({ retry: true });
    refuse(403, "permission_denied", false);
    await tab.engine.onSync("");
    expect(await retryIn()).toBe(null);
    await pass(7200);
    expect(syncs()).toEqual(['manual ""']);
  });

  it("waits as long as the server asks, and so does everything that starts by itself", async () => {
    await set({ retry: true, on_resume: true });
    refuse(429, "throttled", true, { "Retry-After": "300" });
    await tab.engine.onSync("");
    expect(await retryIn()).toBe(300);
    server.intercept = null;
    await pass(299);
    await show();
    await settle();
    expect(syncs()).toEqual(['manual ""']);
    await pass(1);
    expect(syncs()).toEqual(['manual ""', 'retry ""']);
  });

  it("goes at once when the server can be reached again", async () => {
    await set({ retry: true, retry_interval: 600 });
    server.online = false;
    await tab.engine.onSync("first");
    server.online = true;
    await tab.engine.hint(true);
    await settle();
    expect(syncs()).toEqual(['retry "first"']);
    expect(await retryIn()).toBe(null);
  });

  it("keeps every context that failed", async () => {
    await set({ retry: true });
    refuse(500, "server_error", true);
    await tab.engine.onSync("first");
    await tab.engine.syncEntity("LocalKind");
    server.intercept = null;
    await pass(60);
    expect(syncs().slice(2)).toEqual(['retry "first"', 'retry ""']);
    expect(server.asked.at(-1)?.body).toMatchObject({ entities: ["LocalKind"] });
    expect(await retryIn()).toBe(null);
  });

  it("survives the closing of the browser, with the reason", async () => {
    await set({ retry: true });
    server.online = false;
    await tab.engine.onSync("first");
    world.close(tab);
    server.online = true;
    await pass(10);
    tab = await world.tab();
    expect(await tab.engine.state()).toMatchObject({ lastError: { code: "network" } });
    expect(await retryIn()).toBe(20);
    await pass(20);
    expect(syncs()).toEqual(['retry "first"']);
    world.close(tab);
    tab = await world.tab();
    await settle();
    expect(syncs()).toHaveLength(1);
  });

  it("at the start, when the deadline passed while the app was closed", async () => {
    await set({ retry: true });
    server.online = false;
    await tab.engine.onSync("first");
    world.close(tab);
    server.online = true;
    await pass(3600);
    tab = await world.tab();
    await settle();
    expect(syncs()).toEqual(['retry "first"']);
  });

  it("not again at once when the attempt itself ends the browser", async () => {
    await set({ retry: true });
    server.online = false;
    await tab.engine.onSync("first");
    server.online = true;
    const { reached } = shop.holdNext();
    await pass(30);
    await reached;
    world.close(tab);
    tab = await world.tab();
    await settle();
    expect(syncs()).toEqual(['retry "first"']);
    await pass(60);
    expect(syncs()).toEqual(['retry "first"', 'retry "first"']);
  });

  it("Q2: by one of two tabs", async () => {
    const other = await world.tab();
    await set({ retry: true });
    server.online = false;
    await tab.engine.onSync("");
    await settle();
    expect(await retryIn(other)).toBe(30);
    server.online = true;
    await pass(30);
    expect(syncs()).toEqual(['retry ""']);
    await pass(600);
    expect(syncs()).toHaveLength(1);
  });

  it("ends with new settings that switch it off", async () => {
    await set({ retry: true });
    refuse(500, "server_error", true);
    await tab.engine.onSync("first");
    await tab.engine.syncEntity("LocalKind");
    server.intercept = null;
    server.version += "+";
    server.definition = { ...server.definition, settings: { sync: { retry: false } } };
    await tab.engine.onSync("first", { pressed: true });
    expect(await retryIn()).toBe(null);
  });

  it("takes up what waited or ran when the browser was closed", async () => {
    await set({ retry: true });
    server.rows.LocalKind = [[5, "New"]];
    const { reached } = shop.holdNext();
    void tab.engine.onSync("first");
    await reached;
    void tab.engine.syncEntity("LocalKind");
    await settle();
    world.close(tab);
    tab = await world.tab();
    await settle();
    expect(syncs().slice(1)).toEqual(['retry "first"', 'retry ""']);
    expect(await tab.engine.count("LocalKind")).toBe(1);
    await pass(3600);
    expect(syncs()).toHaveLength(3);
  });
});

describe("Q1: cancelling", () => {
  it("ends what runs, drops what waits, also in other tabs, and what was to be tried again", async () => {
    const other = await world.tab();
    await set({ retry: true });
    refuse(500, "server_error", true);
    await tab.engine.syncEntity("LocalKind");
    const { reached, release } = shop.holdNext();
    const running = tab.engine.onSync("", { pressed: true });
    await reached;
    const waiting = tab.engine.onSync("first");
    const elsewhere = other.engine.onSync("first");
    await settle();
    await other.engine.cancel();
    expect((await running).status).toBe("cancelled");
    expect((await waiting).status).toBe("discarded");
    expect((await elsewhere).status).toBe("discarded");
    expect(tab.events.filter(({ type }) => type === "syncerror").at(-1)?.detail).toMatchObject({
      error: { code: "cancelled", retry: false },
    });
    expect(await tab.engine.state()).toMatchObject({
      syncing: null,
      retryAt: null,
      lastError: { code: "server_error" },
    });
    release();
    await pass(7200);
    expect(syncs()).toHaveLength(2);
    expect((await tab.engine.onSync("", { pressed: true })).status).toBe("complete");
  });

  it("discardPending drops what waits for another tab, too", async () => {
    const other = await world.tab();
    const { reached, release } = shop.holdNext();
    const running = tab.engine.onSync("");
    await reached;
    const waiting = other.engine.onSync("");
    await settle();
    const last = other.engine.onSync("", { discardPending: true });
    expect(await waiting).toEqual({ status: "discarded", context: "", received: {} });
    release();
    expect((await running).status).toBe("complete");
    expect((await last).status).toBe("complete");
    expect(syncs()).toHaveLength(2);
  });
});

describe("Q1: the queue", () => {
  it("ten in a row run once after the one under way", async () => {
    await set({});
    const { reached, release } = shop.holdNext();
    const running = tab.engine.onSync("");
    await reached;
    const results = Array.from({ length: 10 }, () => tab.engine.onSync("first"));
    await settle();
    release();
    await running;
    expect(new Set((await Promise.all(results)).map(({ status }) => status))).toEqual(new Set(["complete"]));
    expect(syncs()).toEqual(['manual ""', 'manual "first"']);
  });

  it("contexts run in the order in which they were asked for", async () => {
    const contexts = ["one", "two", "three", "four", "five"];
    server.definition.contexts = Object.fromEntries(contexts.map((name) => [name, ["LocalThing"]]));
    await set({});
    await Promise.all(contexts.map((name) => tab.engine.onSync(name)));
    expect(syncs()).toEqual(contexts.map((name) => `manual "${name}"`));
  });

  it("what needs no looking up does not overtake a context, nor does discarding", async () => {
    await set({});
    await Promise.all([tab.engine.onSync("first"), tab.engine.onSync("")]);
    expect(syncs()).toEqual(['manual "first"', 'manual ""']);
    const all = [
      tab.engine.onSync(""),
      tab.engine.onSync("first"),
      tab.engine.syncEntity("LocalThing"),
      tab.engine.onSync("", { discardPending: true }),
    ];
    const results = (await Promise.all(all)).map(({ status }) => status);
    expect(results.slice(1)).toEqual(["discarded", "discarded", "complete"]);
  });

  it("Q2: a tab that is closed in the middle of its sync lets the other one finish its own", async () => {
    const other = await world.tab();
    const { reached } = shop.holdNext();
    void tab.engine.onSync("");
    await reached;
    const waiting = other.engine.onSync("first");
    await settle();
    world.close(tab);
    expect((await waiting).status).toBe("complete");
    expect(await other.engine.count("LocalThing")).toBe(3);
  });

  it("merges what starts by itself with what a person asked for, which is never left out", async () => {
    await set({ on_resume: true });
    const { reached, release } = shop.holdNext();
    const running = tab.engine.onSync("");
    await reached;
    await show();
    const asked = tab.engine.onSync("");
    await settle();
    release();
    await Promise.all([running, asked]);
    expect(syncs()).toEqual(['manual ""', 'manual ""']);
    // Alone it would have been: the sync that ran brought everything after the page was shown.
    const held = shop.holdNext();
    void tab.engine.onSync("");
    await held.reached;
    world.clock.advance(10);
    await show();
    await settle();
    held.release();
    await settle();
    expect(syncs()).toHaveLength(3);
  });
});
