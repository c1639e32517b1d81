import { expect, test } from "vitest";
import { differingWords } from "./words";

const marked = (text: string, other: string) =>
  differingWords(text, other)
    .map(([piece, differs]) => (differs ? `[${piece}]` : piece))
    .join("");

test.each([
  ["same", "same", "same"],
  ["Call before noon.", "Call after two.", "Call [before noon]."],
  ["one two three", "one three", "one [two ]three"],
  ["one three", "one two three", "one three"],
  ["", "all", ""],
  ["all new", "", "[all new]"],
  ["größer als", "grösser als", "[größer] als"],
  ["a b c d", "d b c a", "[a] b c [d]"],
])("in %j, compared with %j", (text, other, expected) => {
  expect(marked(text, other)).toBe(expected);
});

test("nothing of a text is lost, however long: one that takes too long to compare is marked as a whole", () => {
  const [long, other] = ["x y ".repeat(2_000), "z w ".repeat(2_000)];
  expect(
    differingWords(long, other)
      .map(([piece]) => piece)
      .join(""),
  ).toBe(long);
});
