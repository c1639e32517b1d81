import { beforeEach, describe, expect, it } from "vitest";

import type { Key, Row, SyncError } from "../api";
import { CUSTOMER, Device, editable, LINE, NOTE, ORDER, TAG, writable } from "../testing/outbox";
import type { OutcomeMessage, WireMutation } from "./types";

let device: Device;

beforeEach(async () => {
  device = await Device.open();
  device.has("Customer", { id: 7, _version: 3, name: "Ann", city: "Paris", note: null });
  device.has("Customer", { id: 8, _version: 1, name: "Bob", city: "Rome", note: null });
});

const error = (code: string): SyncError => ({ code, message: code, retry: false, fields: { city: ["No."] } });
const applied = ({ id }: WireMutation, key: Key, version: number | null): OutcomeMessage => ({
  ...{ type: "outcome", id, status: "applied" },
  ...{ key, version },
});
const rejected = ({ id }: WireMutation, code = "invalid_values"): OutcomeMessage => ({
  ...{ type: "outcome", id, status: "rejected" },
  error: error(code),
});
const conflict = ({ id }: WireMutation, theirs: Row, version: number, ...attributes: string[]): OutcomeMessage => ({
  ...{ type: "outcome", id, status: "conflict" },
  ...{ theirs, version, attributes },
});
const gone = ({ id }: WireMutation): OutcomeMessage => ({ type: "outcome", id, status: "gone" });
const other = ({ id }: WireMutation, status: "error" | "doubt"): OutcomeMessage =>
  status === "error"
    ? { type: "outcome", id, status, error: { ...error("server_error"), retry: true } }
    : { type: "outcome", id, status };
const waiting = ({ id }: WireMutation, { id: other }: WireMutation): OutcomeMessage => ({
  ...{ type: "outcome", id, status: "waiting" },
  for: other,
});

/** All that can be sent, which is this many. */
async function sent(count: number): Promise<[WireMutation, WireMutation, WireMutation]> {
  const wires = await device.send();
  expect(wires).toHaveLength(count);
  return wires as [WireMutation, WireMutation, WireMutation];
}
const settle = (...outcomes: OutcomeMessage[]) => device.outbox.settle(outcomes);
const one = <T>([found]: readonly T[]): T => found as T;
const states = async () => (await device.outbox.pending()).map(({ state }) => state);
const theirs = { id: 7, name: "Ann", city: "Lyon", note: "theirs" };

describe("W3: what had no outcome", () => {
  const why = async () => (await device.outbox.pending()).map(({ state, error }) => [state, error?.code ?? null]);

  it("is not sent, and says why, until it has one", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await sent(1);
    const { ended, troubled } = await settle(other(wire, "error"));
    expect(ended).toEqual({ applied: 0, conflict: 0, rejected: 0, gone: 0 });
    const [change] = await device.outbox.pending();
    expect([...troubled]).toEqual([[wire.id, { change: change?.id, title: "Ann" }]]);
    expect(change).toMatchObject({ state: "unsent", error: { code: "server_error", retry: true } });
    expect(await sent(1)).toEqual([wire]);
    expect(await why()).toEqual([["sending", "server_error"]]);
    await settle(applied(wire, 7, 4));
    expect(await why()).toEqual([]);
    await device.writing.update("Customer", 7, { city: "Metz" });
    expect(await why()).toEqual([["unsent", null]]);
  });

  it.each([
    ["a conflict", (wire: WireMutation) => conflict(wire, theirs, 5, "city"), ["conflict", null]],
    ["gone", (wire: WireMutation) => gone(wire), ["gone", null]],
    ["refused", (wire: WireMutation) => rejected(wire), ["rejected", "invalid_values"]],
    ["in doubt", (wire: WireMutation) => other(wire, "doubt"), ["unsent", null]],
  ] as const)("says no more of that when it is %s", async (_name, outcome, expected) => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await sent(1);
    await settle(other(wire, "error"));
    await sent(1);
    await settle(outcome(wire));
    expect(await why()).toEqual([expected]);
  });

  it("can be given up", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await sent(1);
    await settle(other(wire, "error"));
    const [change] = await device.outbox.pending();
    await device.outbox.discard([change?.id ?? ""]);
    expect(await why()).toEqual([]);
    expect(await device.send()).toEqual([]);
  });
});

describe("what was applied", () => {
  it("P6: is shown until a pull that knows of it brings the rows, and is listed no more", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await sent(1);
    expect(await states()).toEqual(["sending"]);
    const { mark, ended } = await settle(applied(wire, 7, 4));
    expect(ended).toEqual({ applied: 1, conflict: 0, rejected: 0, gone: 0 });
    expect(await device.outbox.pending()).toEqual([]);
    expect(await device.mutations()).toEqual([]);
    // A pull that was asked for before, and answered by another tab's push meanwhile.
    await device.catchUp({ entities: ["Customer"], upTo: 0, own: [] });
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Reims" });
    await device.catchUp({ entities: ["Customer"], upTo: 0, own: [mark ?? 0] });
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Paris" });
  });

  it("P6: gives way but for what was typed since", async () => {
    await device.writing.update("Customer", 7, { city: "Reims", name: "A" });
    const [wire] = await sent(1);
    await device.writing.update("Customer", 7, { name: "B" });
    await settle(applied(wire, 7, 4));
    const later = await device.outbox.collect({ mutations: 9, bytes: 9999 });
    expect(later.wires).toMatchObject([{ base: 4, depends_on: [], values: { name: "B" }, was: { name: "A" } }]);
    await device.catchUp({ entities: ["Customer"], upTo: later.mark, own: [] });
    expect((await device.local("Customer", 7))?.values).toEqual({ name: "B" });
  });

  it("goes on from the version that it came to", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await settle(applied((await sent(1))[0], 7, 4));
    await device.writing.update("Customer", 7, { city: "Paris" });
    expect(await sent(1)).toMatchObject([{ base: 4, was: { city: "Reims" }, values: { city: "Paris" } }]);
  });

  it("W1: is told to the server until it has heard, however often and in whatever order outcomes come", async () => {
    await device.writing.save("Customer", [{ name: "a" }], true);
    const [creation] = await sent(1);
    const [key = ""] = (await device.view("Customer")).keys();
    expect(key).toBe(7);
    await device.writing.save("Customer", [{ name: "b" }], true);
    const [, second] = await sent(2);
    const outcomes = [applied(second, 101, 1), applied(creation, 100, 1)];
    await settle(...outcomes);
    const before = await device.view("Customer");
    await settle(...outcomes.reverse());
    await settle(applied({ ...creation, id: "unknown" }, 5, 5), rejected(creation), gone(second));
    expect(await device.view("Customer")).toEqual(before);
    const { confirmed } = await device.outbox.collect({ mutations: 1, bytes: 1 });
    expect(new Set(confirmed)).toEqual(new Set([creation.id, second.id]));
    await device.outbox.confirmedTold([second.id]);
    expect((await device.outbox.collect({ mutations: 1, bytes: 1 })).confirmed).toEqual([creation.id]);
  });

  it("W5: gives records the server's keys: themselves, their children, and what is still to be sent", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    const [line = ""] = await device.writing.save("Line", [{ text: "a", order }], true);
    const [creation, child] = await sent(2);
    await device.writing.update("Line", line, { text: "b" });
    await device.writing.save("Line", [{ text: "c", order }], true);
    await device.writing.update("Order", order, { place: "Bonn" });
    await settle(applied(creation, 50, 1));
    expect(await device.store.serverKey(order)).toBe(50);
    expect((await device.view("Order")).get(50)).toMatchObject({ id: 50, place: "Bonn" });
    expect((await device.view("Order")).has(order)).toBe(false);
    expect([...(await device.view("Line")).values()].map((row) => row.order)).toEqual([50, 50]);
    const wires = await device.send();
    // What was sent is as it was: the server has a map of its own.
    expect(wires).toContainEqual(child);
    expect(wires.filter(({ values }) => values.text === "c")).toMatchObject([
      { values: { order: 50 }, depends_on: [] },
    ]);
    expect(wires.filter(({ entity }) => entity === "Order")).toMatchObject([{ key: 50, base: 1, op: "update" }]);
    // Who still has the old key finds it.
    await device.writing.update("Order", order, { place: "Köln" });
    await device.writing.save("Line", [{ text: "d", order }], true);
    expect((await device.view("Order")).get(50)).toMatchObject({ place: "Köln" });
    expect([...(await device.view("Line")).values()].map((row) => row.order)).toEqual([50, 50, 50]);
  });

  it("W5: a record that a pull brought before its outcome, and that was changed there, is one", async () => {
    const [key = ""] = await device.writing.save("Customer", [{ name: "New" }], true);
    const [creation] = await sent(1);
    await device.writing.update("Customer", key, { note: "typed before" });
    device.has("Customer", { id: 9, _version: 1, name: "New", city: "", note: null });
    await device.writing.update("Customer", 9, { city: "typed after" });
    await settle(applied(creation, 9, 1));
    expect((await device.view("Customer")).get(9)).toMatchObject({ note: "typed before", city: "typed after" });
    expect((await device.outbox.pending()).map(({ key }) => key)).toEqual([9]);
    expect((await device.mutations()).every(({ key }) => key === 9)).toBe(true);
  });

  it("is a deletion also where the record is gone already", async () => {
    await device.writing.delete("Customer", 7);
    const { ended } = await settle(gone((await sent(1))[0]));
    expect(ended.applied).toBe(1);
    expect(await device.outbox.pending()).toEqual([]);
    expect((await device.view("Customer")).has(7)).toBe(false);
    await device.catchUp({ entities: ["Customer"], upTo: 1, own: [] });
    expect(await device.local("Customer", 7)).toBe(undefined);
  });
});

describe("what is sent", () => {
  it("keeps to what a request may carry, in order, and no group is split", async () => {
    await device.writing.update("Customer", 7, { city: "a" });
    const together = ["x", "y", "z"].map((name) => ({ entity: "Customer", values: { name } }));
    await device.writing.saveTogether(together);
    await device.writing.update("Customer", 8, { city: "b" });
    const first = await device.outbox.collect({ mutations: 3, bytes: 99_999 });
    expect([first.wires.length, first.isAll]).toEqual([1, false]);
    const second = await device.outbox.collect({ mutations: 4, bytes: 99_999 });
    expect([second.wires.length, second.isAll]).toEqual([4, false]);
    const bytes = await device.outbox.collect({ mutations: 9, bytes: 10 });
    expect([bytes.wires.length, bytes.isAll]).toEqual([1, false]);
    const all = await device.outbox.collect({ mutations: 9, bytes: 99_999 });
    expect([all.wires.length, all.isAll]).toEqual([5, true]);
    expect(all.wires.slice(0, 4)).toEqual(second.wires);
  });

  it("L2, W1: is frozen before it is handed out, in one strict transaction", async () => {
    await device.writing.update("Customer", 7, { city: "a" });
    const [wire] = await sent(1);
    expect((await device.mutations())[0]?.wire).toEqual(wire);
  });

  it("W3: comes again where nothing happened, not in the same sync, nor what depends on it", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    await device.writing.save("Line", [{ text: "a", order }], true);
    await device.writing.update("Customer", 7, { city: "a" });
    const [creation, line] = await sent(3);
    await settle(other(creation, "error"), waiting(line, creation));
    const rest = await device.send([creation.id]);
    expect(rest.map(({ entity }) => entity)).toEqual(["Customer"]);
    expect((await sent(3)).slice(0, 2)).toEqual([creation, line]);
  });
});

describe("what was refused", () => {
  it("W3: holds back its own record and what depends on it, nothing else", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "bad" }], true);
    await device.writing.save("Line", [{ text: "a", order }], true);
    await device.writing.update("Customer", 7, { city: "a" });
    const [creation, line, alone] = await sent(3);
    await settle(rejected(creation), waiting(line, creation));
    const [first, second, third] = await device.outbox.pending();
    expect(first).toMatchObject({ state: "rejected", error: error("invalid_values"), title: "bad", waitsFor: null });
    expect(second).toMatchObject({ state: "waiting", waitsFor: first?.id, error: null });
    expect(third).toMatchObject({ state: "sending" });
    expect(await device.send()).toEqual([alone]);
    const figures = { unsent: 1, attention: 1, conflicts: 0, waiting: 1 };
    expect(await device.store.outboxFigures()).toMatchObject(figures);
  });

  it("W1, W6: is corrected by saving it, and sent as new with what waited for it", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "bad" }], true);
    await device.writing.save("Line", [{ text: "a", order }], true);
    const [creation, line] = await sent(2);
    await settle(rejected(creation), waiting(line, creation));
    await device.writing.update("Order", order, { place: "good" });
    expect(await states()).toEqual(["unsent", "unsent"]);
    const [anew, again] = await sent(2);
    expect(anew).toMatchObject({ op: "create", values: { place: "good" } });
    expect(again).toMatchObject({ values: { text: "a" }, depends_on: [anew.id] });
    expect(new Set([creation.id, line.id, anew.id, again.id]).size).toBe(4);
    // An answer that was under way says nothing of what is sent now.
    await settle(rejected(creation));
    expect(await states()).toEqual(["sending", "sending"]);
  });

  it("W2: keeps its group back, whoever is at fault, until it is corrected or dropped", async () => {
    const edit = (id: number, city: string) => ({ entity: "Customer", values: { id, city } });
    await device.writing.saveTogether([edit(7, "bad"), edit(8, "x")]);
    const [bad, good] = await sent(2);
    // In two transactions, and the one that is at fault last.
    await settle(rejected(good, "group"));
    expect(await states()).toEqual(["sending", "sending"]);
    await settle(rejected(bad));
    const [bad1, second] = await device.outbox.pending();
    expect([bad1?.state, second?.state, second?.waitsFor]).toEqual(["rejected", "waiting", bad1?.id]);
    expect(await device.send()).toEqual([]);
    await device.writing.update("Customer", 7, { city: "fine" });
    const again = await sent(2);
    expect(again.map(({ values }) => values.city)).toEqual(["fine", "x"]);
    expect(again.map(({ id }) => id)).not.toContain(good.id);
    expect(again[0]?.group).toBe(again[1]?.group);
  });

  it.each(["rejected", "conflict"])("W2: two groups that have it in common become one: %s", async (status) => {
    device.has("Customer", { id: 9, _version: 1, name: "Cid", city: "Bern", note: null });
    const together = (id: number, city: string) =>
      device.writing.saveTogether([
        { entity: "Customer", values: { id: 7, city } },
        { entity: "Customer", values: { id, city } },
      ]);
    await together(8, "first");
    const [bad, mate] = await sent(2);
    await together(9, "second");
    const [, , later] = await device.send();
    expect(later).toMatchObject({ depends_on: [bad.id] });
    const outcome = status === "rejected" ? rejected(bad) : conflict(bad, theirs, 5, "city");
    await settle(outcome, rejected(mate, "group"));
    if (status === "rejected") await device.writing.update("Customer", 7, { city: "good" });
    else await device.outbox.resolve(one(await device.outbox.conflicts()).id, "mine");
    const wires = await sent(3);
    expect(wires.map(({ key }) => key).sort()).toEqual([7, 8, 9]);
    expect(new Set(wires.map(({ group }) => group)).size).toBe(1);
    expect(wires[0].group).not.toBe(null);
  });

  it("goes on without one that was deleted by somebody else, too", async () => {
    await device.writing.saveTogether([
      { entity: "Customer", delete: 7 },
      { entity: "Customer", values: { id: 8, city: "x" } },
    ]);
    const [deletion, edit] = await sent(2);
    await settle(gone(deletion), rejected(edit, "group"));
    expect(await sent(1)).toMatchObject([{ key: 8, values: { city: "x" } }]);
  });

  it("is sent again as it is when a person says so", async () => {
    await device.writing.update("Customer", 7, { city: "bad" });
    const [wire] = await sent(1);
    await settle(rejected(wire));
    const { id } = one(await device.outbox.pending());
    await device.outbox.resend([id, "unknown"]);
    const [again] = await sent(1);
    expect(again).toEqual({ ...wire, id: again.id });
    expect(again.id).not.toBe(wire.id);
  });

  it("W6: is made anew with all its values where it is gone, and its lines point at it", async () => {
    device.has("Order", { id: 1, _version: 2, place: "Kiel", customer: 7, customer__name: "Ann", tags: [], made: "x" });
    await device.writing.update("Order", 1, { place: "Bonn" });
    const [wire] = await sent(1);
    await device.writing.save("Line", [{ text: "a", order: 1 }], true);
    await settle(gone(wire));
    device.rows.Order?.clear();
    const { id } = one(await device.outbox.pending());
    expect(await states()).toEqual(["gone", "unsent"]);
    await device.outbox.resend([id]);
    const [creation, line] = await sent(2);
    expect(creation).toMatchObject({ op: "create", base: null, values: { place: "Bonn", customer: 7, tags: [] } });
    expect("made" in creation.values || "id" in creation.values).toBe(false);
    expect(line).toMatchObject({ values: { text: "a", order: creation.key }, depends_on: [creation.id] });
    const [[key, row]] = [...(await device.view("Order"))] as [[Key, Row]];
    expect([key, row.id, row.place]).toEqual([key, key, "Bonn"]);
    await settle(applied(creation, 2, 1));
    expect([...(await device.view("Line")).values()].map(({ order }) => order)).toEqual([2]);
  });
});

describe("a conflict", () => {
  const meet = async (values: Row) => {
    await device.writing.update("Customer", 7, values);
    const [wire] = await sent(1);
    await settle(conflict(wire, theirs, 5, "city"));
    const { id } = one(await device.outbox.conflicts());
    return id;
  };

  it("C2: keeps base, mine and theirs, and others go on", async () => {
    const id = await meet({ city: "Reims", name: "Mine" });
    expect(await device.outbox.conflicts()).toEqual([
      {
        ...{ id, entity: "Customer", key: 7, title: "Mine", op: "update", group: null, state: "conflict" },
        ...{ madeAt: "2026-01-31T09:30:00.000Z", changedAt: "2026-01-31T09:30:00.000Z", error: null, waitsFor: null },
        base: { id: 7, name: "Ann", city: "Paris", note: null },
        ...{ values: { city: "Reims", name: "Mine" }, theirs, attributes: ["city"] },
      },
    ]);
    await device.writing.update("Customer", 8, { city: "x" });
    expect(await sent(1)).toMatchObject([{ key: 8 }]);
    // What is typed meanwhile is mine, too.
    await device.writing.update("Customer", 7, { note: "more" });
    expect((await device.outbox.conflicts())[0]?.values).toEqual({ city: "Reims", name: "Mine", note: "more" });
    expect((await device.outbox.conflicts())[0]?.state).toBe("conflict");
    await device.outbox.resolve(id, "mine");
    expect(one(await device.send())).toMatchObject({ values: { city: "Reims", name: "Mine", note: "more" } });
  });

  it("C3: is settled for mine by a new change of their version", async () => {
    const id = await meet({ city: "Reims", name: "Mine" });
    await device.outbox.resolve(id, "mine");
    expect(await sent(1)).toMatchObject([
      { base: 5, values: { city: "Reims", name: "Mine" }, was: { city: "Lyon", name: "Ann" } },
    ]);
    expect(await device.outbox.conflicts()).toEqual([]);
  });

  it("C3: is settled for theirs by dropping mine", async () => {
    await device.outbox.resolve(await meet({ city: "Reims" }), "theirs");
    expect(await device.outbox.pending()).toEqual([]);
    expect(await device.send()).toEqual([]);
    expect(await device.local("Customer", 7)).toBe(undefined);
  });

  it("C3: is settled by attribute; what is as they have it is no change", async () => {
    const id = await meet({ city: "Reims", name: "Mine", note: "theirs" });
    await device.outbox.resolve(id, { city: "theirs" });
    expect(await sent(1)).toMatchObject([{ base: 5, values: { name: "Mine" }, was: { name: "Ann" } }]);
  });

  it("C3: of a deletion", async () => {
    const meetDeletion = async () => {
      await device.writing.delete("Customer", 7);
      await settle(conflict((await sent(1))[0], theirs, 5, "city"));
      return one(await device.outbox.conflicts()).id;
    };
    await device.outbox.resolve(await meetDeletion(), "theirs");
    expect((await device.view("Customer")).has(7)).toBe(true);
    await device.outbox.resolve(await meetDeletion(), "mine");
    expect(await sent(1)).toMatchObject([{ op: "delete", base: 5, was: { city: "Lyon", note: "theirs" } }]);
    expect((await device.view("Customer")).has(7)).toBe(false);
  });

  it("keeps its group back, which goes on with what was chosen", async () => {
    const edit = (id: number, city: string) => ({ entity: "Customer", values: { id, city } });
    await device.writing.saveTogether([edit(7, "Reims"), edit(8, "x")]);
    const [first, second] = await sent(2);
    await settle(conflict(first, theirs, 5, "city"), rejected(second, "group"));
    const { id } = one(await device.outbox.conflicts());
    await device.outbox.resolve(id, "theirs");
    expect(await sent(1)).toMatchObject([{ key: 8, values: { city: "x" } }]);
    await expect(device.outbox.resolve(id, "mine")).rejects.toMatchObject({ code: "unknown_conflict" });
  });
});

describe("what is dropped", () => {
  it("W6: goes with all that depends on it or goes together with it, and is named", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    await device.writing.saveTogether([
      { entity: "Line", values: { text: "a", order } },
      { entity: "Customer", values: { id: 7, city: "x" } },
    ]);
    await device.writing.update("Customer", 8, { city: "kept" });
    const all = await device.outbox.pending();
    const { id } = one(all);
    const dropped = await device.outbox.discard([id, "unknown"]);
    expect(new Set(dropped)).toEqual(new Set(all.slice(0, 3).map((one) => one.id)));
    expect((await device.outbox.pending()).map(({ key }) => key)).toEqual([8]);
    expect((await device.view("Order")).size).toBe(0);
  });

  it("W1: is nothing that the server may have already; what is known not to have happened may be", async () => {
    await device.writing.update("Customer", 7, { city: "x" });
    const [wire] = await sent(1);
    const { id } = one(await device.outbox.pending());
    await expect(device.outbox.discard([id])).rejects.toMatchObject({ code: "in_flight" });
    expect(await states()).toEqual(["sending"]);
    await settle(other(wire, "error"));
    expect(await device.outbox.discard([id])).toEqual([id]);
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Paris" });
  });

  it("leaves what the server has of it already", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await sent(1);
    await device.writing.update("Customer", 7, { name: "A" });
    await settle(applied(wire, 7, 4));
    const { id } = one(await device.outbox.pending());
    await device.outbox.discard([id]);
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Reims", name: "Ann" });
    expect(await device.outbox.pending()).toEqual([]);
  });
});

describe("doubt", () => {
  const doubtAll = async () => {
    const wires = await device.send();
    await settle(...wires.map((wire) => other(wire, "doubt")));
    return wires;
  };

  it("T4: nothing of it is sent before it was compared", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await doubtAll();
    expect(await states()).toEqual(["unsent"]);
    expect(await device.send()).toEqual([]);
    await device.writing.update("Customer", 7, { note: "typed after" });
    expect(await device.send()).toEqual([]);
  });

  it("T4, W1: is sent as new, on the version of now, where the record is as it was", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await device.writing.save("Customer", [{ name: "New" }], true);
    const before = await doubtAll();
    device.has("Customer", { id: 7, _version: 1, name: "Ann", city: "Paris", note: null });
    await device.outbox.judgePast();
    const after = await sent(2);
    expect(after[0]).toMatchObject({ base: 1, values: { city: "Reims" } });
    expect(after[1]).toMatchObject({ op: "create", values: { name: "New" } });
    expect(after.map(({ id }) => id)).not.toContain(before[0]?.id);
  });

  it("T4, W5: what points at a key under which the server has something else now is a question", async () => {
    const [order] = await device.writing.saveTogether([{ entity: "Order", values: { place: "x", customer: 7 } }]);
    await device.writing.saveTogether([{ entity: "Order", values: { place: "y", customer: 8 } }]);
    await doubtAll();
    device.has("Customer", { id: 7, _version: 3, name: "Somebody else", city: "Paris", note: null });
    device.has("Customer", { id: 8, _version: 9, name: "Bob", city: "Rome", note: null });
    await device.outbox.judgePast();
    expect(await states()).toEqual(["rejected", "unsent"]);
    const [change] = await device.outbox.pending();
    expect(change).toMatchObject({ key: order, error: { code: "doubt", retry: false } });
    expect(Object.keys(change?.error?.fields ?? {})).toEqual(["customer"]);
    expect((await sent(1))[0].values).toMatchObject({ place: "y", customer: 8 });
    // It is the right one after all.
    await device.outbox.resend([change?.id ?? ""]);
    const again = await device.send();
    expect(again.map(({ values }) => values.place)).toEqual(["x", "y"]);
    expect((await device.mutations()).every((mutation) => !("targets" in mutation))).toBe(true);
  });

  it("T4, W5: so is an edit that does, and one that is in doubt twice knows what it pointed at first", async () => {
    device.has("Order", { id: 1, _version: 1, place: "x", customer: 8, customer__name: "Bob", tags: [], made: "" });
    await device.writing.update("Order", 1, { customer: 7 });
    await doubtAll();
    device.has("Customer", { id: 7, _version: 3, name: "Somebody else", city: "Paris", note: null });
    const [{ id } = { id: "" }] = await device.mutations();
    await settle({ type: "outcome", id, status: "doubt" });
    await device.outbox.judgePast();
    expect(await states()).toEqual(["rejected"]);
    await device.writing.update("Order", 1, { customer: null });
    expect((await sent(1))[0].values).toEqual({ customer: null });
  });

  it("T4: a deletion of what is not there is done", async () => {
    await device.writing.delete("Customer", 7);
    await doubtAll();
    device.rows.Customer?.delete(7);
    await device.outbox.judgePast();
    expect(await device.outbox.pending()).toEqual([]);
  });

  it("T4: is a conflict where it is another, and gone where it is not; what waits for it waits", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await device.writing.saveTogether([
      { entity: "Customer", values: { id: 8, city: "x" } },
      { entity: "Customer", values: { name: "New" } },
    ]);
    await doubtAll();
    device.rows.Customer?.delete(8);
    device.has("Customer", { id: 7, _version: 1, name: "Somebody else", city: "Paris", note: null });
    await device.outbox.judgePast();
    expect(await states()).toEqual(["conflict", "gone", "waiting"]);
    expect((await device.outbox.conflicts())[0]).toMatchObject({
      attributes: ["name"],
      theirs: { name: "Somebody else" },
    });
    expect(await device.send()).toEqual([]);
    await device.outbox.judgePast();
    expect(await states()).toEqual(["conflict", "gone", "waiting"]);
  });
});

describe("a new definition", () => {
  it("L5: takes local changes along under new names, and nothing is thrown away", async () => {
    await device.writing.update("Customer", 7, { city: "Reims", note: "kept" });
    const [frozen] = await sent(1);
    await device.writing.update("Customer", 7, { city: "Rouen" });
    await device.writing.update("Customer", 8, { city: "bad" });
    const wires = await device.send();
    await settle(rejected(wires[2] as WireMutation));
    const renamed = writable("Customer", [editable("name", { type: "integer" }), editable("town", { was: ["city"] })]);
    await device.define([renamed, ORDER, LINE, TAG, NOTE]);
    const [first, second] = await device.outbox.pending();
    expect(first).toMatchObject({ values: { town: "Rouen", note: "kept" }, base: { town: "Paris" } });
    expect(second).toMatchObject({ values: { town: "bad" }, error: { fields: { town: ["No."] } } });
    const [again, next] = await sent(2);
    // W1: as it was sent; the server knows the old name.
    expect(again).toEqual(frozen);
    expect(next).toEqual(wires[1]);
    await settle(conflict(again, { id: 7, name: 1, town: "Lyon" }, 9, "town"));
    const { id, theirs } = one(await device.outbox.conflicts());
    expect(theirs).toEqual({ id: 7, name: 1, town: "Lyon" });
    await device.define([writable("Customer", [editable("place", { was: ["town", "city"] })]), ORDER]);
    expect(await device.outbox.conflicts()).toMatchObject([
      { theirs: { place: "Lyon" }, base: { place: "Paris" }, attributes: ["place"], values: { place: "Rouen" } },
    ]);
    await device.outbox.resolve(id, "mine");
    // What the server does not know any more travels, to be refused visibly.
    expect(await sent(1)).toMatchObject([{ values: { place: "Rouen", note: "kept" }, was: { place: "Lyon" } }]);
  });

  it("L5, W6: leaves out what it has no more when a record that was refused for it is corrected", async () => {
    await device.writing.update("Customer", 7, { note: "typed" });
    await device.writing.update("Customer", 8, { note: "typed", city: "Rouen" });
    const [made = ""] = await device.writing.save("Customer", [{ name: "New", note: "typed" }], true);
    await settle(...(await sent(3)).map((wire) => rejected(wire)));
    await device.define([writable("Customer", [editable("name"), editable("city")]), ORDER, LINE, TAG, NOTE]);
    expect((await device.outbox.pending()).map(({ values }) => values.note)).toEqual(["typed", "typed", "typed"]);
    // As it is, it may be sent again; corrected, it has to come through.
    await device.outbox.resend((await device.outbox.pending()).slice(0, 1).map(({ id }) => id));
    const again = await device.send();
    expect(again).toMatchObject([{ key: 7, values: { note: "typed" } }]);
    await settle(rejected(again[0] as WireMutation));
    for (const key of [7, 8]) await device.writing.update("Customer", key, {});
    await device.writing.update("Customer", made, { city: "Reims" });
    const wires = await device.send();
    expect(wires.map(({ values, was }) => [values, was])).toEqual([
      [{ city: "Rouen" }, { city: "Rome" }],
      [expect.objectContaining({ name: "New", city: "Reims" }), undefined],
    ]);
    expect("note" in (wires[1]?.values ?? {})).toBe(false);
    expect((await device.outbox.pending()).map(({ key }) => key)).toEqual([8, made]);
  });

  it("L5: of an entity that is no more travels as it is", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await device.define([{ ...CUSTOMER, name: "Client" }]);
    expect(await device.outbox.pending()).toMatchObject([{ entity: "Customer", title: "7" }]);
    expect(await sent(1)).toMatchObject([{ entity: "Customer", values: { city: "Reims" } }]);
  });
});

it("W1: is recovered after a crash by sending the same again, and nothing has to be mended", async () => {
  await device.writing.update("Customer", 7, { city: "Reims" });
  const [wire] = await sent(1);
  device = device.reopened();
  expect(await sent(1)).toEqual([wire]);
  await settle(applied(wire, 7, 4));
  device = device.reopened();
  expect(await sent(0)).toEqual([]);
  expect((await device.outbox.collect({ mutations: 1, bytes: 1 })).confirmed).toEqual([wire.id]);
});
