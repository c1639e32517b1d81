import { describe, expect, test } from "vitest";
import type { AttributeDefinition, Definition, EntityDefinition } from "../api";
import { Formatter } from "./format";
import { backlinks, detailLines, initial, knownView, parseKey, pictureName, recordTitle } from "./model";

const format = new Formatter("en-GB", "UTC");

function attribute(name: string, type: AttributeDefinition["type"] = "string", relation?: string): AttributeDefinition {
  return { name, label: name, type, null: true, ...(relation && { relation }) };
}

function entity(name: string, attributes: AttributeDefinition[], more: Partial<EntityDefinition> = {}) {
  const lists = { list_display: ["name"], search_fields: [], list_filter: [], ordering: [], pictures: [] };
  return {
    name,
    label: name,
    label_plural: `${name}s`,
    pattern: "read-only",
    key: "id",
    attributes,
    ...lists,
    ...more,
  };
}

const category = entity("LocalCategory", [
  attribute("id", "integer"),
  attribute("name"),
  attribute("parent", "integer", "LocalCategory"),
]);
const product = entity(
  "LocalProduct",
  [
    attribute("id", "integer"),
    attribute("name"),
    attribute("category", "integer", "LocalCategory"),
    attribute("category__name"),
    attribute("picture", "picture"),
    attribute("active", "boolean"),
  ],
  { pictures: ["picture", "category__picture"], list_filter: ["category", "name", "active"] },
);
const definition: Definition = {
  app: "a",
  title: "",
  description: "",
  anonymous: true,
  contexts: {},
  entities: [category, product],
};

describe("titles", () => {
  test("the first attribute of list_display", () => {
    expect(recordTitle(product, { id: 1, name: "Chai" }, format)).toBe("Chai");
  });

  test("the key when there is nothing there", () => {
    expect(recordTitle(product, { id: 1, name: "" }, format)).toBe("#1");
  });

  test("a key that is shown is not grouped", () => {
    expect(recordTitle({ ...product, list_display: [] }, { id: 12345 }, format)).toBe("12345");
  });
});

test("an integer key is a number, unless it is too long to be one or no integer", () => {
  expect(parseKey(product, "7")).toBe(7);
  expect(parseKey(product, "9007199254740993")).toBe("9007199254740993");
  expect(parseKey(product, "07")).toBe("07");
  expect(parseKey({ ...product, key: "name" }, "7")).toBe("7");
});

test("a detail joins a relation with its title, leaves pictures out and puts the key last", () => {
  const lines = detailLines(definition, product).map(({ attribute, titled }) => [attribute.name, titled?.name]);
  expect(lines).toEqual([
    ["name", undefined],
    ["category", "category__name"],
    ["active", undefined],
    ["id", undefined],
  ]);
});

test("backlinks find relations from anywhere, itself included", () => {
  expect(backlinks(definition, category).map((link) => [link.entity.name, link.attribute.name])).toEqual([
    ["LocalCategory", "parent"],
    ["LocalProduct", "category"],
  ]);
});

test("the first picture that is not empty wins", () => {
  expect(pictureName(product, { picture: "", category__picture: "c.png" })).toBe("c.png");
  expect(pictureName(product, { picture: null })).toBe("");
});

test("the initial is the first letter or digit", () => {
  expect(initial("“élan”")).toBe("É");
  expect(initial("…")).toBe("·");
});

describe("knownView", () => {
  const product = entity("LocalProduct", [attribute("id", "integer"), attribute("name")]);

  test("L5: a filter or an order by an attribute that the entity has no more is left out", () => {
    const view = { search: "tea", order: "-gone", filters: { gone: 1, name: "Chai" } };
    expect(knownView(product, view)).toEqual({ search: "tea", order: "", filters: { name: "Chai" } });
  });

  test("a view that is right stays the same object", () => {
    for (const order of ["", "name", "-name"]) {
      const view = { search: "", order, filters: { name: "Chai" } };
      expect(knownView(product, view)).toBe(view);
    }
  });
});
