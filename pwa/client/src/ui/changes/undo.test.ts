import { expect, test } from "vitest";
import { customers, pendingChange } from "./testing";
import { canWrite, undoOf } from "./undo";

const key = () => "id";

test("a new change goes as a whole", () => {
  const change = pendingChange({ key: 3, values: { city: "Kiel" }, base: { id: 3, city: "Berlin" } });
  expect(undoOf([], [change], key)).toEqual({
    discard: [change.id],
    edits: [],
    reversed: [{ entity: "Customer", values: { id: 3, city: "Berlin" } }],
  });
});

test("W6: an edit on top of an earlier one is taken back alone", () => {
  const before = pendingChange({ key: 3, values: { city: "Kiel" }, base: { id: 3, city: "Berlin", name: "A" } });
  const after = { ...before, values: { city: "Bonn", name: "B" } };
  expect(undoOf([before], [after], key)).toEqual({
    discard: [],
    edits: [{ entity: "Customer", values: { city: "Kiel", name: "A", id: 3 } }],
    reversed: [],
  });
});

test("a delete on top of an edit leaves the edit", () => {
  const before = pendingChange({ key: 3, values: { city: "Kiel" } });
  const after = { ...before, op: "delete" as const, values: {} };
  expect(undoOf([before], [after], key).edits).toEqual([{ entity: "Customer", values: { city: "Kiel", id: 3 } }]);
});

test("a deleted record that had never been sent is made again, under its key", () => {
  const made = pendingChange({ op: "create", key: "local:1", base: null, values: { name: "A" } });
  expect(undoOf([made], [], key).edits).toEqual([{ entity: "Customer", values: { name: "A", id: "local:1" } }]);
});

test("what is on its way is reversed: a new record deleted, and of a deleted one nothing", () => {
  const made = pendingChange({ op: "create", key: "local:1", base: null, state: "sending" });
  expect(undoOf([], [made], key).reversed).toEqual([{ entity: "Customer", delete: "local:1" }]);
  expect(undoOf([], [pendingChange({ op: "delete" })], key).reversed).toBe(null);
});

test("what did not change is left alone", () => {
  const change = pendingChange();
  expect(undoOf([change], [change], key)).toEqual({ discard: [], edits: [], reversed: [] });
});

test("L5: what the app does not have any more cannot be put back", () => {
  const edit = { entity: "Customer", values: { id: 3, city: "Kiel" } };
  expect(canWrite(customers, [edit, { entity: "Customer", delete: 4 }])).toBe(true);
  expect(canWrite(customers, [edit, { entity: "Customer", values: { id: 4, fax: "12" } }])).toBe(false);
  expect(canWrite(customers, [{ entity: "Client", values: { id: 4 } }])).toBe(false);
});
