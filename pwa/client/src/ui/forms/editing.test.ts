import { describe, expect, it } from "vitest";
import type { AttributeDefinition, Row } from "../../api";
import { Editing } from "./editing";
import { separatorsOf } from "./numbers";

const words = separatorsOf("en");

function attribute(name: string, type: AttributeDefinition["type"], more: Partial<AttributeDefinition> = {}) {
  return { name, label: name, type, null: false, editable: true, ...more };
}

const attributes = [
  attribute("name", "string", { required: true, max_length: 10 }),
  attribute("city", "string", { default: "" }),
  attribute("limit", "decimal", { decimal_places: 2, null: true }),
  attribute("product", "integer", { relation: "LocalProduct", null: true }),
  attribute("unit_price", "decimal", { decimal_places: 2, required: true }),
  attribute("notes", "text", { default: "" }),
];
const row: Row = {
  id: 1,
  name: "Alder",
  city: "Graz",
  limit: "5.0",
  product: 3,
  unit_price: "9.90",
  notes: "",
  _version: 4,
};

function edit(known: Row | null = row, preset: Row = {}): Editing {
  return new Editing(attributes, known, words, preset);
}

describe("editing a record", () => {
  it("changes what was typed, and nothing else", () => {
    const editing = edit();
    editing.set("city", "Wien");
    expect(editing.isDirty).toBe(true);
    expect(editing.changes()).toEqual({ city: "Wien" });
  });

  it("is no change when it is typed back, however the value is written", () => {
    const editing = edit();
    editing.set("limit", "7");
    editing.set("limit", "5.0");
    expect(editing.isDirty).toBe(false);
    expect(editing.changes()).toEqual({});
  });

  it("clears what was chosen", () => {
    const editing = edit();
    editing.set("product", null);
    expect(editing.typed("product")).toBeNull();
    expect(editing.changes()).toEqual({ product: null });
    editing.set("product", 3);
    expect(editing.isDirty).toBe(false);
  });

  it("judges only what was touched: older values may be what is no longer allowed", () => {
    const editing = edit({ ...row, name: "much too long a name" });
    expect(editing.problems().size).toBe(0);
    editing.set("name", "still much too long");
    expect([...editing.problems().keys()]).toEqual(["name"]);
    expect(editing.changes()).toEqual({});
  });

  it("follows the record where nothing was typed, and says what changed under the fingers", () => {
    const editing = edit();
    editing.set("city", "Wien");
    editing.follow({ ...row, city: "Linz", notes: "Call first." });
    expect(editing.typed("city")).toBe("Wien");
    expect(editing.meanwhile("city")).toBe("Linz");
    expect(editing.typed("notes")).toBe("Call first.");
    expect(editing.meanwhile("notes")).toBeUndefined();
    expect(editing.changes()).toEqual({ city: "Wien" });
    editing.takeBack("city");
    expect(editing.typed("city")).toBe("Linz");
    expect(editing.isDirty).toBe(false);
  });

  it("is done with what somebody else typed alike", () => {
    const editing = edit();
    editing.set("city", "Wien");
    editing.follow({ ...row, city: "Wien" });
    expect(editing.isDirty).toBe(false);
    expect(editing.meanwhile("city")).toBeUndefined();
  });

  it("says what the server said until something else is typed", () => {
    const editing = edit();
    editing.tell({ city: ["No such city."], unknown: ["x"] });
    editing.set("name", "Elm");
    expect(editing.told("city")).toEqual(["No such city."]);
    editing.set("city", "Linz");
    expect(editing.told("city")).toEqual([]);
    expect(editing.hasTold).toBe(false);
  });
});

describe("a new record", () => {
  it("has defaults and what it begins with, and misses what it must have", () => {
    const editing = edit(null, { product: 8 });
    expect([...editing.problems().keys()]).toEqual(["name", "unit_price"]);
    editing.set("name", "Elm");
    editing.set("unit_price", "3");
    expect(editing.problems().size).toBe(0);
    expect(editing.changes()).toEqual({
      name: "Elm",
      city: "",
      limit: null,
      product: 8,
      unit_price: "3.00",
      notes: "",
    });
  });

  it("leaves out what only the server knows where nobody says anything", () => {
    const editing = new Editing([attribute("number", "integer"), attribute("name", "string")], null, words);
    expect(editing.problems().size).toBe(0);
    expect(editing.changes()).toEqual({ name: "" });
    editing.set("number", "7");
    expect(editing.changes()).toEqual({ number: 7, name: "" });
    editing.set("number", "");
    expect(editing.changes()).toEqual({ name: "" });
  });

  it("is untouched until somebody types", () => {
    expect(edit(null, { product: 8 }).isDirty).toBe(false);
  });
});

describe("a chosen record", () => {
  const product = [
    attribute("id", "integer"),
    attribute("name", "string"),
    attribute("unit_price", "decimal", { decimal_places: 2 }),
    attribute("notes", "text"),
    attribute("city", "integer"),
  ];
  const chosen: Row = { id: 8, name: "Ham", unit_price: "4.50", notes: "Smoked", city: 1 };

  it("brings values of the same name and type for fields that are empty", () => {
    const editing = edit(null);
    editing.bring("product", product, chosen);
    expect(editing.typed("unit_price")).toBe("4.50");
    expect(editing.typed("name")).toBe("Ham");
    expect(editing.typed("notes")).toBe("");
    expect(editing.typed("city")).toBe("");
  });

  it("brings others when another is chosen, but never over what somebody typed", () => {
    const editing = edit(null);
    editing.set("name", "Mine");
    editing.bring("product", product, chosen);
    editing.bring("product", product, { ...chosen, name: "Pears", unit_price: "2.00" });
    expect(editing.typed("unit_price")).toBe("2.00");
    editing.set("unit_price", "1.99");
    editing.bring("product", product, chosen);
    expect(editing.typed("unit_price")).toBe("1.99");
    expect(editing.typed("name")).toBe("Mine");
  });

  it("leaves what the record has", () => {
    const editing = edit();
    editing.bring("product", product, chosen);
    expect(editing.isDirty).toBe(false);
  });
});

describe("W6: a draft", () => {
  it("is what was typed, and comes back over the record as it is then", () => {
    const before = edit();
    before.set("city", "Wien");
    before.set("limit", "12,x");
    const draft = JSON.parse(JSON.stringify(before.draft()));
    const editing = edit({ ...row, city: "Linz", notes: "New." });
    editing.restore(draft);
    expect(editing.typed("limit")).toBe("12,x");
    expect(editing.meanwhile("city")).toBe("Linz");
    expect(editing.typed("notes")).toBe("New.");
    expect([...editing.problems().keys()]).toEqual(["limit"]);
  });

  it("L5: goes to an attribute under the name that it has now", () => {
    const editing = new Editing(
      [attribute("town", "string", { default: "", was: ["city"] })],
      { id: 1, town: "Graz" },
      words,
    );
    editing.restore({ typed: { city: "Wien" }, begun: { city: "Graz" } });
    expect(editing.changes()).toEqual({ town: "Wien" });
  });

  it("leaves out what the definition no longer has", () => {
    const editing = edit();
    editing.restore({ typed: { gone: "x", city: "Wien" }, begun: {} });
    expect(editing.changes()).toEqual({ city: "Wien" });
  });
});
