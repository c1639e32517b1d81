import { describe, expect, it } from "vitest";
import type { AttributeDefinition, EntityDefinition, Key, PendingChange, Row } from "../../api";
import { Editing } from "./editing";
import {
  anewOf,
  type Child,
  draftOf,
  editsOf,
  type Filling,
  followChildren,
  isDirty,
  leftOut,
  restoreDraft,
  tellFields,
} from "./filling";
import { separatorsOf } from "./numbers";

const words = separatorsOf("en");

function attribute(name: string, type: AttributeDefinition["type"], more: Partial<AttributeDefinition> = {}) {
  return { name, label: name, type, null: false, editable: true, ...more };
}

function entity(name: string, attributes: AttributeDefinition[]): EntityDefinition {
  const all = [attribute("id", "integer", { editable: false }), ...attributes];
  return {
    ...{ name, label: name, label_plural: name, pattern: "read-write", key: "id", attributes: all },
    ...{ list_display: [], search_fields: [], list_filter: [], ordering: [], pictures: [] },
  };
}

const order = entity("LocalOrder", [attribute("number", "string", { required: true })]);
const line = entity("LocalOrderLine", [
  attribute("order", "integer", { relation: "LocalOrder" }),
  attribute("quantity", "integer", { required: true }),
]);
const inline = { entity: line, relation: "order" };
let made = 0;

function child(row: Row | null): Child {
  made += 1;
  const attributes = line.attributes.filter(({ name }) => name === "quantity");
  return {
    id: `${made}`,
    key: (row?.id as Key | undefined) ?? null,
    editing: new Editing(attributes, row, words),
    removed: false,
  };
}

function fill(row: Row | null, lines: (Row | null)[]): Filling {
  const attributes = order.attributes.filter(({ editable }) => editable);
  return {
    entity: order,
    key: (row?.id as Key | undefined) ?? null,
    editing: new Editing(attributes, row, words),
    children: [{ inline, rows: lines.map(child) }],
  };
}

const newKey = () => "local:1";
const edits = (filling: Filling) => editsOf(filling, newKey).map(({ edit }) => edit);
const rows = (filling: Filling) => filling.children[0]?.rows ?? [];

describe("what is saved of a record and those within it", () => {
  it("is a new record first, by a key that those within point at", () => {
    const filling = fill(null, [null, null]);
    filling.editing.set("number", "A-1");
    rows(filling).forEach((one, at) => {
      one.editing.set("quantity", `${at + 1}`);
    });
    expect(edits(filling)).toEqual([
      { entity: "LocalOrder", values: { id: "local:1", number: "A-1" } },
      { entity: "LocalOrderLine", values: { order: "local:1", quantity: 1 } },
      { entity: "LocalOrderLine", values: { order: "local:1", quantity: 2 } },
    ]);
  });

  it("needs no key where nothing is within", () => {
    const filling = fill(null, []);
    filling.editing.set("number", "A-1");
    expect(edits(filling)).toEqual([{ entity: "LocalOrder", values: { number: "A-1" } }]);
  });

  it("is only what changed: added, changed and removed", () => {
    const filling = fill({ id: 7, number: "A-7" }, [
      { id: 1, quantity: 1 },
      { id: 2, quantity: 2 },
      { id: 3, quantity: 3 },
      null,
      null,
    ]);
    const [, changed, removed, added, taken] = rows(filling);
    changed?.editing.set("quantity", "20");
    if (removed) removed.removed = true;
    added?.editing.set("quantity", "4");
    if (taken) taken.removed = true;
    expect(edits(filling)).toEqual([
      { entity: "LocalOrderLine", values: { id: 2, quantity: 20 } },
      { entity: "LocalOrderLine", delete: 3 },
      { entity: "LocalOrderLine", values: { order: 7, quantity: 4 } },
    ]);
  });

  it("W6: is all of it, as another record, where the record is no more", () => {
    const filling = fill({ id: 7, number: "A-7" }, [
      { id: 1, quantity: 1 },
      { id: 2, quantity: 2 },
    ]);
    const [first, second] = rows(filling);
    first?.editing.set("quantity", "10");
    if (second) second.removed = true;
    expect(anewOf(filling, "local:9").map(({ edit }) => edit)).toEqual([
      { entity: "LocalOrder", values: { id: "local:9", number: "A-7" } },
      { entity: "LocalOrderLine", values: { order: "local:9", quantity: 10 } },
    ]);
  });

  it("is nothing where nothing changed", () => {
    const filling = fill({ id: 7, number: "A-7" }, [{ id: 1, quantity: 1 }]);
    expect(edits(filling)).toEqual([]);
    expect(isDirty(filling)).toBe(false);
  });
});

describe("what is wrong", () => {
  it("is told at the part that it is of", () => {
    const filling = fill({ id: 7, number: "A-7" }, [{ id: 1, quantity: 1 }, null]);
    filling.editing.set("number", "A-8");
    rows(filling)[1]?.editing.set("quantity", "9");
    const placed = editsOf(filling, newKey);
    const rest = tellFields(placed, {
      "0.number": ["Taken."],
      "1.quantity": ["Too many."],
      "1.non_field_errors": ["Closed."],
    });
    expect(filling.editing.told("number")).toEqual(["Taken."]);
    expect(rows(filling)[1]?.editing.told("quantity")).toEqual(["Too many."]);
    expect(rest).toEqual(["Closed."]);
  });

  it("is of the only one where no place is named", () => {
    const filling = fill({ id: 7, number: "A-7" }, []);
    filling.editing.set("number", "A-8");
    expect(tellFields(editsOf(filling, newKey), { number: ["Taken."], elsewhere: ["?"] })).toEqual(["?"]);
    expect(filling.editing.told("number")).toEqual(["Taken."]);
  });
});

describe("W6: the draft of a record and those within it", () => {
  it("comes back as it was left", () => {
    const before = fill({ id: 7, number: "A-7" }, [
      { id: 1, quantity: 1 },
      { id: 2, quantity: 2 },
      { id: 3, quantity: 3 },
      null,
    ]);
    const [, changed, removed, added] = rows(before);
    changed?.editing.set("quantity", "x");
    if (removed) removed.removed = true;
    added?.editing.set("quantity", "4");
    const draft = JSON.parse(JSON.stringify(draftOf(before)));
    // Another line went meanwhile, and one came.
    const after = fill({ id: 7, number: "A-7" }, [
      { id: 2, quantity: 2 },
      { id: 3, quantity: 3 },
      { id: 9, quantity: 9 },
    ]);
    restoreDraft(after, draft, () => child(null));
    expect(rows(after).map(({ key, removed: gone, editing }) => [key, gone, editing.typed("quantity")])).toEqual([
      [2, false, "x"],
      [3, true, "3"],
      [9, false, "9"],
      [null, false, "4"],
    ]);
  });
});

describe("those within, while the form is open", () => {
  it("follow, but for what is typed", () => {
    const filling = fill({ id: 7, number: "A-7" }, [
      { id: 1, quantity: 1 },
      { id: 2, quantity: 2 },
      { id: 3, quantity: 3 },
      null,
    ]);
    const [within] = filling.children;
    rows(filling)[1]?.editing.set("quantity", "20");
    rows(filling)[2]?.editing.set("quantity", "30");
    // 2 was changed, 1 and 3 are gone, 4 came.
    if (within)
      followChildren(
        within,
        [
          { id: 2, quantity: 5 },
          { id: 4, quantity: 4 },
        ],
        child,
      );
    expect(
      rows(filling).map(({ key, editing }) => [key, editing.typed("quantity"), editing.meanwhile("quantity")]),
    ).toEqual([
      [2, "20", 5],
      [3, "30", undefined],
      [4, "4", undefined],
      [null, "", undefined],
    ]);
  });
});

it("L5: of what was refused, a correction goes without what nobody can write any more", () => {
  const orchard = entity("Orchard", [attribute("place", "string"), attribute("made", "date", { editable: false })]);
  const fields = { place: ["No."], old_colour: ["No."], made: ["No."], size: ["Missing."] };
  const error = { code: "invalid_values", message: "", retry: false, fields };
  const values = { place: "Kiel", old_colour: "red", made: null, telex: "34" };
  const change = { values, error } as Partial<PendingChange> as PendingChange;
  expect(leftOut(orchard, change).map(([{ label }, value]) => [label, value])).toEqual([
    ["old colour", "red"],
    ["made", null],
  ]);
  expect(leftOut(orchard, { ...change, error: null })).toEqual([]);
});
