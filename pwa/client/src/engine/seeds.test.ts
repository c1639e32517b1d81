/** Random histories of a server, seen through a network that cuts: at the end the device has the server's rows. */

import { expect, it } from "vitest";

import type { AttributeType, Key, WireValue } from "../api";
import { FakeLocks } from "../testing/locks";
import { random } from "../testing/random";
import { Stock } from "../testing/stock";
import type { Tab } from "../testing/world";

const STEPS = 30;
const CHARACTERS = ["a", "B", "z", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "🍣"];

/** A key of this type: few enough that they come again. */
function keyOf(type: AttributeType, pick: (below: number) => number): Key {
  if (type === "integer") return pick(20) === 0 ? `${9007199254740992n + BigInt(pick(50))}` : pick(3000) - 1000;
  return Array.from({ length: 1 + pick(3) }, () => CHARACTERS[pick(CHARACTERS.length)]).join("");
}

class History {
  private readonly rows = new Map<string, WireValue[]>();
  private readonly pick: (below: number) => number;

  constructor(
    private readonly stock: Stock,
    private readonly type: AttributeType,
    seed: number,
    /** Whether what the device does not have comes in parts. */
    private readonly inParts: boolean,
  ) {
    this.pick = random(seed);
  }

  async run(first: Tab): Promise<void> {
    let tab = first;
    for (let step = 0; step < STEPS; step++) {
      for (let changes = this.pick(4); changes > 0; changes--) this.change(step);
      if (this.pick(8) === 0) this.stock.server.forget();
      if (this.pick(3) > 0) this.stock.cutAfter(this.pick(this.pick(2) === 0 ? 200_000 : 2000));
      if (this.pick(3) > 0) this.stock.cutParts(this.pick(12), this.pick(4000));
      // A device that lost everything, or that comes anew.
      if (this.inParts && this.pick(5) === 0) tab = await this.stock.empty();
      const from = this.stock.server.asked.length;
      const kept = await this.stock.keptParts();
      const result = await tab.engine.onSync("", { pressed: true });
      this.stock.heal();
      if (result.status === "complete") {
        await this.stock.expectEqual(tab);
        await this.stock.expectNoLeftovers();
        await this.expectNoDoubt(from);
      } else expect(["incomplete_response", "network"]).toContain(result.error?.code);
      this.expectNotTwice(kept, from);
      // Locks of its own: what another tab left behind is not waited for.
      if (this.pick(6) === 0) tab = await this.stock.world.tab({ locks: new FakeLocks() });
    }
    await tab.engine.onSync("", { pressed: true });
    await this.stock.expectEqual(tab);
    await this.stock.expectEqual(await this.stock.world.tab());
  }

  /** What is mended without a word would hide what is wrong: at most one reset, and nothing that needs comparing. */
  private async expectNoDoubt(from: number): Promise<void> {
    const posts = this.stock.server.asked.slice(from).filter(({ method }) => method === "POST");
    expect(posts.length).toBeLessThanOrEqual(2);
    const store = this.stock.world.stores.user("shop", "anonymous");
    expect((await store.overview()).partials).toEqual({});
    store.close();
  }

  /** P2: nothing travels that is here already. */
  private expectNotTwice(kept: string[], from: number): void {
    const asked = this.stock.server.asked.slice(from).map(({ path }) => path.split("/")[2] ?? "");
    expect(kept.filter((sum) => asked.includes(sum))).toEqual([]);
  }

  private change(step: number): void {
    const { pick, rows } = this;
    const put = (count: number) => {
      for (let left = count; left > 0; left--) {
        const key = keyOf(this.type, pick);
        rows.set(String(key), [key, `${step} ${pick(1000)}`, ""]);
      }
    };
    const keep = (isKept: (row: WireValue[], at: number) => boolean) => {
      for (const [at, [id, row]] of [...rows].entries()) if (!isKept(row, at)) rows.delete(id);
    };
    const kind = pick(20);
    if (kind < 8) put(1 + pick(5));
    else if (kind < 11) keep(() => pick(50) > 0);
    else if (kind < 13) put(500 + pick(1500));
    // A scope that is another now: rows leave that did not change themselves.
    else if (kind < 15) keep((_row, at) => at % 3 !== step % 3);
    else if (kind < 16) keep(() => false);
    this.stock.rows = [...rows.values()];
  }
}

it.each([
  ["integer", 11],
  ["integer", 12],
  ["integer", 13],
  ["integer", 14],
  ["string", 15],
  ["string", 16],
  ["string", 17],
  ["decimal", 18],
] as const)("P1, P2, P5, S1: %s keys, in parts, seed %i", async (type, seed) => {
  const { stock, server, tab } = await Stock.open(type);
  Object.assign(server, { inlineRows: 20, segmentRows: 100 });
  await new History(stock, type, seed, true).run(tab);
});

it.each([
  ["integer", 1],
  ["integer", 2],
  ["integer", 3],
  ["integer", 4],
  ["string", 5],
  ["string", 6],
  ["string", 7],
  ["decimal", 8],
] as const)("P1, P2, P4, P5, S1: %s keys, seed %i", async (type, seed) => {
  const { stock, tab } = await Stock.open(type);
  await new History(stock, type, seed, false).run(tab);
});
