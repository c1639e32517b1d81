import { describe, expect, test } from "vitest";
import { allFrom, choiceOf, differences, open, outcome, picksOf } from "./differences";
import { conflictOf, customers } from "./testing";

const base = {
  id: 1,
  name: "Alder",
  city: "Berlin",
  notes: "n",
  limit: "1.00",
  open: true,
  country: "DE",
  boss: 4,
  tags: [1],
};
const conflict = conflictOf(
  base,
  { city: "Kiel", notes: "mine", limit: "2.00" },
  { ...base, city: "Bonn", name: "Elder", limit: "2.00", boss__name: "Fay" },
);
const all = differences(customers, conflict);

describe("C2: a conflict, attribute by attribute", () => {
  test("says who changed it", () => {
    expect(Object.fromEntries(all.map(({ attribute, side }) => [attribute.name, side]))).toEqual({
      ...{ name: "theirs", city: "both", notes: "mine", limit: "same" },
      ...{ open: "none", country: "none", boss: "none", tags: "none" },
    });
  });

  test("leaves open what both changed, and nothing else", () => {
    expect(open(all, {}).map(({ attribute }) => attribute.name)).toEqual(["city"]);
    expect(open(all, { city: "theirs" })).toEqual([]);
  });

  test("comes to what was chosen, to mine where only that changed, and to theirs where that did", () => {
    const result = (picks: Record<string, "mine" | "theirs">) =>
      Object.fromEntries(all.map((difference) => [difference.attribute.name, outcome(difference, picks)]));
    expect(result({})).toMatchObject({ name: "Elder", city: undefined, notes: "mine", limit: "2.00" });
    expect(result({ city: "mine", notes: "theirs" })).toMatchObject({ name: "Elder", city: "Kiel", notes: "n" });
  });

  test("keeps what was typed of an attribute that the app does not know any more", () => {
    const old = differences(customers, conflictOf(base, { fax: "1" }, base));
    expect(old.filter(({ side }) => side !== "none").map(({ attribute, mine }) => [attribute.name, mine])).toEqual([
      ["fax", "1"],
    ]);
  });

  test("shows what they changed of a record that was deleted here", () => {
    const deleted = differences(customers, conflictOf(base, {}, { ...base, city: "Bonn" }, { op: "delete" }));
    expect(deleted.filter(({ side }) => side === "theirs").map(({ attribute }) => attribute.name)).toEqual(["city"]);
  });
});

describe("C3: the choice", () => {
  test("is one word where all is from one side", () => {
    expect(choiceOf(all, picksOf(all, "mine"))).toBe("mine");
    expect(choiceOf(all, picksOf(all, "theirs"))).toBe("theirs");
    expect(allFrom(all, picksOf(all, "theirs"))).toBe("theirs");
  });

  test("names every attribute otherwise", () => {
    expect(choiceOf(all, { city: "theirs" })).toEqual({ city: "theirs", notes: "mine" });
    expect(allFrom(all, { city: "theirs", notes: "mine" })).toBe(null);
    expect(allFrom(all, {})).toBe(null);
  });
});
