import { describe, expect, it } from "vitest";

import type { AttributeType, Key } from "../api";
import { isOrdered, keyOrder } from "./keys";

describe("key order", () => {
  it.each<[AttributeType, Key[]]>([
    ["integer", ["-9007199254740993", "-9007199254740992", -10, -9, 0, 2, 10, "9007199254740992", "9007199254740993"]],
    [
      "string",
      ["", "10", "9", "A", "Z", "a", "aa", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "🍣", "\u{10ffff}"],
    ],
    ["string", ["a\uffff", "a🍣", "a🍣b", "b"]],
    ["uuid", ["0b9e6c1e-0000-4000-8000-000000000000", "f0000000-0000-4000-8000-000000000000"]],
    ["date", ["0001-01-01", "1999-12-31", "2026-01-31"]],
  ])("%s keys: %j", (type, sorted) => {
    expect(sorted.toReversed().sort(keyOrder(type))).toEqual(sorted);
    for (const key of sorted) expect(keyOrder(type)(key, key)).toBe(0);
  });

  it("is not the order of JavaScript where characters take two units", () => {
    expect(["\uffff", "🍣"].sort()).toEqual(["🍣", "\uffff"]);
    expect(["🍣", "\uffff"].sort(keyOrder("string"))).toEqual(["\uffff", "🍣"]);
  });

  it("is not shared with the server for types that databases sort in their own way", () => {
    expect((["integer", "string", "uuid", "datetime"] as const).every(isOrdered)).toBe(true);
    expect((["decimal", "float", "duration"] as const).some(isOrdered)).toBe(false);
  });
});
