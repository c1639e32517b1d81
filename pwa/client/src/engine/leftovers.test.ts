import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClientError } from "../protocol/errors";
import { IdbStore } from "../store/user";
import { turn } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import type { FakeServer } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;
let store: IdbStore;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 6500));
  await sync();
  store = new IdbStore("shop", "anonymous", () => "");
});

afterEach(() => vi.restoreAllMocks());

const sync = (of: Tab = tab) => of.engine.onSync("", { pressed: true });
const record = async () => {
  const found = (await store.overview()).entities.LocalThing;
  if (found === undefined) throw new Error("There are no things.");
  return found;
};
const isStored = async (name: string) => (await stock.stored()).includes(`"${name}\\"`);

/** All is right, for tabs that saw what was before, and for those that did not; and nothing else is stored. */
async function expectClean(...open: Tab[]): Promise<void> {
  await stock.expectNoLeftovers();
  expect(await record()).toMatchObject({ leftovers: null });
  for (const one of [...open, tab, await world.tab()]) await stock.expectEqual(one);
}

describe("S1: rows that left are not stored any more", () => {
  it("S1: after a delta; only the segments that had them are written", async () => {
    const open = await world.tab();
    await stock.expectEqual(open);
    const { generation, lasts } = await record();
    const prune = vi.spyOn(IdbStore.prototype, "prune");
    expect(await isStored("thing 3555")).toBe(true);
    stock.remove(3555, 4000, 4001);
    await sync();
    expect(stock.told).toMatchObject({ mode: "delta", rows: 0, gaps: 2 });
    expect(await isStored("thing 3555")).toBe(false);
    expect(prune.mock.calls.flatMap(([, , pruned]) => pruned?.number ?? [])).toEqual([3, 4]);
    expect(await record()).toMatchObject({ generation, lasts: lasts.with(3, 3999) });
    expect(await store.segment("LocalThing", generation, 3)).toMatchObject({ first: 3001, last: 3999, rows: 998 });
    await expectClean(open);
    // The number of rows, and where they are, is known as before.
    stock.put(3555, "back", "");
    stock.put(4000, "back", "");
    stock.remove(3999);
    await sync();
    expect(stock.told?.mode).toBe("delta");
    await expectClean(open);
  });

  it("S1: also from older layers, and in all their forms", async () => {
    const open = await world.tab();
    stock.put(5, "once", "");
    stock.put(9000, "only in a layer", "");
    await sync();
    await stock.expectEqual(open);
    stock.put(5, "twice", "");
    await sync();
    stock.remove(5, 9000);
    await sync();
    for (const name of ["thing 5", "once", "twice", "only in a layer"]) expect(await isStored(name)).toBe(false);
    stock.put(9000, "back", "");
    await sync();
    stock.remove(9000);
    await sync();
    expect(await isStored("back")).toBe(false);
    await expectClean(open);
  });

  it("S1: and their keys bound no gap, when they were neighbours of others", async () => {
    ({ stock, server, world, tab } = await Stock.open("string"));
    stock.rows = range(1000, 7499).map((key) => [`K${key}K`, "", ""]);
    await sync();
    for (const key of ["K3554K", "K3553K", "K3555K", "K3556K", "K3552K"]) {
      stock.remove(key);
      await sync();
    }
    for (const key of range(3552, 3556)) expect(await stock.stored()).not.toContain(`K${key}K`);
    await expectClean();
  });

  it("S1: a whole segment of them", async () => {
    stock.remove(...range(3001, 4000));
    await sync();
    expect((await record()).lasts[3]).toBe(null);
    await expectClean();
    stock.put(3555, "back", "");
    await sync();
    await expectClean();
    stock.remove(3000, 4001);
    await sync();
    await expectClean();
  });

  it("S1: after a comparison, of a few segments or of all of them", async () => {
    const open = await world.tab();
    await stock.expectEqual(open);
    const { generation } = await record();
    server.forget();
    stock.remove(1500);
    await sync();
    expect(stock.told).toMatchObject({ mode: "ranges", segments: 1 });
    expect(await record()).toMatchObject({ generation });
    await expectClean(open);
    server.forget();
    stock.rows = rowsOf(range(7000, 7100), "another");
    await sync();
    expect(stock.told).toMatchObject({ mode: "ranges" });
    await expectClean(open);
    expect(await record()).toMatchObject({ segments: 1, layers: [] });
  });

  it("S1: after everything came anew, and with a small table all the layers", async () => {
    server.version = "v2";
    const things = server.definition.entities[0];
    if (things) things.attributes = things.attributes.filter(({ name }) => name !== "picture");
    stock.rows = [[1, "only"]];
    await sync();
    expect(stock.told?.mode).toBe("replace");
    expect(await isStored("thing 5")).toBe(false);
    stock.rows = [[2, "other"]];
    await sync();
    expect(stock.told?.mode).toBe("delta");
    expect(await record()).toMatchObject({ segments: 1, layers: [] });
    expect(await isStored("only")).toBe(false);
  });

  it("S1: that a snapshot still had, and the changes beside it had not", async () => {
    ({ stock, server, world, tab } = await Stock.open());
    server.inlineRows = 1000;
    stock.rows = rowsOf(range(1, 6500));
    stock.failParts(3, () => Response.error());
    await sync();
    stock.heal();
    stock.remove(...range(1500, 1520), 2500, 4200);
    expect((await sync()).status).toBe("complete");
    expect(stock.told).toMatchObject({ mode: "snapshot", total: 6500, gaps: 3 });
    await expectClean();
    // What is no part any more is not taken for one.
    expect((await record()).sums.map((sum) => sum === null)).toEqual([false, true, true, false, true, false, false]);
  });

  it("S1: after a comparison that was cut, also those that only its first part hid", async () => {
    stock.rows = rowsOf(range(1, 12_000));
    await sync();
    const open = await world.tab();
    await stock.expectEqual(open);
    const { generation } = await record();
    server.forget();
    stock.remove(1500, 7500);
    stock.cutBefore(1);
    expect((await sync()).status).toBe("error");
    stock.heal();
    await sync();
    expect(stock.told).toMatchObject({ mode: "ranges", segments: 1 });
    expect(await record()).toMatchObject({ generation });
    await expectClean(open);
  });

  it("S1: with their pictures", async () => {
    server.files = { "a.png": "A", "b.png": "B" };
    const names = async () => [...new Set((await store.fileKeys()).keys.map(({ name }) => name))];
    stock.put(5, "with", "a.png");
    stock.put(6, "with", "b.png");
    await sync();
    expect(await names()).toEqual(["a.png", "b.png"]);
    stock.remove(5);
    await sync();
    expect(await names()).toEqual(["b.png"]);
    server.forget();
    stock.remove(6);
    await sync();
    expect(await stock.stored()).not.toContain("b.png");
  });
});

describe("S1: removing what is left over", () => {
  it.each(["quota", "storage"] as const)("S1: fails no sync (%s), and is made good with the next", async (code) => {
    const open = await world.tab();
    await stock.expectEqual(open);
    vi.spyOn(IdbStore.prototype, "prune").mockRejectedValue(new ClientError(code));
    stock.remove(5, 3555);
    expect(await sync()).toMatchObject({ status: "complete" });
    expect(await record()).toMatchObject({ leftovers: [0, 3] });
    await stock.expectEqual(open);
    stock.remove(4755);
    await sync();
    expect(await record()).toMatchObject({ leftovers: [0, 3, 4] });
    vi.restoreAllMocks();
    await sync();
    expect(stock.told?.mode).toBe("unchanged");
    await expectClean(open);
  });

  it("S1, P1: may be killed before and after any of its writes", async () => {
    const open = await world.tab();
    await stock.expectEqual(open);
    const original = IdbStore.prototype.prune;
    stock.put(9000, "in a layer", "");
    await sync();
    stock.remove(5, 3555, 4755, 9000);
    for (const writes of [0, 1, 1, 1, 1]) {
      let done = 0;
      let isDead = false;
      vi.spyOn(IdbStore.prototype, "prune").mockImplementation(async function (this: IdbStore, ...what) {
        if (done++ < writes) return original.apply(this, what);
        isDead = true;
        return new Promise(() => undefined);
      });
      const dying = await world.tab({ locks: new FakeLocks() });
      void sync(dying);
      while (!isDead) await turn();
      vi.restoreAllMocks();
      expect((await record()).leftovers).not.toBe(null);
      for (const one of [open, await world.tab()]) await stock.expectEqual(one);
      stock.put(9001 + writes, "meanwhile", "");
    }
    await sync();
    await expectClean(open);
  });

  it("S1: by a tab that was frozen brings back nothing that another removed since", async () => {
    const original = IdbStore.prototype.prune;
    let isFirst = true;
    vi.spyOn(IdbStore.prototype, "prune").mockImplementation(async function (this: IdbStore, ...what) {
      if (isFirst) {
        isFirst = false;
        stock.remove(3556);
        await sync(await world.tab({ locks: new FakeLocks() }));
      }
      return original.apply(this, what);
    });
    stock.remove(3555);
    expect((await sync()).status).toBe("complete");
    await expectClean();
  });

  it("S1: goes on under a download that was cut, which lies over the same rows", async () => {
    vi.spyOn(IdbStore.prototype, "prune").mockRejectedValue(new ClientError("storage"));
    stock.remove(3555);
    await sync();
    vi.restoreAllMocks();
    server.forget();
    stock.rows = stock.rows.map(([key, name]) => [key as number, `${name}!`, ""]);
    stock.cutBefore(3);
    expect((await sync()).status).toBe("error");
    stock.heal();
    await tab.engine.onSync("", { pressed: true });
    await expectClean();
  });
});
