import { expect, test } from "vitest";
import { scrollToShow, visibleRange } from "./windowing";

test("renders what is in sight and a little more", () => {
  expect(visibleRange(0, 700, 70, 100_000)).toEqual({ start: 0, end: 17 });
  expect(visibleRange(70_000, 700, 70, 100_000)).toEqual({ start: 994, end: 1017 });
});

test("never past the end, also when rows went away under the scroll position", () => {
  expect(visibleRange(7_000_000, 700, 70, 20)).toEqual({ start: 3, end: 20 });
  expect(visibleRange(0, 700, 70, 3)).toEqual({ start: 0, end: 3 });
  expect(visibleRange(0, 700, 70, 0)).toEqual({ start: 0, end: 0 });
});

test("above the rows (filters in sight) it starts with the first", () => {
  expect(visibleRange(-100, 700, 70, 50).start).toBe(0);
});

test("scrolls only when the row is out of sight", () => {
  expect(scrollToShow(5, 0, 700, 70)).toBeNull();
  expect(scrollToShow(10, 0, 700, 70)).toBe(70);
  expect(scrollToShow(2, 700, 700, 70)).toBe(140);
});
