/** A delta costs what changed, not what is there (roadmap: counts, not clocks). */

import { afterEach, describe, expect, it, vi } from "vitest";

import { Orders } from "../query/orders";
import { Lines } from "../store/lines";
import { watchCosts } from "../testing/costs";
import { random } from "../testing/random";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab } from "../testing/world";

afterEach(() => vi.restoreAllMocks());

/** A device with so many rows, in segments of 1,000, and a tab whose list was looked at if `isOpen`. */
async function deviceWith(rows: number, isOpen: boolean) {
  const device = await Stock.open();
  const { stock, world } = device;
  stock.rows = rowsOf(range(1, rows));
  await device.tab.engine.onSync("");
  world.close(device.tab);
  const tab = await world.tab();
  // With and without a search, in the usual order and another: all of it is to be kept.
  if (isOpen) await look(tab);
  return { ...device, tab };
}

async function look({ engine }: Tab): Promise<void> {
  await engine.list("LocalThing", { limit: 50, offset: 500 });
  await engine.list("LocalThing", { limit: 50, orderBy: "-id", search: "thing 9" });
}

/** The same rows change, in the first, the last and a third segment; then the list is shown. */
async function costOfDelta(rows: number, isOpen: boolean) {
  const { stock, tab } = await deviceWith(rows, isOpen);
  // What puts rows in their place is read with the first of them.
  stock.put(1, "changed before", "");
  await tab.engine.onSync("");
  if (isOpen) await look(tab);
  const changed = [17, 18, rows / 2, rows];
  for (const key of changed) stock.put(key, `other ${key}`, "");
  stock.put(rows + 1, "new", "");
  const costs = watchCosts();
  const parsed = vi.spyOn(Lines.prototype, "row");
  const sorted = vi.spyOn(Orders.prototype as unknown as { ranks(): unknown }, "ranks");
  const result = await tab.engine.onSync("", { pressed: true });
  if (isOpen) await look(tab);
  const counted = { ...structuredClone(costs), parsed: parsed.mock.calls.length, sorted: sorted.mock.calls.length };
  vi.restoreAllMocks();
  expect(result.received).toEqual({ LocalThing: 5 });
  expect(stock.told?.mode).toBe("delta");
  await stock.expectEqual(tab);
  return counted;
}

describe("a delta costs what changed", () => {
  it.each([
    ["of an entity that nobody looks at", false],
    ["of an open list, with what is shown after it", true],
  ])("P4: %s", async (_name, isOpen) => {
    const few = await costOfDelta(3000, isOpen);
    const many = await costOfDelta(6000, isOpen);
    expect(many).toEqual(few);
    expect(many.sorted).toBe(0);
    // The three segments, the delta as it is judged, shown, looked through for files and carried on.
    expect(many.read.segments).toBeLessThanOrEqual(3 + 4 + (isOpen ? 2 : 0));
    // Of a base the head, and nothing else, is read and written.
    expect(many.read.blocks).toBeLessThanOrEqual(2);
    expect(many.written.blocks).toBe(1);
    // The four old rows; and those that are shown.
    expect(many.parsed).toBeLessThanOrEqual(4 + (isOpen ? 100 : 0));
  });

  it("P4: touched segments are read some at a time, not each in a transaction of its own", async () => {
    const { stock, tab } = await deviceWith(10_000, false);
    const before = watchCosts();
    stock.put(1, "changed", "");
    await tab.engine.onSync("");
    const few = before.transactions;
    vi.restoreAllMocks();
    for (const at of range(0, 9)) stock.put(at * 1000 + 7, "changed", "");
    const costs = watchCosts();
    await tab.engine.onSync("", { pressed: true });
    expect(costs.transactions - few).toBeLessThanOrEqual(2);
    vi.restoreAllMocks();
    await stock.expectEqual(tab);
  });
});

describe("what was stored for the next start is carried on", () => {
  it.each([1, 2, 3])("shows the rows as they are after any deltas, seed %i", async (seed) => {
    const pick = random(seed);
    const { stock, world, tab } = await deviceWith(2000, seed % 2 === 0);
    for (let round = 0; round < 14; round++) {
      const size = pick(4) === 0 ? 60 : 1 + pick(4);
      for (let at = 0; at < size; at++) {
        // Names that come first, last and between.
        const name = `${["a", "thing", "z"][pick(3)]} ${pick(5000)}`;
        stock.put(1 + pick(2100), name, "");
      }
      if (pick(6) === 0) stock.remove(1 + pick(2000));
      await tab.engine.onSync("", { pressed: true });
      const cold = await world.tab();
      const expected = [...stock.rows].sort((a, b) => {
        return new Intl.Collator("en").compare(String(a[1]), String(b[1])) || Number(a[0]) - Number(b[0]);
      });
      const keys = expected.map(([id]) => id);
      for (const [offset, limit] of [
        [0, 50],
        [30, 50],
        [1000, 300],
      ] as const) {
        const shown = await cold.engine.list("LocalThing", { offset, limit });
        expect(shown.map(({ id }) => id)).toEqual(keys.slice(offset, offset + limit));
      }
      world.close(cold);
    }
    await stock.expectEqual(await world.tab());
    await stock.expectEqual(tab);
  });

  it("S1: and holds nothing of a row that went", async () => {
    const { stock, tab } = await deviceWith(2000, false);
    stock.put(5, "a first that is secret", "");
    await tab.engine.onSync("");
    expect(await stock.stored()).toContain("a first that is secret");
    stock.remove(5);
    await tab.engine.onSync("", { pressed: true });
    expect(await stock.stored()).not.toContain("a first that is secret");
  });
});
