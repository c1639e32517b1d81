/** A definition and changes for tests. */
import type { AttributeDefinition, Conflict, Definition, EntityDefinition, PendingChange, Row } from "../../api";

function attribute(name: string, more: Partial<AttributeDefinition> = {}): AttributeDefinition {
  return { name, label: name, type: "string", null: true, editable: !name.includes("__") && name !== "id", ...more };
}

function entity(name: string, attributes: AttributeDefinition[]): EntityDefinition {
  return {
    ...{ name, label: name, label_plural: `${name}s`, pattern: "read-write-conflicts", key: "id", attributes },
    ...{ list_display: ["name"], search_fields: [], list_filter: [], ordering: [], pictures: [] },
    writable: { create: true, update: true, delete: true },
  };
}

/** Customers with a boss among themselves, and orders of theirs. */
export const customers: Definition = {
  ...{ app: "sales", title: "Sales", description: "", anonymous: false, contexts: {} },
  entities: [
    entity("Customer", [
      attribute("id", { type: "integer" }),
      attribute("name"),
      attribute("city"),
      attribute("notes", { type: "text" }),
      attribute("limit", { type: "decimal", decimal_places: 2 }),
      attribute("open", { type: "boolean" }),
      attribute("country", { default: "DE" }),
      attribute("boss", { type: "integer", relation: "Customer" }),
      attribute("boss__name"),
      attribute("tags", { type: "integer", relation: "Tag", many: true }),
    ]),
    entity("Order", [
      attribute("id", { type: "integer" }),
      attribute("name"),
      attribute("customer", { type: "integer", relation: "Customer" }),
      attribute("others", { type: "integer", relation: "Customer", many: true }),
    ]),
  ],
};

let made = 0;

/** An update of a customer, not sent, unless it says otherwise. */
export function pendingChange(more: Partial<PendingChange> = {}): PendingChange {
  made += 1;
  return {
    ...{ id: `change-${made}`, entity: "Customer", key: made, title: `Customer ${made}`, op: "update", group: null },
    ...{ values: { city: "Kiel" }, base: { id: made, city: "Berlin" }, state: "unsent", error: null, waitsFor: null },
    ...{ madeAt: "2026-01-31T09:30:00.000Z", changedAt: "2026-01-31T09:30:00.000Z" },
    ...more,
  };
}

export function conflictOf(base: Row | null, values: Row, theirs: Row, more: Partial<Conflict> = {}): Conflict {
  const attributes = Object.keys(values);
  return { ...pendingChange({ base, values, state: "conflict" }), theirs, attributes, ...more };
}
