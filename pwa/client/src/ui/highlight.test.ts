import { expect, test } from "vitest";
import { highlight } from "./highlight";

const marked = (text: string, search: string) =>
  highlight(text, search)
    .map(([piece, found]) => (found ? `[${piece}]` : piece))
    .join("");

test("marks every word, whatever its case and accents", () => {
  expect(marked("Côte de Blaye", "cote BLA")).toBe("[Côte] de [Bla]ye");
  expect(marked("Chai, Chang", "cha")).toBe("[Cha]i, [Cha]ng");
  expect(marked("İstanbul", "i")).toBe("[İ]stanbul");
});

test("joins matches that touch or overlap", () => {
  expect(marked("banana", "ana nan")).toBe("b[anana]");
});

test("leaves a text alone that nothing was searched in, or that does not match", () => {
  expect(highlight("Chai", " ")).toEqual([["Chai", false]]);
  expect(highlight("", "a")).toEqual([["", false]]);
  expect(marked("Chai", "x")).toBe("Chai");
});

test("keeps accents that are written as letters of their own beside what they belong to", () => {
  const text = "Co\u0302te";
  expect(
    highlight(text, "cote")
      .map(([piece]) => piece)
      .join(""),
  ).toBe(text);
});
