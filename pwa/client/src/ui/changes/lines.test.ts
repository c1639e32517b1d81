import { expect, test } from "vitest";
import type { EntityDefinition } from "../../api";
import { changeLines } from "./lines";
import { customers, pendingChange } from "./testing";

test("an update has the attributes that are others than before, in the order of the definition", () => {
  const change = pendingChange({
    base: { id: 1, name: "Alder", city: "Berlin", limit: "10.00", boss: 4, boss__name: "Fay" },
    values: { boss: 5, limit: "10.00", city: "Kiel" },
  });
  expect(
    changeLines(customers, change).map(({ attribute, was, now, titled }) => [attribute.name, was, now, titled]),
  ).toEqual([
    ["city", "Berlin", "Kiel", null],
    ["boss", 4, 5, "boss__name"],
  ]);
});

test("a new record says what its title and what every record has do not", () => {
  const change = pendingChange({
    op: "create",
    key: "local:1",
    base: null,
    values: { id: "local:1", name: "New one", city: "Kiel", limit: null, open: false, country: "DE", tags: [] },
  });
  expect(changeLines(customers, change).map(({ attribute, was }) => [attribute.name, was])).toEqual([
    ["city", undefined],
  ]);
});

test("a new record that is called like the one it points at does not name that again", () => {
  const [customer, order] = customers.entities as [EntityDefinition, EntityDefinition];
  const named = { ...order, list_display: ["customer__name"] };
  named.attributes = [...order.attributes, { name: "customer__name", label: "customer", type: "string", null: true }];
  const change = pendingChange({ entity: "Order", op: "create", base: null, values: { customer: 4, name: "x" } });
  const lines = changeLines({ ...customers, entities: [customer, named] }, change);
  expect(lines.map(({ attribute }) => attribute.name)).toEqual(["name"]);
});

test("W6: what the server refuses, and what the app does not know any more, is shown whatever it is", () => {
  const error = { code: "invalid_values", message: "", retry: false, fields: { name: ["There is one."] } };
  const change = pendingChange({
    op: "create",
    base: null,
    values: { id: "local:1", name: "New one", fax: "12" },
    state: "rejected",
    error,
  });
  expect(changeLines(customers, change).map(({ attribute, isUnknown }) => [attribute.name, isUnknown])).toEqual([
    ["name", false],
    ["fax", true],
  ]);
});

test("a delete is of the whole", () => {
  expect(changeLines(customers, pendingChange({ op: "delete", values: {} }))).toEqual([]);
});
