import { expect, test } from "vitest";
import type { AppState } from "../../api";
import { Formatter } from "../format";
import { exported, fileName } from "./export";
import { conflictOf, customers, pendingChange } from "./testing";

const state = {
  user: { key: "1", name: "Nancy" },
  definition: customers,
  definitionVersion: "v",
  replica: "r",
} as AppState;

test("W6: everything of a change is in the file, and in words", () => {
  const error = { code: "invalid_values", message: "No.", retry: false, fields: { limit: ["Too much."] } };
  const change = pendingChange({
    ...{ key: 3, values: { limit: "2000.00" }, base: { id: 3, limit: "1.00" }, state: "rejected", error },
    group: "g",
  });
  const file = exported([change], state, "sales", new Formatter("en"), "2026-01-31T09:30:00.000Z");
  expect(file).toMatchObject({ app: "sales", user: { key: "1", name: "Nancy" }, device: "r", definition: "v" });
  expect(file.changes).toEqual([
    {
      record: change.title,
      kind: "Customer",
      readable: { limit: { was: "1.00", now: "2,000.00" } },
      ...{ id: change.id, entity: "Customer", key: 3, op: "update", group: "g", state: "rejected", waits_for: null },
      ...{ made_at: change.madeAt, changed_at: change.changedAt, error },
      ...{ values: change.values, base: change.base },
    },
  ]);
});

test("of a conflict theirs is there, too", () => {
  const conflict = conflictOf({ id: 1, city: "a" }, { city: "b" }, { id: 1, city: "c" });
  const file = exported([conflict], state, "sales", new Formatter("en"), "");
  expect(file.changes).toEqual([
    expect.objectContaining({
      theirs: conflict.theirs,
      conflicting: ["city"],
      readable_theirs: { id: "1", city: "c" },
    }),
  ]);
});

test("without a definition what was typed is there all the same", () => {
  const file = exported(
    [pendingChange({ values: { city: "Kiel" } })],
    { ...state, definition: null },
    "sales",
    new Formatter("en"),
    "",
  );
  expect(file.changes).toEqual([expect.objectContaining({ kind: "Customer", readable: {}, values: { city: "Kiel" } })]);
});

test("the file's name says of what it is, and when", () => {
  expect(fileName("sales", "2026-01-31T09:30:12.345Z")).toBe("sales-changes-2026-01-31-0930.json");
});
