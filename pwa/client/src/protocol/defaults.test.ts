import { expect, test } from "vitest";
import type { AttributeDefinition, AttributeType } from "../api";
import { defaultOf } from "./defaults";

const now = new Date(2026, 0, 31, 9, 5, 7, 250); // in the zone that the test runs in

function of(type: AttributeType, more: Partial<AttributeDefinition> = { default_now: true }) {
  return defaultOf({ name: "at", label: "At", type, null: false, ...more }, now);
}

test("a default that means the moment is that of the device's clock, as the type travels", () => {
  expect(of("date")).toBe("2026-01-31");
  expect(of("time")).toBe("09:05:07.000000");
  const moment = String(of("datetime"));
  expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:07\.000000Z$/);
  expect(new Date(moment).getTime()).toBe(now.getTime() - 250);
});

test("a plain default is itself, null and an empty text too; without one there is none", () => {
  expect(of("string", { default: "" })).toBe("");
  expect(of("string", { default: null })).toBe(null);
  expect(of("integer", { default: 7 })).toBe(7);
  expect(of("date", {})).toBe(undefined);
  expect(of("string")).toBe(undefined);
});
