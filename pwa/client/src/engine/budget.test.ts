import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { StorageReport, WireValue } from "../api";
import { IdbStore } from "../store/user";
import { deferred, settle, turn } from "../testing/deferred";
import { entity, FakeServer, failure } from "../testing/server";
import { range } from "../testing/stock";
import { type Tab, World } from "../testing/world";

const SMALL = 10;
const LARGE = 100;

let server: FakeServer;
let world: World;
let tab: Tab;
let store: IdbStore;

beforeEach(async () => {
  server = new FakeServer([
    entity(
      "LocalThing",
      [
        ["id", "integer"],
        ["name", "string"],
        ["picture", "picture"],
      ],
      "read-only-optimized",
    ),
  ]);
  server.sizes = { small: SMALL, large: LARGE };
  stock(range(1, 10));
  world = new World(server);
  tab = await world.tab();
  store = new IdbStore("shop", "anonymous", () => "");
});

afterEach(() => vi.restoreAllMocks());

/** Things with these keys, each with a picture of its own. */
function stock(keys: number[]): void {
  server.rows.LocalThing = keys.map((key): WireValue[] => [key, `thing ${String(key).padStart(3, "0")}`, picture(key)]);
  server.files = Object.fromEntries(keys.map((key) => [picture(key), `${key}`]));
}

const picture = (key: number) => `${key}.png`;
const sync = () => tab.engine.onSync("", { pressed: true });
const pictures = async (): Promise<StorageReport["pictures"]> => (await tab.engine.storage()).pictures;
const asked = () => server.asked.filter(({ path }) => path.startsWith("files/")).map(({ path }) => path);
const kept = async (kind: string) =>
  (await store.fileKeys()).keys
    .filter((key) => key.kind === kind)
    .map(({ name }) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);

/** Waits until whatever runs by itself is over. */
async function rest(): Promise<void> {
  await settle();
  while ((await tab.engine.state()).syncing !== null) await turn();
  await settle();
}

describe("within a budget", () => {
  it("small pictures of all come first, then large ones until it is reached; no more is wanted", async () => {
    await tab.engine.setPictureBudget(10 * SMALL + 3 * LARGE + 50);
    expect((await sync()).status).toBe("complete");
    expect(await kept("small")).toEqual(range(1, 10));
    expect(await kept("large")).toEqual([1, 2, 3]);
    expect(await pictures()).toEqual({ count: 10, bytes: 400, budget: 450, missing: 0 });
    expect(await tab.engine.state()).toMatchObject({ filesMissing: 0, lastError: null });
    const before = asked().length;
    await sync();
    expect(asked()).toHaveLength(before);
  });

  it("a new record's small picture takes the place of large ones", async () => {
    await tab.engine.setPictureBudget(10 * SMALL + 3 * LARGE);
    await sync();
    world.clock.advance(1000);
    await tab.engine.picture(picture(1), "large");
    world.clock.advance(1000);
    await tab.engine.picture(picture(2), "large");
    await settle();
    stock(range(1, 11));
    await sync();
    expect(await kept("small")).toEqual(range(1, 11));
    expect(await kept("large")).toEqual([1, 2]);
    expect((await pictures()).bytes).toBe(11 * SMALL + 2 * LARGE);
  });

  it("none are fetched where there is none", async () => {
    await tab.engine.setPictureBudget(0);
    await sync();
    expect(asked()).toEqual([]);
    expect(await pictures()).toEqual({ count: 0, bytes: 0, budget: 0, missing: 0 });
  });

  it("all are, where it is not limited", async () => {
    await tab.engine.setPictureBudget(null);
    await sync();
    expect(await pictures()).toEqual({ count: 10, bytes: 10 * (SMALL + LARGE), budget: null, missing: 0 });
  });

  it("what is much larger than the others does not keep smaller ones off, and is not tried for ever", async () => {
    server.intercept = ({ path }) => {
      if (!/name=[2-9]\.png&size=large/.test(path)) return undefined;
      return new Response("x".repeat(5000), { headers: { "Content-Type": "image/tiff", ETag: '"x"' } });
    };
    await tab.engine.setPictureBudget(10 * SMALL + 9 * LARGE);
    await sync();
    expect(await kept("small")).toEqual(range(1, 10));
    expect(await kept("large")).toContain(1);
    expect((await pictures()).missing).toBe(0);
    // Six at a time, so a few more than three may be under way.
    expect(asked().filter((path) => path.includes("large")).length).toBeLessThanOrEqual(10);
  });

  it("what was cut off is counted within it, and goes on", async () => {
    await tab.engine.setPictureBudget(10 * SMALL + 3 * LARGE);
    let left = 11;
    server.intercept = ({ path }) => {
      if (path.startsWith("files/") && left-- <= 0) server.online = false;
      return server.online ? undefined : Promise.reject(new TypeError("Failed to fetch"));
    };
    expect(await sync()).toMatchObject({ status: "complete", error: { code: "network" } });
    const { count, missing } = await pictures();
    expect(count).toBeGreaterThan(0);
    expect(missing).toBeGreaterThan(0);
    // A few show how large they are; of the ten that rows name no more are counted.
    expect(missing).toBeLessThanOrEqual(6);
    server.intercept = null;
    server.online = true;
    await sync();
    expect(await kept("small")).toEqual(range(1, 10));
    expect(await kept("large")).toHaveLength(3);
    expect((await pictures()).missing).toBe(0);
  });
});

describe("a budget that changes", () => {
  it("lowered: large ones go, those that nobody looked at for longest first; rows stay", async () => {
    await sync();
    world.clock.advance(1000);
    for (const key of [7, 3]) await tab.engine.picture(picture(key), "large");
    await settle();
    await tab.engine.setPictureBudget(10 * SMALL + 2 * LARGE);
    expect(await kept("small")).toEqual(range(1, 10));
    expect(await kept("large")).toEqual([3, 7]);
    expect((await pictures()).bytes).toBe(300);
    await tab.engine.setPictureBudget(4 * SMALL);
    expect(await kept("small")).toHaveLength(4);
    expect(await kept("large")).toEqual([]);
    expect(await tab.engine.count("LocalThing")).toBe(10);
    expect((await tab.engine.state()).filesMissing).toBe(0);
  });

  it("raised: what is wanted now is fetched at once, without asking for rows", async () => {
    await tab.engine.setPictureBudget(10 * SMALL);
    await sync();
    const posts = server.log.filter((line) => line.startsWith("POST")).length;
    await tab.engine.setPictureBudget(10 * SMALL + 5 * LARGE);
    await rest();
    expect(await kept("large")).toEqual([1, 2, 3, 4, 5]);
    expect(server.log.filter((line) => line.startsWith("POST"))).toHaveLength(posts);
    expect(await tab.engine.state()).toMatchObject({ filesMissing: 0, lastError: null });
    expect((await tab.engine.state()).lastSync).not.toBe(null);
  });

  it("raised without a network: not counted until the next sync, which fetches them", async () => {
    await tab.engine.setPictureBudget(10 * SMALL);
    await sync();
    server.online = false;
    await tab.engine.hint(false);
    await tab.engine.setPictureBudget(null);
    await rest();
    expect((await tab.engine.state()).filesMissing).toBe(null);
    server.online = true;
    await sync();
    expect(await kept("large")).toEqual(range(1, 10));
  });

  it("is kept, by person and device; and no nonsense is taken for one", async () => {
    await tab.engine.setPictureBudget(1234);
    expect((await (await world.tab()).engine.storage()).pictures.budget).toBe(1234);
    for (const nonsense of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "12" as unknown as number]) {
      await expect(tab.engine.setPictureBudget(nonsense)).rejects.toMatchObject({ code: "invalid_budget" });
    }
    expect((await pictures()).budget).toBe(1234);
  });
});

describe("a picture that the budget kept off the device", () => {
  const show = async (key: number, size: "small" | "large" = "large") =>
    (await tab.engine.picture(picture(key), size))?.text();

  beforeEach(async () => {
    await tab.engine.setPictureBudget(10 * SMALL + 2 * LARGE);
    await sync();
    expect(await kept("large")).toEqual([1, 2]);
    server.asked.length = 0;
  });

  it("is fetched when somebody looks at it, and kept in the place of the one not seen for longest", async () => {
    world.clock.advance(1000);
    await show(1);
    await settle();
    expect((await show(9))?.trim()).toBe("large 9");
    expect(asked()).toEqual(["files/LocalThing/picture/?key=9&name=9.png&size=large"]);
    expect(await kept("large")).toEqual([1, 9]);
    server.online = false;
    expect((await show(9))?.trim()).toBe("large 9");
  });

  it("is not to be had without a network", async () => {
    server.online = false;
    await tab.engine.hint(false);
    expect(await show(9)).toBe(undefined);
    expect((await show(9, "small"))?.trim()).toBe("small 9");
  });

  it("is shown even where none are kept", async () => {
    await tab.engine.setPictureBudget(0);
    expect((await show(9, "small"))?.trim()).toBe("small 9");
    expect((await pictures()).count).toBe(0);
  });

  it("is asked for once, whoever waits for it; rows are looked through once for all of them", async () => {
    const segment = vi.spyOn(IdbStore.prototype, "segment");
    const gate = deferred();
    server.intercept = async () => {
      await gate.promise;
      return undefined;
    };
    const waiting = [9, 8, 9, 7].map((key) => show(key));
    await settle();
    gate.resolve();
    expect((await Promise.all(waiting)).map((content) => content?.trim())).toEqual([
      "large 9",
      "large 8",
      "large 9",
      "large 7",
    ]);
    expect(asked()).toHaveLength(3);
    expect(segment).toHaveBeenCalledTimes(1);
  });

  it("that fails is not asked for again and again, but after a while", async () => {
    server.intercept = () => failure(404, "not_found");
    for (let times = 0; times < 5; times++) expect(await show(9)).toBe(undefined);
    expect(asked()).toHaveLength(1);
    server.intercept = null;
    world.clock.advance(60_000);
    expect((await show(9))?.trim()).toBe("large 9");
  });

  it("that no row names is not asked for", async () => {
    expect(await tab.engine.picture("other.png", "large")).toBe(null);
    expect(asked()).toEqual([]);
  });

  it("is found in what changed since, and not in rows that are gone", async () => {
    server.rows.LocalThing = [...(server.rows.LocalThing ?? []).slice(0, 8), [11, "new", 'odd "one" \\ é.png']];
    server.files['odd "one" \\ é.png'] = "odd";
    await tab.engine.setPictureBudget(9 * SMALL);
    await sync();
    server.asked.length = 0;
    const odd = await tab.engine.picture('odd "one" \\ é.png', "large");
    expect((await odd?.text())?.trim()).toBe("large odd");
    expect(asked()[0]).toContain("?key=11&");
    expect(await show(9)).toBe(undefined);
    expect(asked()).toHaveLength(1);
  });

  it("S2: is let go when the person leaves", async () => {
    const gate = deferred();
    server.intercept = async () => {
      await gate.promise;
      return undefined;
    };
    const waiting = show(9);
    await settle();
    (tab.engine as unknown as { person: { leave(): void } }).person.leave();
    gate.resolve();
    expect(await waiting).toBe(undefined);
  });
});

describe("pictures of a version that knew no sizes", () => {
  beforeEach(async () => {
    const definition = server.definition.entities[0];
    definition?.attributes.push({ name: "sheet", label: "sheet", type: "file", null: true });
    server.rows.LocalThing = [
      [1, "one", "1.png", "1.pdf"],
      [2, "two", "2.png", ""],
    ];
    server.files = { "1.png": "1", "2.png": "2", "1.pdf": "pdf" };
    await tab.engine.setPictureBudget(0);
    await sync();
    const db = await openDB("haversack/shop/anonymous");
    for (const name of ["1.png", "2.png", "1.pdf", "gone.png"]) {
      await db.put("files", { blob: new Blob([`old ${name}`]), size: 8, etag: '"old"' }, name);
    }
    for (const key of ["filesKept", "fileBudget"]) await db.delete("meta", key);
    db.close();
  });

  it("are shown until the next sync, in every size, and offline", async () => {
    server.online = false;
    await tab.engine.hint(false);
    expect(await (await tab.engine.picture("1.png", "small"))?.text()).toBe("old 1.png");
    expect(await (await tab.engine.picture("1.png", "large"))?.text()).toBe("old 1.png");
    expect(await (await tab.engine.file("1.pdf"))?.text()).toBe("old 1.pdf");
    expect((await tab.engine.state()).filesMissing).toBe(null);
  });

  it("are replaced by it; files are taken over", async () => {
    server.asked.length = 0;
    await sync();
    expect(await (await tab.engine.picture("1.png", "small"))?.text()).toMatch(/^small 1/);
    expect(await (await tab.engine.picture("1.png", "large"))?.text()).toMatch(/^large 1/);
    expect(await (await tab.engine.file("1.pdf"))?.text()).toBe("old 1.pdf");
    expect(asked().filter((path) => path.includes("pdf"))).toEqual([]);
    expect((await store.fileKeys()).old).toEqual([]);
    expect(await pictures()).toMatchObject({ count: 3, bytes: 2 * (SMALL + LARGE) + 8, missing: 0 });
  });

  it("stay where it is cut off, and go with a later one", async () => {
    server.intercept = ({ path }) => (path.includes("1.png") ? Promise.reject(new TypeError("cut")) : undefined);
    await sync();
    expect(await (await tab.engine.picture("1.png", "small"))?.text()).toBe("old 1.png");
    server.intercept = null;
    await sync();
    expect((await store.fileKeys()).old).toEqual([]);
  });
});

it("the report says what rows and pictures take, and what the browser says", async () => {
  expect(await tab.engine.storage()).toEqual({
    entities: {},
    pictures: { count: 0, bytes: 0, budget: 200_000_000, missing: 0 },
    usage: 3000,
    quota: 1_000_000,
    persisted: false,
  });
  await sync();
  const lines = (server.rows.LocalThing ?? []).map((row) => `${JSON.stringify(row)}\n`);
  expect((await tab.engine.storage()).entities).toEqual({ LocalThing: { rows: 10, bytes: lines.join("").length } });
  world.storage = { estimate: async () => null, persisted: async () => null };
  expect(await (await world.tab()).engine.storage()).toMatchObject({ usage: null, quota: null, persisted: null });
});
