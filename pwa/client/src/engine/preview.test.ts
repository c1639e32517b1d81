import { describe, expect, it } from "vitest";

import { deferred } from "../testing/deferred";
import { range, rowsOf, Stock } from "../testing/stock";
import { until } from "../testing/until";
import type { Tab } from "../testing/world";

/** A first download of so many rows of which so much has arrived, and that goes on when it is released. */
async function halfWay(rows: number, after: (text: string) => number) {
  const { stock, server, world, tab } = await Stock.open();
  stock.rows = rowsOf(range(1, rows));
  const held = deferred();
  server.damage = (all) => {
    const half = after(new TextDecoder().decode(all));
    return new ReadableStream({
      async start(controller) {
        controller.enqueue(all.slice(0, half));
        await held.promise;
        if (!server.online) controller.error(new TypeError("network error"));
        controller.enqueue(all.slice(half));
        controller.close();
      },
    });
  };
  return { stock, server, world, tab, held };
}

const beforeSegment = (number: number) => (text: string) =>
  text.lastIndexOf("\n", text.indexOf(`"number":${number},`)) + 1;

async function arrived(tab: Tab, rows: number): Promise<void> {
  await until(async () => expect((await tab.engine.state()).preview?.LocalThing).toBe(rows));
}

describe("P3: while a first download runs", () => {
  it("what has come can be listed, searched and counted, and ends as what was downloaded", async () => {
    const { stock, server, tab, held } = await halfWay(400, beforeSegment(3));
    server.segmentRows = 100;
    const syncing = tab.engine.onSync("");
    await arrived(tab, 300);
    const state = await tab.engine.state();
    expect(state.definition?.entities.map(({ name }) => name)).toContain("LocalThing");
    expect(state.entities).toEqual({});
    expect(await tab.engine.count("LocalThing")).toBe(300);
    expect((await tab.engine.list("LocalThing", { limit: 2, offset: 98 })).map(({ id }) => id)).toEqual([99, 100]);
    expect(await tab.engine.count("LocalThing", { search: "thing 29" })).toBe(13);
    expect(await tab.engine.get("LocalThing", 300)).toEqual({ id: 300, name: "thing 300", picture: "" });
    expect(await tab.engine.get("LocalThing", 301)).toBe(null);
    held.resolve();
    expect((await syncing).status).toBe("complete");
    expect((await tab.engine.state()).preview).toEqual({});
    await stock.expectEqual(tab);
  });

  it("the same of parts, in whatever order they come", async () => {
    const { stock, server, tab } = await Stock.open();
    stock.rows = rowsOf(range(1, 800));
    server.segmentRows = 100;
    server.inlineRows = 100;
    const held = deferred();
    let asked = 0;
    server.intercept = async ({ method, path }) => {
      // Of the first four that are asked for at once the second comes last.
      if (method === "GET" && path.includes("segments/") && ++asked === 2) await held.promise;
      return undefined;
    };
    const syncing = tab.engine.onSync("");
    await arrived(tab, 700);
    const shown = (await tab.engine.list("LocalThing", { limit: 150 })).map(({ id }) => id);
    expect(shown).toEqual([...range(1, 100), ...range(201, 250)]);
    expect(await tab.engine.get("LocalThing", 150)).toBe(null);
    held.resolve();
    expect((await syncing).status).toBe("complete");
    await stock.expectEqual(tab);
  });

  it("screens are told of more now and then, and not of each segment", async () => {
    const { server, world, tab, held } = await halfWay(3000, beforeSegment(20));
    server.segmentRows = 100;
    const told = () => tab.events.filter(({ type }) => type === "datachange").length;
    const syncing = tab.engine.onSync("");
    await arrived(tab, 2000);
    expect(told()).toBe(0);
    world.clock.advance(2000);
    held.resolve();
    await syncing;
    expect(told()).toBe(2);
  });

  it("it shows nothing any more when it failed", async () => {
    const { server, tab, held } = await halfWay(400, beforeSegment(3));
    server.segmentRows = 100;
    const syncing = tab.engine.onSync("");
    await arrived(tab, 300);
    const changed = tab.next("datachange");
    server.online = false;
    held.resolve();
    expect((await syncing).status).toBe("error");
    expect((await changed).entities).toContain("LocalThing");
    expect((await tab.engine.state()).preview).toEqual({});
    expect(await tab.engine.list("LocalThing")).toEqual([]);
  });
});
