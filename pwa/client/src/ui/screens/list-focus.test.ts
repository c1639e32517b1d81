import { expect, test } from "vitest";
import { keyTarget, renderedRows } from "./list-focus";

test.each([
  ["ArrowDown", 5, 6],
  ["ArrowDown", 99, 99],
  ["ArrowUp", 5, 4],
  ["ArrowUp", 0, -1],
  ["Home", 50, 0],
  ["End", 50, 99],
  ["PageDown", 5, 15],
  ["PageDown", 95, 99],
  ["PageUp", 50, 40],
  ["PageUp", 5, 0],
  ["Enter", 5, null],
])("%s on row %i of 100 leads to %s", (key, from, to) => {
  expect(keyTarget(key, from, 100, 10)).toBe(to);
});

test("the row that has the focus stays rendered, and rows stay in order", () => {
  const range = { start: 10, end: 13 };
  expect(renderedRows(range, null, 100)).toEqual([10, 11, 12]);
  expect(renderedRows(range, 11, 100)).toEqual([10, 11, 12]);
  expect(renderedRows(range, 2, 100)).toEqual([2, 10, 11, 12]);
  expect(renderedRows(range, 13, 100)).toEqual([10, 11, 12, 13]);
  expect(renderedRows(range, 100, 100)).toEqual([10, 11, 12]);
});
