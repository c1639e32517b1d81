import { describe, expect, test } from "vitest";
import type { PendingChange } from "../../api";
import { bundles, goesAlong, turns } from "./bundles";
import { customers, pendingChange } from "./testing";

const ids = (changes: PendingChange[]) => changes.map(({ id }) => id);
const error = (code: string) => ({ code, message: "", retry: false });

test("what was saved together is one, in the place of its first", () => {
  const [order, other, line] = [pendingChange({ group: "g" }), pendingChange(), pendingChange({ group: "g" })];
  expect(bundles([order, other, line]).map(({ id, changes }) => [id, ids(changes)])).toEqual([
    ["g", [order.id, line.id]],
    [other.id, [other.id]],
  ]);
});

test("W3: each is where its turn is; what is turned down with its group is no fault of its own", () => {
  const conflict = pendingChange({ state: "conflict" });
  const gone = pendingChange({ state: "gone" });
  const line = pendingChange({ state: "rejected", group: "g", error: error("invalid_values") });
  const order = pendingChange({ state: "rejected", group: "g", error: error("group") });
  const waiting = pendingChange({ state: "waiting", waitsFor: line.id });
  const sent = pendingChange({ state: "sent" });
  const unsent = pendingChange();
  const all = turns([order, line, conflict, gone, waiting, sent, unsent]);
  expect(all.conflicts.map(({ id }) => id)).toEqual([conflict.id]);
  expect(all.attention.map(({ changes }) => ids(changes))).toEqual([[order.id, line.id], [gone.id]]);
  expect(all.unsent.map(({ id }) => id)).toEqual([waiting.id, unsent.id]);
});

describe("W6: what goes with a change that is dropped", () => {
  test("is its group, and what points at a record that is then never made, to any depth", () => {
    const customer = pendingChange({ op: "create", key: "local:c", values: { name: "New" }, base: null });
    const order = pendingChange({
      ...{ entity: "Order", op: "create", key: "local:o", base: null, group: "g" },
      values: { customer: "local:c" },
    });
    const line = pendingChange({ entity: "Order", group: "g", values: { name: "x" } });
    const other = pendingChange({ entity: "Order", values: { others: [4, "local:c"] } });
    const apart = pendingChange();
    const all = [customer, order, line, other, apart];
    expect(ids(goesAlong(customers, all, [customer.id]))).toEqual([order.id, line.id, other.id]);
    expect(ids(goesAlong(customers, all, [line.id]))).toEqual([order.id]);
  });

  test("is nothing else: who points at a record of the server keeps it", () => {
    const update = pendingChange({ key: 7 });
    const order = pendingChange({ entity: "Order", values: { customer: 7 } });
    expect(goesAlong(customers, [update, order], [update.id])).toEqual([]);
  });
});
