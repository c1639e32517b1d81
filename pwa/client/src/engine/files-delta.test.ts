import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { IdbStore } from "../store/user";
import { type FakeServer, failure } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let tab: Tab;
let store: IdbStore;

beforeEach(async () => {
  ({ stock, server, tab } = await Stock.open());
  server.files = { "a.png": "A", "b.png": "B", "c.png": "C" };
  stock.rows = [...rowsOf(range(1, 4500)), [5001, "with", "a.png"], [5002, "with", "a.png"]];
  await sync();
  store = new IdbStore("shop", "anonymous", () => "");
});

afterEach(() => vi.restoreAllMocks());

const sync = () => tab.engine.onSync("", { pressed: true });
const names = async () => (await store.fileKeys()).keys.filter(({ kind }) => kind === "small").map(({ name }) => name);
const asked = () => server.asked.filter(({ path }) => path.startsWith("files/")).length;

/** How many segments of the base the looking for files reads in the next sync. */
async function reads(): Promise<number> {
  let isOver = false;
  let count = 0;
  const { segment, switch: original } = IdbStore.prototype;
  vi.spyOn(IdbStore.prototype, "switch").mockImplementation(async function (this: IdbStore, change) {
    const switched = await original.call(this, change);
    isOver = true;
    return switched;
  });
  vi.spyOn(IdbStore.prototype, "segment").mockImplementation(function (this: IdbStore, ...which) {
    if (isOver) count++;
    return segment.apply(this, which);
  });
  await sync();
  vi.restoreAllMocks();
  return count;
}

describe("P4: after a delta", () => {
  it("P4: only its rows are looked at for files, when no row lost one", async () => {
    stock.put(9000, "new", "b.png");
    stock.put(1, "gets one", "c.png");
    stock.put(5001, "renamed", "a.png");
    expect(await reads()).toBe(0);
    expect(await names()).toEqual(["a.png", "b.png", "c.png"]);
    expect(asked()).toBe(6);
    stock.put(2, "renamed", "");
    expect(await reads()).toBe(0);
    expect(await names()).toEqual(["a.png", "b.png", "c.png"]);
    await stock.expectEqual(tab);
  });

  it("P4: all are, a segment at a time, when a row names another, and the last to name one drops it", async () => {
    stock.put(5001, "with", "b.png");
    expect(await reads()).toBe(5);
    expect(await names()).toEqual(["a.png", "b.png"]);
    stock.put(5002, "with", "");
    expect(await reads()).toBe(5);
    expect(await names()).toEqual(["b.png"]);
    stock.put(5001, "with", "c.png");
    await sync();
    expect(await names()).toEqual(["c.png"]);
  });

  it("P4: all are, when a file is missing", async () => {
    server.intercept = ({ path }) => (path.includes("b.png") ? failure(404, "not_found") : undefined);
    stock.put(9000, "new", "b.png");
    await sync();
    server.intercept = null;
    stock.put(9001, "new", "c.png");
    expect(await reads()).toBe(5);
    expect(await names()).toEqual(["a.png", "b.png", "c.png"]);
  });

  it("what an interrupted sync did not look at is looked at by the next", async () => {
    vi.spyOn(IdbStore.prototype, "settleFiles").mockRejectedValue(new Error("gone"));
    stock.put(9000, "new", "b.png");
    await sync();
    vi.restoreAllMocks();
    expect(await names()).toEqual(["a.png"]);
    stock.put(9001, "new", "c.png");
    expect(await reads()).toBe(0);
    expect(await names()).toEqual(["a.png", "b.png", "c.png"]);
  });

  it("S1: files of an entity that the definition no longer has are dropped", async () => {
    server.definition.entities = server.definition.entities.filter(({ name }) => name !== "LocalThing");
    server.version = "v2";
    await sync();
    expect(await names()).toEqual([]);
  });
});
