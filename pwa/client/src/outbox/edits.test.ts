import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Key } from "../api";
import { CUSTOMER, Device, editable, LINE, NOTE, ORDER, TAG, writable } from "../testing/outbox";

let device: Device;

beforeEach(async () => {
  device = await Device.open();
  device.has("Customer", { id: 7, _version: 3, name: "Ann", city: "Paris", note: null });
});

describe("an edit of a record that the server has", () => {
  it("W4: is what changed, on the version that it began on, with what was before", async () => {
    await device.writing.update("Customer", 7, { name: "Ann", city: "Reims", _version: 3, _local: null, id: 7 });
    expect(await device.send()).toEqual([
      {
        ...{ id: expect.any(String), entity: "Customer", op: "update", key: 7, base: 3, group: null, depends_on: [] },
        ...{ was: { city: "Paris" }, values: { city: "Reims" }, made_at: "2026-01-31T09:30:00.000Z" },
      },
    ]);
    expect((await device.view("Customer")).get(7)).toMatchObject({ name: "Ann", city: "Reims" });
    expect(device.changed).toEqual([["Customer"], ["Customer"]]);
  });

  it("is laid into the one that was not sent, and ends with what it began with", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await device.writing.save("Customer", [{ id: 7, city: "Rouen", note: "new" }], true);
    expect(await device.mutations()).toMatchObject([
      { values: { city: "Rouen", note: "new" }, was: { city: "Paris" } },
    ]);
    await device.writing.update("Customer", 7, { city: "Paris", note: null });
    expect(await device.mutations()).toEqual([]);
    expect(await device.local("Customer", 7)).toBe(undefined);
  });

  it("W1: is a new one after what was sent, which stays as it was", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [first] = await device.send();
    await device.writing.update("Customer", 7, { city: "Paris", note: "back again" });
    const [again, second] = await device.send();
    expect(again).toEqual(first);
    expect(second).toMatchObject({
      ...{ base: { result_of: first?.id }, depends_on: [first?.id] },
      ...{ values: { city: "Paris", note: "back again" }, was: { city: "Reims", note: null } },
    });
  });

  it("knows values that others changed meanwhile as what was before", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    device.has("Customer", { id: 7, _version: 4, name: "Anna", city: "Paris", note: null });
    await device.writing.update("Customer", 7, { name: "Ann" });
    expect(await device.mutations()).toMatchObject([
      { values: { city: "Reims", name: "Ann" }, was: { city: "Paris", name: "Anna" } },
    ]);
  });

  it("deletes it, with all that was there before, and comes back when it is saved again", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    await device.writing.delete("Customer", 7);
    expect(await device.mutations()).toMatchObject([
      { op: "delete", values: {}, was: { name: "Ann", city: "Paris", note: null } },
    ]);
    expect((await device.view("Customer")).has(7)).toBe(false);
    await expect(device.writing.update("Customer", 7, { city: "x" })).rejects.toMatchObject({ code: "unknown_record" });
    await device.writing.delete("Customer", 7);
    await device.writing.save("Customer", [{ id: 7, city: "Rouen" }], true);
    expect(await device.mutations()).toMatchObject([{ op: "update", values: { city: "Rouen" } }]);
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Rouen" });
  });

  it("removes all, also those that were made here", async () => {
    await device.writing.save("Customer", [{ name: "New" }], true);
    await device.writing.deleteAll("Customer");
    expect(await device.mutations()).toMatchObject([{ op: "delete", key: 7 }]);
    expect((await device.view("Customer")).size).toBe(0);
    await device.writing.deleteAll("Customer");
    expect(await device.mutations()).toHaveLength(1);
  });
});

describe("a new record", () => {
  it("W5: has a key of its own, which its children point at", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    const [line = ""] = await device.writing.save("Line", [{ text: "Tea", order }], true);
    expect(String(order)).toMatch(/^local:/);
    const local = { local: String(order).slice(6) };
    const [first, second] = await device.send();
    expect(first).toMatchObject({ op: "create", key: local, base: null, values: { place: "Kiel" }, depends_on: [] });
    expect("was" in (first ?? {})).toBe(false);
    expect(second).toMatchObject({ values: { text: "Tea", order: local }, depends_on: [first?.id] });
    expect((await device.view("Order")).get(order)).toMatchObject({
      id: order,
      place: "Kiel",
      customer: null,
      tags: [],
    });
    await device.writing.update("Line", line, { text: "Coffee" });
    expect((await device.mutations()).map(({ op }) => op)).toEqual(["create", "create", "update"]);
  });

  it("is gone with those of its lines that were made for it, when it was not sent", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    await device.writing.save(
      "Line",
      [
        { text: "a", order },
        { text: "b", order },
      ],
      false,
    );
    await device.writing.delete("Order", order);
    expect(await device.mutations()).toEqual([]);
    expect(await device.store.readLocal((transaction) => transaction.rows())).toEqual([]);
  });

  it("is deleted on the server, when it was sent", async () => {
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel" }], true);
    const [creation] = await device.send();
    await device.writing.delete("Order", order);
    const [, deletion] = await device.send();
    expect(deletion).toMatchObject({ op: "delete", base: { result_of: creation?.id }, depends_on: [creation?.id] });
  });

  it("has the key that was typed, where people type it", async () => {
    expect(await device.writing.save("Tag", [{ code: "red", label: "Red" }], true)).toEqual(["red"]);
    await device.writing.save("Order", [{ place: "Kiel", tags: ["red"] }], true);
    const [tag, order] = await device.send();
    expect(tag).toMatchObject({ key: "red", values: { code: "red", label: "Red" } });
    expect(order).toMatchObject({ values: { tags: ["red"] }, depends_on: [tag?.id] });
    await device.writing.save("Tag", [{ code: "red", label: "Crimson" }], true);
    expect(await device.mutations()).toHaveLength(3);
  });

  it("can come again under a typed key whose deletion was sent", async () => {
    device.has("Tag", { code: "red", _version: 1, label: "Red" });
    await device.writing.delete("Tag", "red");
    const [deletion] = await device.send();
    await device.writing.save("Tag", [{ code: "red", label: "Again" }], true);
    const [, creation] = await device.send();
    expect(creation).toMatchObject({ op: "create", key: "red", base: null, depends_on: [deletion?.id] });
    expect((await device.view("Tag")).get("red")).toMatchObject({ label: "Again" });
  });

  it("W2: points at a record that was made later in a mutation of its own", async () => {
    device.has("Customer", { id: 8, _version: 1, name: "Bob", city: "", note: null });
    const [order = ""] = await device.writing.save("Order", [{ place: "Kiel", customer: 8 }], true);
    const [customer = ""] = await device.writing.save("Customer", [{ name: "New" }], true);
    await device.writing.update("Order", order, { customer, place: "Bonn" });
    const [first, second, third] = await device.send();
    expect(first).toMatchObject({ op: "create", values: { place: "Bonn", customer: 8 } });
    expect(second).toMatchObject({ entity: "Customer", op: "create" });
    expect(third).toMatchObject({ op: "update", was: { customer: 8 }, depends_on: [first?.id, second?.id] });
    expect((await device.view("Order")).get(order)).toMatchObject({ customer, customer__name: "New", place: "Bonn" });
  });

  it("must be the server's to know, where nobody types keys", async () => {
    const wrong = device.writing.save("Customer", [{ id: 99, name: "x" }], true);
    await expect(wrong).rejects.toMatchObject({ code: "unknown_record" });
    await expect(device.writing.update("Customer", 99, {})).rejects.toMatchObject({ code: "unknown_record" });
  });
});

describe("what is saved together", () => {
  it("W2: is one group, records before those that point at them", async () => {
    const order = device.writing.newKey();
    const keys = await device.writing.saveTogether([
      { entity: "Line", values: { text: "a", order } },
      { entity: "Order", values: { id: order, place: "Kiel" } },
      { entity: "Customer", delete: 7 },
    ]);
    expect(keys).toEqual([expect.stringMatching(/^local:/), order, 7]);
    const wires = await device.send();
    expect(wires.map(({ entity, op }) => `${op} ${entity}`)).toEqual([
      "create Order",
      "create Line",
      "delete Customer",
    ]);
    expect(new Set(wires.map(({ group }) => group)).size).toBe(1);
    expect(wires[0]?.group).not.toBe(null);
    expect(wires.flatMap(({ depends_on }) => depends_on)).toEqual([]);
  });

  it("stays together when a part is edited, and takes in what it meets", async () => {
    const edit = (id: string, place: string) => ({ entity: "Order", values: { id, place } });
    const [a, b, c] = [device.writing.newKey(), device.writing.newKey(), device.writing.newKey()];
    await device.writing.saveTogether([edit(a, "a"), edit(b, "b")]);
    await device.writing.update("Order", a, { place: "A" });
    expect(new Set((await device.mutations()).map(({ group }) => group)).size).toBe(1);
    await device.writing.saveTogether([edit(b, "B"), edit(c, "c")]);
    const mutations = await device.mutations();
    expect(mutations.map(({ values }) => values.place)).toEqual(["A", "B", "c"]);
    expect(new Set(mutations.map(({ group }) => group)).size).toBe(1);
  });

  it("W2: groups that depend on each other become one when they are sent", async () => {
    const order = (id: string, customer: string | null) => ({ entity: "Order", values: { id, place: "x", customer } });
    const customer = (id: string) => ({ entity: "Customer", values: { id, name: id } });
    const keys = Array.from({ length: 4 }, () => device.writing.newKey());
    const [a = "", b = "", c = "", d = ""] = keys;
    await device.writing.saveTogether([customer(a), order(b, null)]);
    await device.writing.saveTogether([customer(c), order(d, a)]);
    await device.writing.save("Customer", [{ name: "alone" }], true);
    await device.writing.update("Order", b, { customer: c });
    const wires = await device.send();
    expect(wires.map(({ group }) => group)).toEqual([...Array(5).fill(wires[0]?.group), null]);
    expect(wires.map(({ entity }) => entity)).toEqual(["Customer", "Order", "Customer", "Order", "Order", "Customer"]);
  });

  it("L2: is all or nothing here, too, with what is never synced", async () => {
    const edits = [
      { entity: "Note", values: { text: "kept" } },
      { entity: "Customer", values: { id: 7, city: "Reims" } },
    ];
    const bad = { entity: "Line", values: { text: "" } };
    await expect(device.writing.saveTogether([...edits, bad])).rejects.toMatchObject({
      code: "invalid_values",
      fields: { "2.text": ["Enter a value."], "2.order": ["Enter a value."] },
    });
    expect(await device.mutations()).toEqual([]);
    expect((await device.store.singleRows("Note")).rows).toEqual([]);
    await device.writing.saveTogether(edits);
    expect((await device.store.singleRows("Note")).rows).toMatchObject([{ values: { text: "kept" } }]);
    expect(await device.mutations()).toMatchObject([{ group: null, values: { city: "Reims" } }]);
  });
});

describe("what people may not do", () => {
  const fields = (edit: Promise<unknown>) =>
    edit.then(
      () => null,
      (error: { fields?: object }) => error.fields,
    );

  it("is told by attribute, and nothing of what came with it is kept", async () => {
    const rows = [{ name: "right" }, { name: 5, colour: "red" }];
    expect(await fields(device.writing.save("Customer", rows, false))).toEqual({
      "1.name": ["Enter a text."],
      "1.colour": ["There is no such attribute."],
    });
    expect(await device.mutations()).toEqual([]);
    expect(await fields(device.writing.save("Order", [{ made: "2026-01-31T09:30:00Z" }], true))).toEqual({
      made: ["This cannot be changed."],
    });
    expect(await fields(device.writing.update("Customer", 7, { id: 8 }))).toEqual({
      id: ["The key of a record never changes."],
    });
    expect(await fields(device.writing.save("Tag", [{ label: "x" }], true))).toEqual({ code: ["Enter a value."] });
    expect(await fields(device.writing.save("Tag", [{ code: "long" }], true))).toEqual({
      code: ["Enter at most 3 characters."],
    });
    expect(await fields(device.writing.save("Order", [{ tags: "red" }], true))).toEqual({
      tags: ["Choose any number of records."],
    });
  });

  it("is not to leave out what is required, unless it begins with something or the server gives it", async () => {
    const { default: _none, ...given } = editable("number", { type: "integer" });
    const date = { ...given, name: "day", type: "date", required: true, default_now: true } as const;
    const attributes = [
      editable("name", { required: true }),
      editable("code", { required: true, default: "A" }),
      given,
      date,
    ];
    await device.define([writable("Customer", attributes)]);
    expect(await fields(device.writing.save("Customer", [{}], true))).toEqual({ name: ["Enter a value."] });
    await device.writing.save("Customer", [{ name: "x" }], true);
    const day = expect.stringMatching(/^2026-01-3[01]$/);
    expect((await device.mutations()).map(({ values }) => values)).toEqual([{ name: "x", code: "A", day }]);
    expect(await fields(device.writing.update("Customer", 7, { name: "" }))).toEqual({ name: ["Enter a value."] });
  });

  it("is told by who may do what", async () => {
    const only = (may: object) => ({ ...CUSTOMER, writable: { create: false, update: false, delete: false, ...may } });
    const code = (edit: Promise<unknown>) =>
      edit.then(
        () => "",
        (error: { code: string }) => error.code,
      );
    await device.define([only({}), ORDER, LINE, TAG, NOTE]);
    expect(await code(device.writing.update("Customer", 7, { city: "x" }))).toBe("permission_denied");
    expect(await code(device.writing.delete("Customer", 7))).toBe("permission_denied");
    expect(await code(device.writing.save("Customer", [{ name: "x" }], true))).toBe("permission_denied");
    const { writable: _none, ...readOnly } = CUSTOMER;
    await device.define([only({ create: true }), { ...readOnly, name: "Fixed" }]);
    const [key = ""] = await device.writing.save("Customer", [{ name: "x" }], true);
    await device.writing.update("Customer", key, { name: "y" });
    await device.writing.delete("Customer", key);
    expect(await code(device.writing.update("Fixed", 7, {}))).toBe("read_only");
    expect(await code(device.writing.saveTogether([{ entity: "Nothing", values: {} }]))).toBe("unknown_entity");
  });

  it("is not asked of values that nobody changed", async () => {
    await device.define([
      writable("Customer", [editable("name", { max_length: 2 }), editable("city"), editable("note")]),
    ]);
    await device.writing.update("Customer", 7, { name: "Ann", city: "Reims", note: null });
    expect(await device.mutations()).toMatchObject([{ values: { city: "Reims" } }]);
  });
});

describe("what is shown of a related record", () => {
  it("is worked out from what is on the device, and never travels", async () => {
    device.has("Order", { id: 1, _version: 1, place: "Kiel", customer: null, customer__name: null, tags: [] });
    await device.writing.update("Customer", 7, { name: "Anna" });
    await device.writing.update("Order", 1, { customer: 7 });
    expect((await device.view("Order")).get(1)).toMatchObject({ customer: 7, customer__name: "Anna" });
    expect((await device.mutations())[1]?.values).toEqual({ customer: 7 });
    await device.writing.update("Order", 1, { place: "Bonn", customer: null });
    expect((await device.local("Order", 1))?.derived).toEqual({});
  });
});

describe("what is too much to be sent as one", () => {
  const many = (count: number, text: string) =>
    Array.from({ length: count }, (_, at) => ({ entity: "Customer", values: { name: `${text} ${at}` } }));

  it("is refused when it is saved, and nothing of it is kept", async () => {
    const before = await device.mutations();
    const tooMany = device.writing.saveTogether(many(1001, "new"));
    await expect(tooMany).rejects.toMatchObject({ code: "too_much_together", retry: false });
    const tooLong = device.writing.saveTogether(many(10, "x".repeat(100_000)));
    await expect(tooLong).rejects.toMatchObject({ code: "too_much_together" });
    expect(await device.mutations()).toEqual(before);
    await device.writing.saveTogether(many(1000, "new"));
    expect(await device.mutations()).toHaveLength(1000);
  });

  it("also where an edit makes it so", async () => {
    const [key] = await device.writing.saveTogether(many(2, "new"));
    const tooLong = device.writing.update("Customer", key as Key, { note: "x".repeat(1_000_000) });
    await expect(tooLong).rejects.toMatchObject({ code: "too_much_together" });
  });

  it("is not where each goes by itself", async () => {
    await device.writing.save(
      "Customer",
      Array.from({ length: 1001 }, (_, at) => ({ name: `new ${at}` })),
      false,
    );
    expect(await device.mutations()).toHaveLength(1001);
  });
});

describe("a record that is gone", () => {
  it("is made anew with all its values when it is saved, and saving it again changes that", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await device.send();
    await device.outbox.settle([{ type: "outcome", id: wire?.id ?? "", status: "gone" }]);
    device.rows.Customer?.clear();
    const [key = ""] = await device.writing.save("Customer", [{ id: 7, city: "Rouen" }], true);
    expect(key).toMatch(/^local:/);
    await device.writing.update("Customer", key, { note: "again" });
    expect(await device.send()).toMatchObject([
      { op: "create", values: { name: "Ann", city: "Rouen", note: "again" }, base: null },
    ]);
  });

  it("is deleted without a word", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await device.send();
    await device.outbox.settle([{ type: "outcome", id: wire?.id ?? "", status: "gone" }]);
    await device.writing.delete("Customer", 7);
    expect(await device.send()).toMatchObject([{ op: "delete", key: 7 }]);
    expect((await device.view("Customer")).has(7)).toBe(false);
  });
});

describe("the transaction", () => {
  it("L2: is one for each edit, and strict", async () => {
    await device.writing.update("Customer", 7, { city: "a" });
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    await device.writing.update("Customer", 7, { city: "b" });
    const writing = transaction.mock.calls.filter(([, mode]) => mode === "readwrite");
    expect(writing).toEqual([[["meta", "rows", "outbox"], "readwrite", { durability: "strict" }]]);
    vi.restoreAllMocks();
  });

  it("L4: without space changes nothing, and says so", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const before = await device.mutations();
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("Quota exceeded", "QuotaExceededError");
    });
    const edit = device.writing.update("Customer", 7, { city: "Rouen" });
    await expect(edit).rejects.toMatchObject({ code: "quota" });
    vi.restoreAllMocks();
    expect(await device.mutations()).toEqual(before);
    expect((await device.view("Customer")).get(7)).toMatchObject({ city: "Reims" });
  });

  it("P6: an edit that meets the switch that brings what was sent is decided on the rows that it brings", async () => {
    await device.writing.update("Customer", 7, { city: "Reims" });
    const [wire] = await device.send();
    const { mark } = await device.outbox.settle([
      { type: "outcome", id: wire?.id ?? "", status: "applied", key: 7, version: 4 },
    ]);
    device.reading = async () => {
      device.reading = async () => undefined;
      device.has("Customer", { id: 7, _version: 4, name: "Ann", city: "Reims", note: null });
      await device.catchUp({ entities: ["Customer"], upTo: 0, own: [mark ?? 0] });
    };
    // On the rows that were read it seems to change nothing.
    await device.writing.update("Customer", 7, { city: "Paris" });
    expect(await device.send()).toMatchObject([{ values: { city: "Paris" }, was: { city: "Reims" }, base: 4 }]);
  });

  it("L2: edits of several tabs at once are all kept", async () => {
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => device.writing.save("Customer", [{ name }], true)));
    await Promise.all(["name", "city", "note"].map((name) => device.writing.update("Customer", 7, { [name]: "x" })));
    expect((await device.mutations()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect((await device.view("Customer")).get(7)).toMatchObject({ name: "x", city: "x", note: "x" });
  });
});

describe("what a new record begins with", () => {
  it("is what the definition says, by the device's clock; what the server gives is left to it", async () => {
    const plain = { label: "", null: false, editable: true };
    const timed = {
      ...TAG,
      name: "Timed",
      attributes: [
        ...TAG.attributes,
        { ...plain, name: "at", type: "datetime" as const, required: true, default_now: true },
        editable("size", { type: "integer", required: true, default: 3 }),
        { ...plain, name: "token", type: "uuid" as const },
      ],
    };
    device = await Device.open([timed]);
    expect(await device.writing.save("Timed", [{ code: "red", label: "Red" }], true)).toEqual(["red"]);
    expect(await device.mutations()).toMatchObject([
      { values: { code: "red", label: "Red", at: "2026-01-31T09:30:00.000000Z", size: 3 } },
    ]);
    expect((await device.mutations())[0]?.values).not.toHaveProperty("token");
  });
});
