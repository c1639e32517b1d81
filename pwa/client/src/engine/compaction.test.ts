import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ClientError } from "../protocol/errors";
import type { Switch } from "../store/store";
import { IdbStore } from "../store/user";
import { FakeLocks } from "../testing/locks";
import { range, rowsOf, Stock } from "../testing/stock";
import { until } from "../testing/until";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let world: World;
let tab: Tab;
let store: IdbStore;

beforeEach(async () => {
  ({ stock, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 3000));
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

/** A switch that completes no context. */
const isCompaction = ({ context }: Switch) => context === null;

/** So many rows change, some go and some come. */
function change(count: number): void {
  const rows = new Map(stock.rows.map((row) => [row[0], row]));
  for (const key of range(1, count)) rows.set(key * 2, [key * 2, "changed", ""]);
  rows.delete(7);
  rows.set(5999, [5999, "new", ""]);
  stock.rows = [...rows.values()];
}

describe("compaction", () => {
  it("writes a new base when a good part of the rows changed, and nobody sees a difference", async () => {
    const { generation, cursor } = await record();
    const open = await world.tab();
    await stock.expectEqual(open);
    change(1200);
    await sync();
    expect(stock.told?.mode).toBe("delta");
    const after = await record();
    expect(after).toMatchObject({ segments: 3, layers: [], rows: 3000 });
    expect(after.generation).not.toBe(generation);
    expect(after.cursor).not.toBe(cursor);
    expect(after.lasts).toEqual([1001, 2001, 5999]);
    expect(await store.segments("LocalThing", generation)).toEqual([]);
    await stock.expectEqual(open);
    await stock.expectEqual(await world.tab());
    await sync();
    expect(stock.told?.mode).toBe("unchanged");
  });

  it("makes one layer of many small ones, over the same base", async () => {
    const { generation } = await record();
    const open = await world.tab();
    for (const key of range(1, 9)) {
      stock.put(key, "changed", "");
      stock.remove(100 + key);
      await sync();
      if (key === 5) await stock.expectEqual(open);
    }
    expect(await record()).toMatchObject({ generation, layers: [{ segments: 2, size: 10 }] });
    await stock.expectEqual(open);
    await stock.expectEqual(await world.tab());
    stock.put(102, "back", "");
    await sync();
    expect((await record()).layers).toHaveLength(2);
    await stock.expectEqual(open);
    await stock.expectEqual(await world.tab());
  });

  it.each([2500, 3000])("removes %i rows that are gone from the device, not only from sight", async (count) => {
    const { generation } = await record();
    const open = await world.tab();
    await stock.expectEqual(open);
    stock.remove(...range(1, count));
    await sync();
    expect(stock.told).toMatchObject({ mode: "delta", rows: 0, gaps: 1 });
    const after = await record();
    expect(after).toMatchObject({ segments: count === 3000 ? 0 : 1, layers: [], rows: 3000 - count });
    expect(await store.segments("LocalThing", generation)).toEqual([]);
    await stock.expectEqual(open);
    await stock.expectEqual(await world.tab());
  });

  it("writes a large layer anew only when those over it have grown as large", async () => {
    stock.rows = rowsOf(range(1, 10_000));
    await sync();
    for (const key of range(1, 1500)) stock.rows[key * 3] = [key * 3 + 1, "changed", ""];
    stock.rows = [...stock.rows];
    await sync();
    const [large] = (await record()).layers;
    expect(large).toMatchObject({ size: 1500 });
    const open = await world.tab();
    for (const key of range(1, 12)) {
      stock.put(key, "changed again", "");
      stock.remove(5000 + 7 * key);
      await sync();
    }
    expect((await record()).layers).toMatchObject([large, { size: 16 }, {}, {}, {}, {}]);
    await stock.expectEqual(open);
    await stock.expectEqual(await world.tab());
  });

  it("P1: killed in the middle, nothing happened", async () => {
    const original = IdbStore.prototype.switch;
    const killed = vi.spyOn(IdbStore.prototype, "switch").mockImplementation(function (this: IdbStore, wanted) {
      return isCompaction(wanted) ? new Promise(() => undefined) : original.call(this, wanted);
    });
    change(1200);
    const dying = await world.tab({ locks: new FakeLocks() });
    void sync(dying);
    await until(() => expect(killed.mock.calls.some(([wanted]) => isCompaction(wanted))).toBe(true));
    vi.restoreAllMocks();
    expect((await record()).layers).toHaveLength(1);
    await stock.expectEqual(tab);
    stock.put(1, "later", "");
    await sync();
    expect(await record()).toMatchObject({ layers: [] });
    await stock.expectEqual(tab);
  });

  it.each(["quota", "storage"] as const)("that fails for lack of space or storage (%s) fails no sync", async (code) => {
    const original = IdbStore.prototype.stage;
    let staged = 0;
    vi.spyOn(IdbStore.prototype, "stage").mockImplementation(function (this: IdbStore, ...segment) {
      // The delta has a gap and two segments.
      return ++staged > 5 ? Promise.reject(new ClientError(code)) : original.apply(this, segment);
    });
    change(1200);
    const { generation } = await record();
    expect((await sync()).status).toBe("complete");
    expect(await record()).toMatchObject({ generation, layers: [{ size: 1202 }] });
    expect(staged).toBe(6);
    expect(await store.segments("LocalThing", 3)).toEqual([]);
    await stock.expectEqual(tab);
  });

  it("P1: changes nothing when another sync was faster", async () => {
    const original = IdbStore.prototype.switch;
    let isFirst = true;
    vi.spyOn(IdbStore.prototype, "switch").mockImplementation(async function (this: IdbStore, wanted) {
      if (isCompaction(wanted) && isFirst) {
        isFirst = false;
        stock.put(1, "by the other", "");
        await sync(await world.tab({ locks: new FakeLocks() }));
      }
      return original.call(this, wanted);
    });
    change(1200);
    expect((await sync()).status).toBe("complete");
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });

  it("P5: that finds other rows than there should be leaves them, and has the next sync compare", async () => {
    const { generation } = await record();
    const segment = await store.segment("LocalThing", generation, 2);
    if (segment === null) throw new Error("There is no third segment.");
    const text = segment.text.replace("thing 2999", "thong 2999");
    await store.stage("LocalThing", generation, 2, { ...segment, text });
    change(1200);
    await sync();
    expect((await record()).layers).toHaveLength(1);
    await sync();
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 1000 });
    await stock.expectEqual(await world.tab());
  });
});
