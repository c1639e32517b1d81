import { describe, expect, it } from "vitest";
import type { AttributeDefinition, AttributeType, WireValue } from "../api";
import { problemOf } from "./values";

const of = (type: AttributeType, more: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  ...{ name: "a", label: "a", type, null: false },
  ...more,
});

describe("values that are made on the device", () => {
  const right: [AttributeType, WireValue[]][] = [
    ["string", ["", "Chai", "Ikura 🍣"]],
    ["email", ["", "ann@example.org"]],
    ["url", ["", "https://example.org/a?b"]],
    ["uuid", ["00000000-0000-4000-8000-00000000000a"]],
    ["integer", [0, -7, 9007199254740991, "9007199254740993"]],
    ["decimal", ["0", "-18", "1234567890123456789"]],
    ["float", [0, -1.5]],
    ["boolean", [true, false]],
    ["date", ["2028-02-29"]],
    ["time", ["09:30:00", "23:59:59.000001"]],
    ["datetime", ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000001Z"]],
    ["duration", ["3 04:05:06.000007", "00:00:01"]],
    ["json", [{ a: [1, null] }, "text", false]],
  ];
  it.each(right)("%s", (type, values) => {
    for (const value of values) expect(problemOf(of(type), value), JSON.stringify(value)).toBe(null);
  });

  const wrong: [AttributeType, WireValue[]][] = [
    ["string", [5, true, ["a"]]],
    ["email", ["ann", "a b@c"]],
    ["url", ["example"]],
    ["uuid", ["7", "00000000-0000-4000-8000-00000000000A"]],
    ["integer", [1.5, 2 ** 53, "1.0", "", true]],
    ["decimal", [18, "1e3", "", ".5"]],
    ["float", ["1.5", Number.NaN]],
    ["boolean", [0, "true"]],
    ["date", ["2026-02-29", "2026-1-31", "31.01.2026", "2026-13-01"]],
    ["time", ["24:00:00", "9:30"]],
    ["datetime", ["2026-01-31", "2026-01-31T09:30:00", "2026-02-30T09:30:00Z", "2026-01-31T25:00:00Z"]],
    ["duration", ["soon", "1:00"]],
  ];
  it.each(wrong)("%s: not everything", (type, values) => {
    for (const value of values) expect(problemOf(of(type), value), JSON.stringify(value)).toMatch(/^Enter/);
  });

  it("are checked by what the field says of them", () => {
    expect(problemOf(of("string"), null)).toBe("Enter a value.");
    expect(problemOf(of("string", { null: true }), null)).toBe(null);
    expect(problemOf(of("string", { max_length: 2 }), "🍣🍣")).toBe(null);
    expect(problemOf(of("string", { max_length: 2 }), "abc")).toBe("Enter at most 2 characters.");
    const price = of("decimal", { decimal_places: 2, max_digits: 4 });
    expect(problemOf(price, "0012.50")).toBe(null);
    expect(problemOf(price, "12.505")).toBe("Enter at most 2 digits after the point.");
    expect(problemOf(price, "123")).toBe("Enter at most 2 digits before the point.");
    const state = of("string", { choices: [["o", "open"]] });
    expect(problemOf(state, "o")).toBe(null);
    expect(problemOf(state, "x")).toBe("Choose one of the choices.");
    expect(problemOf({ ...state, default: "" }, "")).toBe(null);
  });
});
