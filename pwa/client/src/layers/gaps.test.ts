import { describe, expect, it } from "vitest";

import { keyOrder } from "../protocol/keys";
import type { Gap } from "../store/store";
import { random } from "../testing/random";
import { Gaps } from "./gaps";

const KEYS = Array.from({ length: 21 }, (_, at) => at);
const integers = keyOrder("integer");
const inside = (gaps: Gap[]) => KEYS.filter((key) => new Gaps(integers, gaps).has(key));

describe("gaps", () => {
  it("hold what is strictly between their keys, or with the second", () => {
    expect(inside([{ after: 3, before: 6 }])).toEqual([4, 5]);
    expect(inside([{ after: 3, before: 6, closed: true }])).toEqual([4, 5, 6]);
    expect(inside([{ after: null, before: 2 }])).toEqual([0, 1]);
    expect(inside([{ after: 18, before: null }])).toEqual([19, 20]);
    expect(inside([{ after: null, before: null }])).toEqual(KEYS);
    expect(inside([])).toEqual([]);
  });

  it("that touch do not swallow the key between them", () => {
    const touching: Gap[] = [
      { after: 3, before: 6 },
      { after: 6, before: 9 },
    ];
    expect(inside(touching)).toEqual([4, 5, 7, 8]);
  });

  it("in any order, overlapping or not, hold what any of them holds", () => {
    const pick = random(1);
    const bound = () => (pick(6) === 0 ? null : pick(21));
    for (let round = 0; round < 2000; round++) {
      const gaps = Array.from({ length: pick(5) }, (): Gap => {
        const gap: Gap = { after: bound(), before: bound() };
        return pick(2) === 0 ? gap : { ...gap, closed: true };
      }).filter(({ after, before }) => after === null || before === null || after <= before);
      const isIn = (key: number) => {
        return gaps.some(({ after, before, closed }) => {
          if (after !== null && key <= Number(after)) return false;
          return before === null || key < Number(before) || (closed === true && key === before);
        });
      };
      const joined = new Gaps(integers, gaps);
      expect(KEYS.filter((key) => joined.has(key))).toEqual(KEYS.filter(isIn));
      const [after, until] = [pick(21), pick(21)].sort((a, b) => a - b) as [number, number];
      const found = KEYS.some((key) => key > after && key <= until && isIn(key));
      // It may be said of an interval that has no key in it, never the other way round.
      if (found) expect(joined.touches(after, until)).toBe(true);
      if (gaps.length === 0) expect(joined.touches(after, until)).toBe(false);
    }
  });

  it("are not touched by what is beside them", () => {
    const gaps = new Gaps(integers, [{ after: 5, before: 10 }]);
    expect(gaps.touches(null, 5)).toBe(false);
    expect(gaps.touches(10, null)).toBe(false);
    expect(gaps.touches(null, 6)).toBe(true);
    expect(gaps.touches(9, null)).toBe(true);
  });
});
