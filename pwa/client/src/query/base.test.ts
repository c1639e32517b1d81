import { describe, expect, it } from "vitest";

import type { WireValue } from "../api";
import type { Segment } from "../store/store";
import { segmentOf } from "../testing/base";
import { entity } from "../testing/server";
import { Base, SEGMENT_NUMBERS, Stale } from "./base";

const declared = entity("LocalThing", [
  ["id", "integer"],
  ["name", "string"],
]);
const PLACE = { segments: 20, lasts: [], columns: ["id", "name"] };

/** A base of 20 segments of 10 rows, of which only some text is kept; what is read of it can be counted and changed. */
function baseOf(textToKeep: number, place = PLACE) {
  const read: number[] = [];
  const segments: (Segment | null)[] = Array.from({ length: 20 }, (_, number) => {
    return segmentOf(Array.from({ length: 10 }, (_, at): WireValue[] => [number * 10 + at, `thing ${number}-${at}`]));
  });
  const origin = {
    async segments(numbers: readonly number[]) {
      read.push(...numbers);
      return numbers.map((number) => segments[number] ?? null);
    },
    parts: async () => [],
  };
  return { base: new Base(declared, place, origin, textToKeep), read, segments };
}

/** Number of the first row of each segment. */
const firsts = Array.from({ length: 20 }, (_, number) => number * SEGMENT_NUMBERS);
const one = segmentOf(Array.from({ length: 10 }, (_, at): WireValue[] => [at, `thing 0-${at}`])).text.length;

describe("a base", () => {
  it("keeps the text that was used last, and reads the rest again", async () => {
    const { base, read } = baseOf(5 * 1.2 * one);
    expect((await base.rows(firsts)).map(([key]) => key)).toEqual(firsts.map((_, number) => number * 10));
    read.length = 0;
    await base.rows(firsts.slice(-3));
    expect(read).toEqual([]);
    await base.rows(firsts.slice(0, 1));
    expect(read).toEqual([0]);
  });

  it("answers several at once who each put out what another has just found", async () => {
    const { base } = baseOf(2 * one);
    await base.rows(firsts.slice(0, 1));
    const answers = await Promise.all([
      base.rows(firsts.slice(0, 5)),
      base.rows(firsts.slice(5)),
      base.readAhead(),
      base.rows([...firsts].reverse()),
    ]);
    expect(answers[0].map(([key]) => key)).toEqual([0, 10, 20, 30, 40]);
    expect(answers[3].map(([key]) => key)).toEqual(firsts.map((_, number) => number * 10).reverse());
  });

  it("says that it is stale when a segment is gone, or has other rows than before", async () => {
    const { base, segments } = baseOf(one);
    await base.rows(firsts);
    segments[3] = segmentOf([[30, "the only one"]]);
    await expect(base.rows([3 * SEGMENT_NUMBERS])).rejects.toThrow(Stale);
    segments[4] = null;
    await expect(base.rows([4 * SEGMENT_NUMBERS])).rejects.toThrow(Stale);
  });

  it("that has grown goes through the new segments only", async () => {
    const { base, read } = baseOf(one, { ...PLACE, segments: 18 });
    await base.folded();
    read.length = 0;
    expect(await base.grown(20).folded()).toEqual(await baseOf(one).base.folded());
    expect(read).toEqual([18, 19]);
  });
});
