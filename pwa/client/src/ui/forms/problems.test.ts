import { describe, expect, it } from "vitest";
import type { AttributeDefinition, EntityDefinition } from "../../api";
import { Editing } from "./editing";
import type { Child, Filling } from "./filling";
import { separatorsOf } from "./numbers";
import { isInvalid, isTold, problemsOf, problemsWithin } from "./problems";

const number: AttributeDefinition = { name: "number", label: "number", type: "string", null: false, required: true };
const entity: EntityDefinition = {
  ...{ name: "LocalOrder", label: "order", label_plural: "orders", pattern: "read-write", key: "id" },
  ...{ attributes: [number], list_display: [], search_fields: [], list_filter: [], ordering: [], pictures: [] },
};

function editing(value: string): Editing {
  return new Editing([number], { id: 1, number: value }, separatorsOf("en"));
}

function cleared(value: string): Editing {
  const cleared = editing(value);
  cleared.set("number", "");
  return cleared;
}

function told(value: string): Editing {
  const told = editing(value);
  told.tell({ number: ["Taken."] });
  return told;
}

function filling(own: Editing, ...within: [Editing, removed?: "removed"][]): Filling {
  const rows: Child[] = within.map(([editing, removed], at) => ({
    ...{ id: `${at}`, key: at, editing, removed: removed !== undefined },
  }));
  return { entity, key: 1, editing: own, children: [{ inline: { entity, relation: "parent" }, rows }] };
}

describe("what is said of a field", () => {
  it("is what is wrong with it, once it is judged", () => {
    expect(problemsOf(cleared("A1"), () => false).size).toBe(0);
    expect([...problemsOf(cleared("A1"), () => true).keys()]).toEqual(["number"]);
  });

  it("is what the server said where nothing is wrong here", () => {
    expect(problemsOf(told("A1"), () => true).get("number")).toEqual(["Taken."]);
  });
});

describe("records within", () => {
  it("count with what is wrong in them, once it is judged, and with what the server said", () => {
    const { children } = filling(editing("A1"), [cleared("1")], [told("2")], [editing("3")]);
    expect(problemsWithin(children, false)).toBe(1);
    expect(problemsWithin(children, true)).toBe(2);
  });

  it("do not count when they are to be removed", () => {
    const form = filling(editing("A1"), [cleared("1"), "removed"]);
    expect(problemsWithin(form.children, true)).toBe(0);
    expect(isInvalid(form)).toBe(false);
  });

  it("keep the form from being saved", () => {
    expect(isInvalid(filling(editing("A1"), [cleared("1")]))).toBe(true);
    expect(isInvalid(filling(cleared("A1")))).toBe(true);
  });
});

it("is told of until something else is typed", () => {
  const row = told("1");
  const form = filling(editing("A1"), [row]);
  expect(isTold(form)).toBe(true);
  row.set("number", "2");
  expect(isTold(form)).toBe(false);
});
