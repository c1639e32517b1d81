import { describe, expect, test } from "vitest";
import type { AttributeDefinition } from "../api";
import { Formatter } from "./format";

const english = new Formatter("en-GB", "UTC");
const german = new Formatter("de-DE", "Europe/Berlin");

function attribute(type: AttributeDefinition["type"], more: Partial<AttributeDefinition> = {}): AttributeDefinition {
  return { name: "a", label: "a", type, null: true, ...more };
}

describe("values", () => {
  test("null, absent and empty are a dash", () => {
    for (const value of [null, undefined, ""]) expect(english.value(value, attribute("string"))).toBe("–");
  });

  test("false and zero are values", () => {
    expect(english.value(false, attribute("boolean"))).toBe("No");
    expect(english.value(0, attribute("integer"))).toBe("0");
  });

  test("a choice is its label, whatever its type", () => {
    const choices: [number, string][] = [[1, "Active"]];
    expect(english.value(1, attribute("integer", { choices }))).toBe("Active");
    expect(english.value(2, attribute("integer", { choices }))).toBe("2");
  });

  test("a key is not grouped", () => {
    expect(english.value(12345, attribute("integer", { relation: "LocalCategory" }))).toBe("12345");
  });

  test("many keys are a list, none of them a dash", () => {
    const many = attribute("integer", { many: true });
    expect(english.value([1234, 2, "9007199254740997"], many)).toBe("1234, 2 and 9007199254740997");
    expect(english.value([], many)).toBe("–");
  });

  test("a file is shown by its name", () => {
    expect(english.value("manuals/2026/oven.pdf", attribute("file"))).toBe("oven.pdf");
  });

  test("what does not fit its type is shown as it is", () => {
    expect(english.value("soon", attribute("date"))).toBe("soon");
    expect(english.value("many", attribute("integer"))).toBe("many");
    expect(english.value("NaN", attribute("decimal"))).toBe("NaN");
  });
});

describe("numbers", () => {
  test("decimals keep their places in the reader's language", () => {
    expect(english.value("1234.50", attribute("decimal", { decimal_places: 2 }))).toBe("1,234.50");
    expect(german.value("18.00", attribute("decimal", { decimal_places: 2 }))).toBe("18,00");
  });

  test("decimals longer than a float lose nothing", () => {
    expect(english.decimal("12345678901234567890.123456789", 2)).toBe("12,345,678,901,234,567,890.123456789");
  });

  test("integers beyond 2^53 lose nothing", () => {
    expect(english.value("9007199254740993", attribute("integer"))).toBe("9,007,199,254,740,993");
  });

  test("floats hide what binary adds", () => {
    expect(english.value(0.1 + 0.2, attribute("float"))).toBe("0.3");
    expect(english.value("Infinity", attribute("float"))).toBe("∞");
  });

  test("sizes", () => {
    expect(english.bytes(0)).toBe("0 bytes");
    expect(english.bytes(1)).toBe("1 byte");
    expect(english.bytes(739)).toBe("739 bytes");
    expect(english.bytes(10_700_000_000)).toBe("10.7 GB");
  });
});

describe("time", () => {
  test("a date has no time zone", () => {
    expect(new Formatter("en-GB", "America/Los_Angeles").value("2026-01-31", attribute("date"))).toBe("31 Jan 2026");
  });

  test("a time shows its seconds when it has some", () => {
    expect(english.value("09:30:00.000000", attribute("time"))).toBe("09:30");
    expect(english.value("09:30:05.000000", attribute("time"))).toBe("09:30:05");
  });

  test("a moment is shown in the device's zone, one without zone as written", () => {
    expect(german.datetime("2026-01-31T23:30:00.123456Z")).toBe("01.02.2026, 00:30");
    expect(german.datetime("2026-01-31T23:30:00.123456")).toBe("31.01.2026, 23:30");
  });

  test.each([
    ["3 04:05:06.000007", "3 days 4 hrs 5 mins 6.000007 secs"],
    ["00:00:00.000000", "0 secs"],
    ["-1 23:00:00.000000", "−1 hr"],
    ["00:10:00.000000", "10 mins"],
    ["later", "later"],
  ])("duration %s", (text, shown) => {
    expect(english.duration(text)).toBe(shown);
  });

  test.each([
    [20, "just now"],
    [5 * 60, "5 minutes ago"],
    [26 * 3600, "yesterday"],
  ])("%i seconds ago", (seconds, shown) => {
    const now = Date.parse("2026-01-31T12:00:00Z");
    expect(english.ago(new Date(now - seconds * 1000).toISOString(), now)).toBe(shown);
  });

  test.each([
    [25, "in 25 seconds"],
    [0.2, "in 1 second"],
    [-3, "now"],
    [90, "in 90 seconds"],
    [150, "in 3 minutes"],
  ])("in %d seconds", (seconds, shown) => {
    const now = Date.parse("2026-01-31T12:00:00Z");
    expect(english.until(new Date(now + seconds * 1000).toISOString(), now)).toBe(shown);
  });

  test("a clock that was set back does not promise a future sync in minutes", () => {
    const now = Date.parse("2026-01-31T12:00:00Z");
    expect(english.ago(new Date(now + 30_000).toISOString(), now)).toBe("just now");
  });
});
