import { describe, expect, it } from "vitest";

import { keyOrder } from "../protocol/keys";
import { mend } from "./mend";
import type { Segment } from "./store";

const segment: Segment = { first: 1, last: 3, rows: 3, text: '[1,"a"]\n[2,"b"]\n[3,"c"]\n' };
const bounds = { order: keyOrder("integer"), after: 0, last: 3 };

describe("mend", () => {
  it("leaves alone what is as it was written", () => {
    expect(mend(segment, bounds)).toEqual({ segment, isDamaged: false });
    expect(mend({ first: null, last: null, rows: 0, text: "", gaps: [{ after: 1, before: 2 }] }).isDamaged).toBe(false);
  });

  it.each([
    ["nothing", null, []],
    ["undefined", undefined, []],
    ["something else", "text" as unknown as Segment, []],
    ["no text", { ...segment, text: undefined as unknown as string }, []],
    ["a garbled row", { ...segment, text: segment.text.replace('"b"', "b") }, [1, 3]],
    ["a cut row", { ...segment, text: segment.text.slice(0, -3) }, [1, 2]],
    ["an object", { ...segment, text: segment.text.replace('[2,"b"]', '{"2":1}') }, [1, 3]],
    ["a key that is none", { ...segment, text: segment.text.replace("[2,", "[null,") }, [1, 3]],
    ["a key below its bound", { ...segment, text: segment.text.replace("[1,", "[0,") }, [2, 3]],
    ["a key above its bound", { ...segment, text: segment.text.replace("[3,", "[4,") }, [1, 2]],
    ["a key out of order", { ...segment, text: segment.text.replace("[2,", "[1,") }, [1, 3]],
    ["two rows in a line", { ...segment, text: segment.text.replace("\n[2", ",[2") }, [3]],
    ["another count", { ...segment, rows: 4 }, [1, 2, 3]],
    ["gaps that are none", { ...segment, gaps: 7 as unknown as [] }, [1, 2, 3]],
  ] as const)("of %s, keeps the rows that are some", (_what, found, keys) => {
    const mended = mend(found as Segment, bounds);
    expect(mended.isDamaged).toBe(true);
    expect(mended.segment).toMatchObject({ rows: keys.length, first: keys[0] ?? null, last: keys.at(-1) ?? null });
    expect(
      mended.segment.text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)[0]),
    ).toEqual(keys);
    expect(mend(mended.segment, bounds).isDamaged).toBe(false);
  });

  it("keeps the gaps of a layer", () => {
    const gaps = [{ after: 1, before: null }];
    expect(mend({ ...segment, rows: 9, gaps }).segment.gaps).toEqual(gaps);
  });
});
