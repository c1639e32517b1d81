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
    ["email", ["", "ann@example.org", '"a@b c"@example.org', "ann@m\u00fcnchen.de"]],
    ["url", ["", "https://example.org/a?b", "HTTP://example.org:99999/", "https://ex\u200fample.org"]],
    ["uuid", ["00000000-0000-4000-8000-00000000000a"]],
    ["integer", [0, -7, 9007199254740991, "9007199254740993"]],
    ["decimal", ["0", "-18", "1234567890123456789"]],
    ["float", [0, -1.5, "NaN", "Infinity", "-Infinity"]],
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
    ["email", ["ann", "@", "a@"]],
    ["url", ["example", "//example.org", "javascript:alert(1)"]],
    ["uuid", ["7", "00000000-0000-4000-8000-00000000000A"]],
    ["integer", [1.5, 2 ** 53, "1.0", "", true]],
    ["decimal", [18, "1e3", "", ".5"]],
    ["float", ["1.5", "nan", Number.NaN, Number.POSITIVE_INFINITY]],
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
    expect(problemOf(of("string"), "a\0b")).toBe("Null characters are not allowed.");
    expect(problemOf(of("text"), "\ud83d")).toMatch(/^This text is damaged/);
    expect(problemOf(of("json"), "\ud83d")).toBe(null);
    const price = of("decimal", { decimal_places: 2, max_digits: 4 });
    expect(problemOf(price, "0012.50")).toBe(null);
    expect(problemOf(price, "12.505")).toBe("Enter at most 2 digits after the point.");
    expect(problemOf(price, "123")).toBe("Enter at most 2 digits before the point.");
    const state = of("string", { choices: [["o", "open"]] });
    expect(problemOf(state, "o")).toBe(null);
    expect(problemOf(state, "x")).toBe("Choose one of the choices.");
    expect(problemOf({ ...state, default: "" }, "")).toBe(null);
    expect(problemOf(state, "")).toBe("Choose one of the choices.");
    expect(problemOf({ ...state, editable: true, required: true }, "")).toBe("Choose one of the choices.");
    expect(problemOf({ ...state, editable: true, null: true }, "")).toBe(null);
    expect(problemOf(of("decimal", { decimal_places: 2, choices: [["7.00", "7 %"]] }), "7")).toBe(null);
  });

  it("keep to bounds, inclusive, in the order of their type", () => {
    const amount = of("decimal", { decimal_places: 2, min: "-1.50", max: "10" });
    expect(["-1.50", "9.99", "10.00"].map((value) => problemOf(amount, value))).toEqual([null, null, null]);
    expect(problemOf(amount, "-1.51")).toBe("Enter -1.50 or more.");
    expect(problemOf(amount, "10.01")).toBe("Enter 10 or less.");
    const large = of("integer", { max: "9007199254740993" });
    expect(problemOf(large, "9007199254740993")).toBe(null);
    expect(problemOf(large, "9007199254740994")).toBe("Enter 9007199254740993 or less.");
    expect(problemOf(of("date", { min: "2026-01-31" }), "2026-01-30")).toBe("Enter 2026-01-31 or more.");
    expect(problemOf(of("integer", { min: 0 }), -1)).toBe("Enter 0 or more.");
  });

  it("match patterns, or must not; an empty text is none", () => {
    const code = of("string", { min_length: 2, patterns: [{ regex: "^[A-Z]+$", message: "Capitals." }] });
    expect(["", "AB"].map((value) => problemOf(code, value))).toEqual([null, null]);
    expect(problemOf(code, "A")).toBe("Enter at least 2 characters.");
    expect(problemOf(code, "Ab")).toBe("Capitals.");
    expect(problemOf(of("string", { patterns: [{ regex: "^A$", message: "", ignore_case: true }] }), "a")).toBe(null);
    expect(problemOf(of("string", { patterns: [{ regex: "b", message: "No b.", inverse: true }] }), "abc")).toBe(
      "No b.",
    );
    expect(problemOf(of("string", { patterns: [{ regex: "^.$", message: "One." }] }), "🍣")).toBe(null);
  });
});
