import { expect, it } from "vitest";

import { identityOf, Meant } from "./identity";
import type { Record_ } from "./office";

const order = (key: number, ship_country: string, more = {}): Record_ => {
  return { entity: "LocalOrder", key, values: { ship_country, ship_city: "", customer: 1, ...more } };
};
const customer = (key: number, company_name: string): Record_ => {
  return { entity: "LocalCustomer", key, values: { company_name } };
};

it("R: knows records by what nobody changes of them, and those of the beginning by their keys", () => {
  expect(identityOf("LocalOrder", { id: 7, ship_country: "I-o-1" })).toBe("I-o-1");
  expect(identityOf("LocalOrder", { id: 7, ship_country: "France" })).toBe("#7");
  expect(identityOf("LocalStockCount", { id: 7, counted: 1003 })).toBe("1003");
  expect(identityOf("LocalStockCount", { id: 7, counted: 12 })).toBe("#7");
});

it("R: finds what reached a record that it was not meant for, and lets pass what a person overruled", () => {
  const meant = new Meant();
  meant.typed("e-1", "I-o-1", "one");
  const there = [customer(1, "Company of-1"), order(9, "I-o-2", { ship_city: "e-1" })];
  expect(meant.wrong(there)).toEqual(["R: e-1 was meant for I-o-1, and is in I-o-2 (LocalOrder 9)"]);
  expect(meant.wrong([order(9, "I-o-1", { ship_city: "e-1" })])).toEqual([]);
  meant.anywhere("e-1");
  expect(meant.wrong(there)).toEqual([]);
});

it("R: finds what belongs to another record than it was made for", () => {
  const meant = new Meant();
  meant.belongs("price 1001.00", "I-o-1", "one");
  meant.belongs("I-o-1", "Company of-1", "two");
  const line = (of: number): Record_ => {
    return { entity: "LocalOrderLine", key: 5, values: { order: of, unit_price: "1001.00" } };
  };
  const records = [customer(1, "Company of-1"), customer(2, "Company of-2"), order(9, "I-o-1"), order(10, "I-o-2")];
  expect(meant.wrong([...records, line(9)])).toEqual([]);
  expect(meant.wrong([...records, line(10)])).toHaveLength(1);
  expect(meant.wrong([...records, order(11, "I-o-1", { customer: 2 })])).toHaveLength(1);
  const strange = [...records, line(10), order(11, "I-o-1", { customer: 2 })];
  meant.forgive("two");
  expect(meant.wrong(strange)).toEqual(["R: price 1001.00 belongs to I-o-1, and is in I-o-2 (LocalOrderLine 5)"]);
  meant.belongs("I-o-1", "Company of-2", "one");
  expect(meant.wrong([...records, order(11, "I-o-1", { customer: 2 })])).toEqual([]);
});
