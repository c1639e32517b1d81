/**
 * Random histories of a device whose database is meddled with, over a network that cuts: no sync and no reader ever
 * stumbles over it, and after a comparison the device has the server's rows.
 */

import { expect, it } from "vitest";

import type { EntityRecord, Segment } from "../store/store";
import { FakeLocks } from "../testing/locks";
import { random } from "../testing/random";
import { range, rowsOf, Stock } from "../testing/stock";

const STEPS = 20;

/** What may become of a stored segment; `undefined`: it is gone. */
function damaged(segment: Segment, pick: (below: number) => number): unknown {
  const { text } = segment;
  const at = pick(text.length + 1);
  const lines = text.split("\n");
  const line = pick(lines.length);
  switch (pick(8)) {
    case 0:
      return undefined;
    case 1:
      return { ...segment, text: text.slice(0, at) };
    case 2:
      return { ...segment, text: `${text.slice(0, at)}x${text.slice(at)}` };
    case 3:
      return { ...segment, text: text.replaceAll("thing 1", "thong 1") };
    case 4:
      return { ...segment, text: [...lines.slice(0, line), ...lines.slice(line + 1)].join("\n") };
    case 5:
      return { ...segment, text: [...lines.slice(0, line), lines[line] ?? "", ...lines.slice(line)].join("\n") };
    case 6:
      return { ...segment, rows: segment.rows + 1, last: null };
    default:
      return { ...segment, text: text.replace(/\[\d+/, `[${pick(2000)}`) };
  }
}

it.each(range(1, 6))("P5, P2: seed %i", async (seed) => {
  const { stock, server, world, tab: first } = await Stock.open();
  Object.assign(server, { inlineRows: 20, segmentRows: 100 });
  const pick = random(seed);
  stock.rows = rowsOf(range(1, 800));
  let tab = first;
  await tab.engine.onSync("", { pressed: true });
  for (let step = 0; step < STEPS; step++) {
    for (let changes = pick(4); changes > 0; changes--) {
      const key = 1 + pick(900);
      if (pick(3) === 0) stock.remove(key);
      else stock.put(key, `thing ${key} of ${step}`, "");
    }
    if (pick(6) === 0) server.forget();
    for (let count = pick(3); count > 0; count--) {
      await stock.meddle(async (db, record: EntityRecord) => {
        const places = [record, ...record.layers].filter(({ segments }) => segments > 0);
        const place = places[pick(places.length)];
        const key = ["LocalThing", place?.generation ?? 0, pick(place?.segments ?? 1)];
        const segment: Segment | undefined = await db.get("segments", key);
        const changed = typeof segment?.text === "string" ? damaged(segment, pick) : undefined;
        await (changed === undefined ? db.delete("segments", key) : db.put("segments", changed, key));
      });
    }
    if (pick(2) === 0) tab = await world.tab({ locks: new FakeLocks() });
    if (pick(2) === 0) await tab.engine.list("LocalThing", { search: "thing", orderBy: "name" });
    if (pick(3) === 0) stock.cutAfter(pick(30_000));
    if (pick(4) === 0) stock.cutParts(pick(6), pick(2000));
    const isCheck = pick(2) === 0;
    const { status, error } = isCheck ? await tab.engine.check(true) : await tab.engine.onSync("", { pressed: true });
    stock.heal();
    if (error !== undefined) expect(["incomplete_response", "network"]).toContain(error.code);
    if (!isCheck || status !== "complete") continue;
    await stock.expectEqual(await world.tab({ locks: new FakeLocks() }));
    await stock.expectNoLeftovers();
  }
  expect((await tab.engine.check(true)).status).toBe("complete");
  expect(await tab.engine.check(true)).toEqual({ status: "complete", repaired: {} });
  await stock.expectEqual(tab);
  await stock.expectEqual(await world.tab({ locks: new FakeLocks() }));
});
