import { describe, expect, it, vi } from "vitest";

import type { ListOptions, WireValue } from "../api";
import type { Gap, Segment } from "../store/store";
import { baseOf, segmentOf } from "../testing/base";
import { random } from "../testing/random";
import { entity } from "../testing/server";
import { rearrange } from "./positions";
import { Table } from "./table";

const declared = entity("LocalThing", [
  ["id", "integer"],
  ["name", "string"],
]);

const segment = (rows: WireValue[][], gaps: Gap[] = []): Segment => ({ ...segmentOf(rows), gaps });

const table = (...rows: WireValue[][]) => Table.of(baseOf(declared, [segment(rows)]));

const QUERIES: ListOptions[] = [
  {},
  { orderBy: "-name" },
  { orderBy: ["name", "-id"], limit: 3, offset: 2 },
  { search: "b" },
  { search: "ä", where: { id: [1, 2, 3, 4, 5] } },
  { where: { name: null }, orderBy: "id" },
];
const answers = (of: Table) => Promise.all(QUERIES.map(async (query) => [await of.list(query), await of.count(query)]));

describe("layers over a table", () => {
  it("replace, add and remove rows: gaps first", async () => {
    const first = table([1, "a"], [2, "b"], [3, "c"], [4, "d"]);
    const next = await first.with([
      [
        segment([], [{ after: 1, before: 4 }]),
        segment([
          [3, "new"],
          [4, "changed"],
          [9, "z"],
        ]),
      ],
    ]);
    expect((await next.list({ orderBy: "id" })).map(({ id, name }) => [id, name])).toEqual([
      [1, "a"],
      [3, "new"],
      [4, "changed"],
      [9, "z"],
    ]);
    expect([await next.count({}), await next.get(2), await next.get("3")]).toEqual([4, null, { id: 3, name: "new" }]);
    expect((await first.list({})).map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
    expect([await first.count({}), await first.get(2)]).toEqual([4, { id: 2, name: "b" }]);
  });

  it("answer every query as if all had been read anew, whatever was asked before", async () => {
    const pick = random(7);
    const name = () => ["Bär", "abba", "b", null, "zebra", "Ähre"][pick(6)] as WireValue;
    for (let round = 0; round < 60; round++) {
      const rows = new Map<number, WireValue[]>();
      for (let key = 0; key < 60; key++) if (pick(3) > 0) rows.set(key, [key, name()]);
      let current = table(...rows.values());
      for (let step = 0; step < 4; step++) {
        if (pick(4) > 0) await answers(current);
        const layers = Array.from({ length: 1 + pick(2) }, () => {
          const after = pick(60);
          const before = after + pick(round % 2 === 0 ? 4 : 40);
          const changed = Array.from({ length: pick(4) }, (): WireValue[] => [pick(70), name()]);
          for (const key of rows.keys()) if (key > after && key < before) rows.delete(key);
          for (const row of changed) rows.set(row[0] as number, row);
          return [segment([], [{ after, before }]), segment(changed)];
        });
        current = await current.with(layers);
        const anew = table(...[...rows.values()].sort(([a], [b]) => Number(a) - Number(b)));
        expect(await answers(current)).toEqual(await answers(anew));
      }
    }
  });

  it("P1: do not show in a table that was made of the same one with others", async () => {
    const first = table([1, "a"], [2, "b"]);
    const one = await first.with([[segment([[3, "one"]])]]);
    const other = await first.with([[segment([[4, "other"]], [{ after: 0, before: 2 }])]]);
    const both = await one.with([[segment([[4, "other"]], [{ after: 0, before: 2 }])]]);
    const keys = async (of: Table) => (await of.list({ orderBy: "id", search: "" })).map(({ id }) => id);
    expect(await Promise.all([first, one, other, both].map(keys))).toEqual([
      [1, 2],
      [1, 2, 3],
      [2, 4],
      [2, 3, 4],
    ]);
    expect(await Promise.all([first, one, other, both].map((of) => of.count({})))).toEqual([2, 3, 2, 3]);
    expect([await first.get(3), await one.get(4), await other.get(3), await other.get(1), await other.get(4)]).toEqual([
      ...[null, null, null, null],
      { id: 4, name: "other" },
    ]);
    expect(await answers(other)).toEqual(await answers(table([2, "b"], [4, "other"])));
  });

  it("find the rows after a key that a server sent twice", async () => {
    const twice = table([1, "a"], [1, "a again"], [2, "b"]);
    expect([(await twice.get(1))?.name, (await twice.get(2))?.name]).toEqual(["a again", "b"]);
    const next = await twice.with([[segment([[3, "c"]])]]);
    expect([(await next.get(2))?.name, (await next.get(3))?.name]).toEqual(["b", "c"]);
  });

  it("P4: enter the keys that came, and no other", async () => {
    const first = table(...Array.from({ length: 1000 }, (_, key): WireValue[] => [key, "a"]));
    await first.get(1);
    const set = vi.spyOn(Map.prototype, "set");
    const next = await first.with([[segment([[1001, "new"]], [{ after: 3, before: 5 }])]]);
    const calls = set.mock.calls.length;
    set.mockRestore();
    expect(calls).toBeLessThan(20);
    expect([await next.count({}), await next.get(4), await next.get(1001)]).toEqual([
      1000,
      null,
      { id: 1001, name: "new" },
    ]);
  });

  it("move no row that stayed, and compare each that came with a few", async () => {
    const size = 100_000;
    let compared = 0;
    const compare = (a: number, b: number) => {
      compared++;
      return a - b;
    };
    const order = Uint32Array.from({ length: size }, (_, at) => at * 2);
    const came = [199_999, 7, 100_001];
    const result = rearrange(order, (row) => row === 8 || row === 100_000, came, compare);
    const expected = [...order, ...came].filter((row) => row !== 8 && row !== 100_000).sort((a, b) => a - b);
    expect(Array.from(result)).toEqual(expected);
    expect(compared).toBeLessThan(70);
  });
});
