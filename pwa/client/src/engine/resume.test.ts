import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { deferred } from "../testing/deferred";
import { FakeLocks } from "../testing/locks";
import type { FakeServer } from "../testing/server";
import { range, rowsOf, Stock } from "../testing/stock";
import type { Tab, World } from "../testing/world";

let stock: Stock;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(async () => {
  ({ stock, server, world, tab } = await Stock.open());
  stock.rows = rowsOf(range(1, 100));
  server.segmentRows = 10;
});

afterEach(() => vi.restoreAllMocks());

const sync = (of: Tab = tab) => of.engine.onSync("", { pressed: true });
const progress = (of: Tab = tab) => {
  const all = of.events.filter(({ type }) => type === "syncprogress").map(({ detail }) => detail);
  return (all as { phase: string; done: number; total: number }[]).filter(({ phase }) => phase === "rows");
};

describe("P2: a comparison that was cut", () => {
  beforeEach(async () => {
    server.segmentRows = 1000;
    stock.rows = rowsOf(range(1, 5000));
    await sync();
    stock.put(50, "by delta", "");
    await sync();
    server.forget();
    for (const key of [500, 1500, 2500, 3500]) stock.put(key, "changed", "");
  });

  it("P2: brings only what it lacks, over what is shown meanwhile", async () => {
    stock.cutBefore(2);
    expect((await sync()).status).toBe("error");
    expect(await tab.engine.get("LocalThing", 500)).toMatchObject({ name: "thing 500" });
    stock.heal();
    tab.events.splice(0);
    expect(await sync()).toMatchObject({ status: "complete", received: { LocalThing: 4000 } });
    expect(stock.told).toMatchObject({ mode: "ranges", rows: 2000, total: 5000 });
    expect(progress()[0]).toMatchObject({ done: 2000, total: 4000 });
    expect(progress().at(-1)).toMatchObject({ done: 4000, total: 4000 });
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });

  it("P2: is of use also when rows go on changing", async () => {
    stock.cutBefore(2);
    await sync();
    stock.heal();
    stock.remove(500, 501, 4999);
    stock.put(2, "changed again", "");
    await sync();
    await stock.expectEqual(tab);
    await stock.expectEqual(await world.tab());
  });
});

it("P1: a comparison that was overtaken while its tab was frozen is nothing to go on from", async () => {
  server.segmentRows = 1000;
  stock.rows = rowsOf(range(1, 12_000));
  await sync();
  server.forget();
  stock.put(500, "changed", "");
  const open = await world.tab({ locks: new FakeLocks() });
  expect(await open.engine.count("LocalThing")).toBe(12_000);
  const reached = deferred();
  const thaw = deferred();
  server.damage = (bytes) => {
    const at = new TextDecoder().decode(bytes).indexOf('{"type":"entity","entity":"LocalThing","mode":"ranges"');
    if (at < 0) return bytes;
    server.damage = null;
    reached.resolve();
    return new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, at));
        await thaw.promise;
        controller.enqueue(bytes.subarray(at, -2));
        controller.close();
      },
    });
  };
  const frozen = sync();
  await reached.promise;
  stock.put(99_999, "new", "");
  expect((await sync(open)).status).toBe("complete");
  await stock.expectEqual(open);
  thaw.resolve();
  expect((await frozen).error?.code).toBe("superseded");
  stock.remove(99_999);
  await sync(open);
  expect(stock.told?.mode).toBe("delta");
  expect(stock.told).toMatchObject({ mode: "delta", gaps: 1 });
  await stock.expectEqual(open);
  await stock.expectEqual(await world.tab());
});
