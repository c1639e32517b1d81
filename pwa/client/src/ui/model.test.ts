import { describe, expect, test } from "vitest";
import type { AppState, AttributeDefinition, Definition, EntityDefinition, Row } from "../api";
import { Formatter } from "./format";
import {
  backlinks,
  detailGroups,
  detailLines,
  hasPreview,
  initial,
  isPhone,
  knownView,
  parseKey,
  pictureName,
  recordAside,
  recordTitle,
} from "./model";

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

  test("a record that only this device has is called new where it has no name: its key is none", () => {
    const key = "local:0b9c2a52-4c3f-4c8e-9f0a-6d1f3b1c9e11";
    expect(recordTitle(product, { id: key, name: "" }, format)).toBe("New: LocalProduct");
    expect(recordTitle({ ...product, list_display: [] }, { id: key }, format)).toBe("New: LocalProduct");
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

describe("a record by how it is read", () => {
  const product = entity(
    "Product",
    [
      attribute("id", "integer"),
      attribute("name"),
      attribute("price", "decimal"),
      attribute("stock", "integer"),
      attribute("weight", "float"),
      attribute("notes", "text"),
      attribute("terms", "json"),
      attribute("city"),
    ],
    { list_display: ["name", "price", "stock"] },
  );
  const definition = { entities: [product] } as unknown as Definition;
  const names = (row: Row) =>
    Object.fromEntries(
      Object.entries(detailGroups(definition, product, row)).map(([group, lines]) => [
        group,
        (lines as { attribute: AttributeDefinition }[]).map((line) => line.attribute.name),
      ]),
    );

  test("amounts that the list shows come first, and what machines write last", () => {
    expect(
      names({ id: 1, name: "Chai", price: "18", stock: 3, weight: 2, notes: "Keep cool.", terms: {}, city: "" }),
    ).toEqual({
      figures: ["price", "stock"],
      facts: ["weight", "city"],
      texts: ["notes"],
      record: ["terms", "id"],
    });
  });

  test("an amount that is missing is a fact like others, and an empty text is nothing", () => {
    const groups = names({ id: 1, name: "Chai", price: null, stock: 3, weight: 2, notes: "", terms: {}, city: "" });
    expect(groups).toMatchObject({ figures: ["stock"], facts: ["price", "weight", "city"], texts: [] });
  });
});

test("a telephone number is told by its name and its looks", () => {
  expect(isPhone(attribute("phone"), "030-0074321")).toBe(true);
  expect(isPhone(attribute("home_tel"), "+49 (0)30 555 x12")).toBe(true);
  expect(isPhone(attribute("phone"), "ask Ann")).toBe(false);
  expect(isPhone(attribute("hotel"), "12345")).toBe(false);
  expect(isPhone(attribute("phone", "integer"), "12345")).toBe(false);
});

test("there is something to look at early when any row is here", () => {
  expect(hasPreview({ preview: { Product: 0, Category: 8 } } as unknown as AppState)).toBe(true);
  expect(hasPreview({ preview: { Product: 0 } } as unknown as AppState)).toBe(false);
  expect(hasPreview({} as AppState)).toBe(false);
});

describe("what tells records of one title apart", () => {
  const order = entity(
    "LocalOrder",
    [
      attribute("id", "integer"),
      attribute("customer", "integer", "LocalCustomer"),
      attribute("customer__city"),
      attribute("paid", "boolean"),
      attribute("note"),
      attribute("amount", "integer"),
      attribute("place"),
    ],
    { list_display: ["id", "customer", "customer__city", "paid", "note", "amount", "place"] },
  );
  const row: Row = { id: 1, customer: 2, customer__city: "Kiel", paid: true, note: "", amount: 3, place: "Hall" };

  test("are the first two values that say something, numbers with their label", () => {
    expect(recordAside(order, row, format)).toBe("Kiel · Amount 3");
  });

  test("are none that are told elsewhere", () => {
    expect(recordAside(order, row, format, "customer")).toBe("Amount 3 · Hall");
  });
});
