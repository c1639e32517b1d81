import { expect, it } from "vitest";

import { Anchor } from "./list-anchor";

function list(...keys: string[]) {
  const shown = { keys, answer: {} };
  const anchor = new Anchor(
    (index) => shown.keys[index] ?? null,
    (key) => (shown.keys.includes(key) ? shown.keys.indexOf(key) : null),
  );
  const change = (...now: string[]) => {
    shown.keys = now;
    shown.answer = {};
    return shown.answer;
  };
  return { shown, anchor, change };
}

it("says how far rows above have moved what is on top, and where the focus is", () => {
  const { shown, anchor, change } = list("a", "b", "c", "d");
  anchor.hold(shown.answer, 1, 2);
  expect(anchor.release(shown.answer)).toBe(null);
  expect(anchor.release(change("x", "y", "a", "b", "z", "c"))).toEqual({ rows: 2, focused: 5 });
  expect(anchor.release(change("a"))).toBe(null);
});

it("lets new rows be seen at the beginning, and what came take the place of what is gone", () => {
  const { shown, anchor, change } = list("a", "b", "c");
  anchor.hold(shown.answer, null, null);
  expect(anchor.release(change("x", "a", "b", "c"))).toEqual({ rows: 0, focused: null });
  anchor.hold(shown.answer, 2, 2);
  expect(anchor.release(change("x", "a", "c"))).toEqual({ rows: 0, focused: null });
});

it("counts from the first of several changes, and not at all for another list", () => {
  const { shown, anchor, change } = list("a", "b");
  anchor.hold(shown.answer, 1, null);
  anchor.hold(shown.answer, 0, null);
  expect(anchor.release(change("x", "a", "b"))?.rows).toBe(1);
  anchor.hold(shown.answer, 1, null);
  anchor.forget();
  expect(anchor.release(change("b"))).toBe(null);
});
