import { describe, expect, it } from "vitest";

import type { ListOptions, WireValue } from "../api";
import type { Gap, Segment } from "../store/store";
import { random } from "../testing/random";
import { entity } from "../testing/server";
import { rearrange } from "./positions";
import { Table } from "./table";

const declared = entity("LocalThing", [
  ["id", "integer"],
  ["name", "string"],
]);

function segment(rows: WireValue[][], gaps: Gap[] = []): Segment {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return { first: null, last: null, rows: rows.length, text, gaps };
}

const table = (...rows: WireValue[][]) => new Table(declared, ["id", "name"], [segment(rows)]);

const QUERIES: ListOptions[] = [
  {},
  { orderBy: "-name" },
  { orderBy: ["name", "-id"], limit: 3, offset: 2 },
  { search: "b" },
  { search: "ä", where: { id: [1, 2, 3, 4, 5] } },
  { where: { name: null }, orderBy: "id" },
];
const answers = (of: Table) => QUERIES.map((query) => [of.list(query), of.count(query)]);

describe("layers over a table", () => {
  it("replace, add and remove rows: gaps first", () => {
    const first = table([1, "a"], [2, "b"], [3, "c"], [4, "d"]);
    const next = first.with([
      [
        segment([], [{ after: 1, before: 4 }]),
        segment([
          [3, "new"],
          [4, "changed"],
          [9, "z"],
        ]),
      ],
    ]);
    expect(next.list({ orderBy: "id" }).map(({ id, name }) => [id, name])).toEqual([
      [1, "a"],
      [3, "new"],
      [4, "changed"],
      [9, "z"],
    ]);
    expect([next.count({}), next.get(2), next.get("3")]).toEqual([4, null, { id: 3, name: "new" }]);
    expect(first.list({}).map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
    expect([first.count({}), first.get(2)]).toEqual([4, { id: 2, name: "b" }]);
  });

  it("answer every query as if all had been read anew, whatever was asked before", () => {
    const pick = random(7);
    const name = () => ["Bär", "abba", "b", null, "zebra", "Ähre"][pick(6)] as WireValue;
    for (let round = 0; round < 60; round++) {
      const rows = new Map<number, WireValue[]>();
      for (let key = 0; key < 60; key++) if (pick(3) > 0) rows.set(key, [key, name()]);
      let current = table(...rows.values());
      for (let step = 0; step < 4; step++) {
        if (pick(4) > 0) answers(current);
        const layers = Array.from({ length: 1 + pick(2) }, () => {
          const after = pick(60);
          const before = after + pick(round % 2 === 0 ? 4 : 40);
          const changed = Array.from({ length: pick(4) }, (): WireValue[] => [pick(70), name()]);
          for (const key of rows.keys()) if (key > after && key < before) rows.delete(key);
          for (const row of changed) rows.set(row[0] as number, row);
          return [segment([], [{ after, before }]), segment(changed)];
        });
        current = current.with(layers);
        const anew = table(...[...rows.values()].sort(([a], [b]) => Number(a) - Number(b)));
        expect(answers(current)).toEqual(answers(anew));
      }
    }
  });

  it("move no row that stayed, and compare each that came with a few", () => {
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
