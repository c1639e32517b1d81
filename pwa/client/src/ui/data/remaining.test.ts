import { expect, test } from "vitest";
import { Remaining } from "./remaining";

test("nothing is said before there is something to go by", () => {
  const remaining = new Remaining();
  remaining.note(0, 1000, 0);
  remaining.note(100, 1000, 2_900);
  expect(remaining.seconds).toBe(null);
});

test("what is left, at the pace of the last seconds", () => {
  const remaining = new Remaining();
  for (let second = 0; second <= 5; second++) remaining.note(second * 100, 1000, second * 1000);
  expect(remaining.seconds).toBe(5);
  // Ten times slower from here on: after a while only that counts.
  for (let second = 6; second <= 40; second++) remaining.note(500 + (second - 5) * 10, 1000, second * 1000);
  expect(remaining.seconds).toBe(15);
});

test("standing still is no pace", () => {
  const remaining = new Remaining();
  remaining.note(100, 1000, 0);
  remaining.note(100, 1000, 60_000);
  expect(remaining.seconds).toBe(null);
});

test("the next phase begins anew", () => {
  const remaining = new Remaining();
  remaining.note(900, 1000, 0);
  remaining.note(1000, 1000, 5_000);
  remaining.note(0, 12, 5_100);
  expect(remaining.seconds).toBe(null);
});
