import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { AttributeDefinition, WireValue } from "../../api";
import { separatorsOf } from "./numbers";
import { INCOMPLETE, read, show, type Typed } from "./typed";

const english = separatorsOf("en");
const german = separatorsOf("de");

function attribute(type: AttributeDefinition["type"], more: Partial<AttributeDefinition> = {}): AttributeDefinition {
  return { name: "it", label: "it", type, null: true, editable: true, ...more };
}

/** What is meant by something else typed over a value. */
function meant(one: AttributeDefinition, typed: Typed, before?: WireValue, words = english): unknown {
  const reading = read(one, typed, words, before);
  return "value" in reading ? reading.value : new Error(reading.problem);
}

beforeEach(() => {
  vi.stubEnv("TZ", "Europe/Berlin");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what nobody touched", () => {
  const hostile: [AttributeDefinition, WireValue[]][] = [
    [
      attribute("string"),
      ["", " ", " x ", "\u0000", "\u202eabc", "a\nb", "é", "e\u0301", "<b>", "💥".repeat(9), "null"],
    ],
    [attribute("text"), ["a\r\nb\rc\n", "\n", "\t"]],
    [attribute("email"), ["not-one", "a@b", "A@B.example "]],
    [attribute("url"), ["javascript:alert(1)", "//x", "https://x.example/?q=ä"]],
    [attribute("integer"), [0, -1, 9007199254740991, "9007199254740993", "-99999999999999999999"]],
    [
      attribute("decimal", { decimal_places: 2 }),
      ["0", "0.00", "-0.00", "1.5", "1.50", "12345678901234567890.12", "1E+3"],
    ],
    [attribute("float"), [0, 0.1, 1e300, 5e-324, -0.1 + 0.3, "NaN", "Infinity", "-Infinity"]],
    [attribute("boolean"), [true, false, null]],
    [attribute("date"), ["0001-01-01", "9999-12-31", "2026-02-29"]],
    [attribute("time"), ["00:00:00.000000", "23:59:59.999999", "07:30:00.000001", "07:30:15.000000"]],
    [
      attribute("datetime"),
      [
        "2026-01-31T09:30:15.123456Z",
        "2026-10-25T00:30:00.000000Z",
        "2026-10-25T01:30:00.000001Z",
        "0001-01-01T00:00:00.000000Z",
      ],
    ],
    [attribute("datetime"), ["2026-01-31T09:30:15.123456", "2026-03-29T02:30:00.000000"]],
    [attribute("duration"), ["00:00:00", "3 04:05:06.000007", "-1 23:59:59.999999", "999999999 23:59:59"]],
    [attribute("uuid"), ["5f1f3c1e-8d0a-4a57-9b1e-0a1b2c3d4e5f"]],
    [attribute("json"), [null, 0, "", "x", false, [], {}, { a: [1, null, { b: "ü" }] }, "null"]],
    [attribute("string", { choices: [["a", "A"]] }), ["a", "gone", "", null]],
    [attribute("integer", { relation: "LocalX" }), [1, "local:5f1f3c1e-8d0a-4a57-9b1e-0a1b2c3d4e5f", null]],
    [attribute("integer", { relation: "LocalX", many: true, null: false }), [[], [1, 2, 30]]],
  ];

  test.each(hostile)("is byte for byte what it was: $type", (one, values) => {
    for (const value of values) {
      for (const words of [english, german]) {
        expect(meant(one, show(one, value, words), value, words), JSON.stringify(value)).toBe(value);
      }
    }
  });
});

describe("what was typed", () => {
  it("is a decimal with all its decimals, whatever the language writes", () => {
    const price = attribute("decimal", { decimal_places: 2, max_digits: 6 });
    expect(meant(price, "12,5", "1.00", german)).toBe("12.50");
    expect(meant(price, "12.5", "1.00")).toBe("12.50");
    expect(meant(price, "1.234,5", "1.00", german)).toBe("1234.50");
    expect(meant(price, "7")).toBe("7.00");
    expect(meant(price, "7.1000")).toBe("7.10");
    expect(meant(price, "7.125")).toBeInstanceOf(Error);
    expect(meant(price, "12345")).toBeInstanceOf(Error);
    expect(meant(price, "12,5x", "1.00", german)).toEqual(new Error("Enter a number, such as 12,50."));
    expect(show(price, "1234.50", german)).toBe("1234,50");
  });

  it("is a whole number of any size", () => {
    const count = attribute("integer");
    expect(meant(count, "1,234")).toBe(1234);
    expect(meant(count, "9007199254740993")).toBe("9007199254740993");
    expect(meant(count, "-5")).toBe(-5);
    expect(meant(count, "5.0")).toBe(5);
    expect(meant(count, "5.5")).toEqual(new Error("Enter a whole number."));
  });

  it("is a float, with an exponent where one is typed", () => {
    const distance = attribute("float");
    expect(meant(distance, "12,5", undefined, german)).toBe(12.5);
    expect(meant(distance, "1e21")).toBe(1e21);
    expect(meant(distance, "1e999")).toBeInstanceOf(Error);
    expect(meant(distance, "1e")).toBeInstanceOf(Error);
  });

  it("is a text as it stands, but for blanks around an address", () => {
    expect(meant(attribute("string"), " a ")).toBe(" a ");
    expect(meant(attribute("email"), " a@b.example ")).toBe("a@b.example");
    expect(meant(attribute("email"), "a b")).toBeInstanceOf(Error);
    expect(meant(attribute("url"), "example")).toBeInstanceOf(Error);
  });

  it("is a moment of the device's time zone, in UTC", () => {
    const arrived = attribute("datetime");
    expect(show(arrived, "2026-01-31T09:30:00.000000Z", english)).toBe("2026-01-31T10:30");
    expect(meant(arrived, "2026-07-01T10:30")).toBe("2026-07-01T08:30:00.000000Z");
    expect(meant(arrived, INCOMPLETE)).toEqual(new Error("Enter date and time."));
    expect(meant(arrived, "0001-01-01T00:00")).toBeInstanceOf(Error);
  });

  it("keeps the fraction of a second that no control shows, unless the second is another", () => {
    const arrived = attribute("datetime");
    const before = "2026-01-31T09:30:15.123456Z";
    expect(show(arrived, before, english)).toBe("2026-01-31T10:30:15");
    expect(meant(arrived, "2026-02-01T10:30:15", before)).toBe("2026-02-01T09:30:15.123456Z");
    expect(meant(arrived, "2026-02-01T10:30:16", before)).toBe("2026-02-01T09:30:16.000000Z");
    const opens = attribute("time");
    expect(meant(opens, "08:30:15", "07:30:15.000001")).toBe("08:30:15.000001");
    expect(meant(opens, "08:30", "07:30:15.000001")).toBe("08:30:00.000000");
  });

  it("is a moment as written where there are no time zones", () => {
    const arrived = attribute("datetime");
    expect(show(arrived, "2026-01-31T09:30:00.000000", english)).toBe("2026-01-31T09:30");
  });

  it("is a duration of what stands in its parts", () => {
    const took = attribute("duration");
    expect(show(took, "3 04:05:06.000007", english)).toEqual(["3", "4", "5", "6.000007"]);
    expect(show(took, "-1 23:00:00", english)).toEqual(["", "-1", "", ""]);
    expect(meant(took, ["", "1", "45", ""])).toBe("01:45:00");
    expect(meant(took, ["2", "", "", "0,5"], undefined, german)).toBe("2 00:00:00.500000");
    expect(meant(took, ["", "30", "", ""])).toBe("1 06:00:00");
    expect(meant(took, ["", "-1", "", ""])).toBe("-1 23:00:00");
    expect(meant(took, ["", "", "1.5", ""])).toBeInstanceOf(Error);
    expect(meant(took, ["", "x", "", ""])).toBeInstanceOf(Error);
    expect(meant(took, ["", "", "", ""], "01:00:00")).toBeNull();
  });

  it("is a UUID however it is written", () => {
    const id = attribute("uuid");
    expect(meant(id, "{5F1F3C1E8D0A4A579B1E0A1B2C3D4E5F}")).toBe("5f1f3c1e-8d0a-4a57-9b1e-0a1b2c3d4e5f");
    expect(meant(id, "5f1f")).toBeInstanceOf(Error);
  });

  it("is JSON, or says where to look", () => {
    expect(meant(attribute("json"), '{"a": [1, 2]}')).toEqual({ a: [1, 2] });
    expect(meant(attribute("json"), "{a: 1}")).toBeInstanceOf(Error);
    expect(meant(attribute("json"), "")).toBeNull();
  });
});

describe("nothing", () => {
  it("is null where there may be null, an empty text where not, and missed where something must be", () => {
    expect(meant(attribute("string"), "", "x")).toBeNull();
    expect(meant(attribute("string", { null: false }), "", "x")).toBe("");
    expect(meant(attribute("string", { null: false, required: true }), " ", "x")).toEqual(new Error("Enter a value."));
    expect(meant(attribute("integer", { null: false }), "", 3)).toEqual(new Error("Enter a value."));
    expect(meant(attribute("integer", { null: false, default: 7 }), "", 3)).toBe(7);
    expect(meant(attribute("integer", { null: false, required: true, relation: "LocalX" }), null, 3)).toEqual(
      new Error("Choose one."),
    );
  });
});
