/** Decision 0032: what becomes of each change when the server's past is another one. Each row of its table is here. */

import { beforeEach, describe, expect, it } from "vitest";

import type { ChangeState, EntityDefinition, Key, Row } from "../api";
import { CUSTOMER, Device, editable, LINE, NOTE, ORDER, TAG, writable } from "../testing/outbox";
import type { OutcomeMessage, WireMutation } from "./types";

/** The last write wins. */
const COUNT = writable("Count", [editable("name"), editable("city")], { pattern: "read-write" });
const UUIDS = {
  attributes: [{ name: "id", label: "id", type: "uuid" as const, null: false }, editable("name"), editable("city")],
};
const SHOP = writable("Shop", [], UUIDS);
/** Points at records of which each has another kind of key. */
const VISIT = writable("Visit", [
  editable("text"),
  { ...editable("customer", { type: "integer", null: true, relation: "Customer" }), default: null },
  { ...editable("shop", { type: "uuid", null: true, relation: "Shop" }), default: null },
  { ...editable("tag", { type: "string", null: true, relation: "Tag" }), default: null },
  editable("counts", { type: "integer", many: true, relation: "Count", default: [] }),
]);
const ENTITIES: EntityDefinition[] = [CUSTOMER, ORDER, LINE, TAG, NOTE, COUNT, SHOP, VISIT];
const UUID = "00000000-0000-4000-9000-000000000001";

let device: Device;

beforeEach(async () => {
  device = await Device.open(ENTITIES);
});

const settle = (...outcomes: OutcomeMessage[]) => device.outbox.settle(outcomes);
const outcome = (wire: WireMutation, rest: object) => ({ type: "outcome", id: wire.id, ...rest }) as OutcomeMessage;
const REFUSED = { status: "rejected", error: { code: "invalid_values", message: "No.", retry: false } };
const applied = (wire: WireMutation, key: Key) => outcome(wire, { status: "applied", key, version: 1 });

async function change(name: string, key: Key) {
  return (await device.outbox.pending()).find((one) => one.entity === name && one.key === key);
}

/** The server turns out to have another past, and then the device has its rows. */
async function restored(replace: () => void): Promise<void> {
  expect(await device.outbox.suspectPast()).toBe(true);
  // Nothing goes meanwhile, also after the browser was closed.
  device = device.reopened();
  expect(await device.outbox.isPastSuspected()).toBe(true);
  replace();
  await device.outbox.judgePast();
  expect(await device.outbox.isPastSuspected()).toBe(false);
}

/** What people decided in any case, so that all goes that can. */
async function resendAll(): Promise<WireMutation[]> {
  const turns = (await device.outbox.pending()).filter(({ state }) => state === "rejected" || state === "gone");
  await device.outbox.resend(turns.map(({ id }) => id));
  return device.send();
}

const BASE = { name: "Ann", city: "Paris" };
type Found = "same" | "other" | "none";

/** What the server has under the key now: in a version that nobody could take for another record's. */
function now(name: string, key: Key, found: Found): void {
  if (found === "none") device.rows[name]?.delete(key);
  else device.has(name, { id: key, _version: 3, note: null, ...BASE, ...(found === "other" && { name: "Somebody" }) });
}

const KINDS = [
  ["an integer", "Customer", 7],
  ["an integer, last write wins", "Count", 7],
  ["a UUID", "Shop", UUID],
] as const;
const STATES = ["unsent", "sending", "waiting", "rejected", "conflict", "gone"] as const;

/** Brings a change of the record into the state. */
async function brought(name: string, key: Key, op: "update" | "delete", state: ChangeState): Promise<void> {
  device.has(name, { id: key, _version: 3, note: null, ...BASE });
  device.has("Tag", { code: "TAG", _version: 1, label: "tag" });
  const edit = op === "update" ? { entity: name, values: { id: key, city: "Metz" } } : { entity: name, delete: key };
  const beside = { entity: "Tag", values: { code: "TAG", label: "other" } };
  await device.writing.saveTogether(state === "waiting" ? [edit, beside] : [edit]);
  if (state === "unsent") return;
  const wires = await device.send();
  const wire = wires.find(({ entity }) => entity === name) as WireMutation;
  const theirs = { id: key, note: null, ...BASE, name: "Theirs" };
  if (state === "rejected") await settle(outcome(wire, REFUSED));
  if (state === "gone") await settle(outcome(wire, { status: "gone" }));
  if (state === "conflict") {
    await settle(outcome(wire, { status: "conflict", theirs, version: 5, attributes: ["city"] }));
  }
  if (state === "waiting") {
    await settle(
      ...wires.map((one) => outcome(one, one === wire ? { ...REFUSED, error: { code: "group" } } : REFUSED)),
    );
  }
  expect((await change(name, key))?.state).toBe(state);
}

describe.each(KINDS)("T4: an update under %s", (_kind, name, key) => {
  it.each(STATES)("that is %s goes on the version of now where the record is as it was", async (state) => {
    await brought(name, key, "update", state);
    const before = (await device.mutations()).map(({ id }) => id);
    await restored(() => device.has(name, { id: key, _version: 1, note: null, ...BASE }));
    const expected = state === "rejected" || state === "waiting" ? state : "unsent";
    expect((await change(name, key))?.state).toBe(expected);
    const wires = await resendAll();
    const wire = wires.find(({ entity }) => entity === name);
    expect(wire).toMatchObject({ op: "update", key, base: 1, values: { city: "Metz" }, was: { city: "Paris" } });
    // In the old past those ids have had their outcomes.
    if (state !== "unsent") for (const { id } of wires) expect(before).not.toContain(id);
  });

  it.each(STATES)("that is %s is asked about where the record is another one, whatever its version", async (state) => {
    await brought(name, key, "update", state);
    await restored(() => now(name, key, "other"));
    const [conflict] = await device.outbox.conflicts();
    expect(conflict).toMatchObject({
      key,
      values: { city: "Metz" },
      theirs: { name: "Somebody" },
      attributes: ["name"],
    });
    expect((await resendAll()).filter(({ entity }) => entity === name)).toEqual([]);
    await device.outbox.resolve(conflict?.id ?? "", "theirs");
    expect(await change(name, key)).toBe(undefined);
    expect((await device.view(name)).get(key)).toMatchObject({ name: "Somebody", city: "Paris" });
  });

  it.each(STATES)("that is %s is gone where no record is, and can be made anew", async (state) => {
    await brought(name, key, "update", state);
    await restored(() => now(name, key, "none"));
    expect(await change(name, key)).toMatchObject({ state: "gone", values: { city: "Metz" } });
    const wire = (await resendAll()).find(({ entity }) => entity === name);
    expect(wire).toMatchObject({ op: "create", values: { name: "Ann", city: "Metz" } });
    expect(wire?.key).not.toBe(key);
  });
});

describe.each(KINDS)("T4: a deletion under %s", (_kind, name, key) => {
  const states = STATES.filter((state) => state !== "gone");

  it.each(states)("that is %s goes on the version of now where the record is as it was", async (state) => {
    await brought(name, key, "delete", state);
    await restored(() => device.has(name, { id: key, _version: 1, note: null, ...BASE }));
    const wires = await resendAll();
    expect(wires.find(({ entity }) => entity === name)).toMatchObject({ op: "delete", key, base: 1, was: BASE });
  });

  it.each(states)("that is %s is asked about where the record is another one", async (state) => {
    await brought(name, key, "delete", state);
    await restored(() => now(name, key, "other"));
    expect(await device.outbox.conflicts()).toMatchObject([{ key, op: "delete", theirs: { name: "Somebody" } }]);
    expect((await resendAll()).filter(({ entity }) => entity === name)).toEqual([]);
  });

  it.each(states)("that is %s is done where no record is", async (state) => {
    await brought(name, key, "delete", state);
    await restored(() => now(name, key, "none"));
    expect(await change(name, key)).toBe(undefined);
    expect((await resendAll()).filter(({ entity }) => entity === name)).toEqual([]);
  });
});

describe("T4, W5: a new record", () => {
  const TARGETS = [
    ["customer", "Customer", 7],
    ["shop", "Shop", UUID],
    ["tag", "Tag", "TAG"],
    ["counts", "Count", 9],
  ] as const;
  const states = ["unsent", "sending", "waiting", "rejected"] as const;
  let key: Key;

  beforeEach(() => {
    device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
    device.has("Shop", { id: UUID, _version: 3, ...BASE });
    device.has("Count", { id: 9, _version: 3, ...BASE }, { id: 10, _version: 3, ...BASE });
    device.has("Tag", { code: "TAG", _version: 3, label: "tag" });
  });

  async function made(attribute: string, target: Key, state: ChangeState): Promise<void> {
    const values = { text: "mine", [attribute]: attribute === "counts" ? [target] : target };
    const beside = { entity: "Count", values: { id: 10, city: "Metz" } };
    [key = ""] = await device.writing.saveTogether([
      { entity: "Visit", values },
      ...(state === "waiting" ? [beside] : []),
    ]);
    if (state === "unsent") return;
    const wires = await device.send();
    const group = { ...REFUSED, error: { code: "group" } };
    if (state === "rejected") await settle(...wires.map((wire) => outcome(wire, REFUSED)));
    if (state === "waiting") {
      await settle(...wires.map((wire) => outcome(wire, wire.entity === "Visit" ? group : REFUSED)));
    }
    expect((await change("Visit", key))?.state).toBe(state);
  }

  const visitOf = (wires: WireMutation[]) => wires.find(({ entity }) => entity === "Visit");

  for (const state of states) {
    it.each(TARGETS)(`that is ${state} goes as it is where %s is the same record`, async (attribute, name, target) => {
      await made(attribute, target, state);
      await restored(() => device.has(name, { ...device.rows[name]?.get(target), _version: 1 }));
      expect((await change("Visit", key))?.error?.code).not.toBe("doubt");
      expect(visitOf(await resendAll())).toMatchObject({ op: "create", values: { text: "mine" } });
    });

    it.each(TARGETS.filter(([, name]) => name !== "Shop"))(
      `that is ${state} is asked about where %s is another record now, before it goes`,
      async (attribute, name, target) => {
        await made(attribute, target, state);
        const strange = name === "Tag" ? { label: "strange" } : { city: "Elsewhere" };
        await restored(() => device.has(name, { ...device.rows[name]?.get(target), ...strange }));
        // What is a person's turn already is that first.
        if (state === "rejected") expect(visitOf(await resendAll())).toBe(undefined);
        expect(await change("Visit", key)).toMatchObject({
          state: "rejected",
          error: { code: "doubt", fields: { [attribute]: [expect.any(String)] } },
        });
        // It is the right one after all.
        expect(visitOf(await resendAll())).toMatchObject({ op: "create", values: { text: "mine" } });
      },
    );

    it(`that is ${state} is not asked about for a UUID, which is never another record's`, async () => {
      await made("shop", UUID, state);
      await restored(() => device.has("Shop", { id: UUID, _version: 1, name: "Ann", city: "older" }));
      expect((await change("Visit", key))?.error?.code).not.toBe("doubt");
      expect(visitOf(await resendAll())).toMatchObject({ values: { shop: UUID } });
    });
  }

  it("that is corrected at that attribute is asked about no more", async () => {
    await made("customer", 7, "rejected");
    await restored(() => device.has("Customer", { id: 7, _version: 3, note: null, name: "Somebody", city: "" }));
    await device.writing.update("Visit", key, { customer: null });
    expect(visitOf(await device.send())).toMatchObject({ values: { customer: null } });
  });

  it("under a key that somebody typed is for the server to refuse, which overwrites nothing", async () => {
    await device.writing.save("Tag", [{ code: "NEW", label: "mine" }], true);
    await restored(() => device.has("Tag", { code: "NEW", _version: 1, label: "theirs" }));
    expect(await device.send()).toMatchObject([{ entity: "Tag", op: "create", key: "NEW", base: null }]);
  });

  it("whose parent the server had acknowledged, and lost, follows it to its new key", async () => {
    const order = device.writing.newKey();
    await device.writing.saveTogether([{ entity: "Order", values: { id: order, place: "ours" } }]);
    await settle(...(await device.send()).map((wire) => applied(wire, 1001)));
    const [line] = await device.writing.saveTogether([{ entity: "Line", values: { text: "x", order: 1001 } }]);
    await settle(...(await device.send()).map((wire) => outcome(wire, REFUSED)));
    const strange = {
      id: 1001,
      _version: 1,
      place: "theirs",
      customer: null,
      customer__name: null,
      tags: [],
      made: "",
    };
    await restored(() => device.has("Order", strange));
    const lost = (await device.outbox.pending()).find(({ entity }) => entity === "Order");
    expect(lost).toMatchObject({ state: "rejected", error: { code: "lost" } });
    expect((await change("Line", line as Key))?.values.order).toBe(lost?.key);
    const wires = await resendAll();
    expect(wires.map(({ entity, op }) => [entity, op])).toEqual([
      ["Order", "create"],
      ["Line", "create"],
    ]);
    expect(wires[1]?.values.order).toEqual(wires[0]?.key);
  });
});

describe("T4: a line that looks the same in the order of somebody else", () => {
  const order = (place: string) => {
    return { id: 1001, _version: 1, place, customer: null, customer__name: null, tags: [], made: "" };
  };
  const row = { id: 2001, _version: 1, text: "5 apples", order: 1001 };

  it.each(["update", "delete"] as const)("is asked about before its %s goes", async (op) => {
    device.has("Order", order("ours"));
    device.has("Line", row);
    if (op === "update") await device.writing.update("Line", 2001, { text: "6 apples" });
    else await device.writing.delete("Line", 2001);
    await restored(() => device.has("Order", order("theirs")));
    expect(await device.outbox.conflicts()).toMatchObject([{ key: 2001, op, attributes: ["order"] }]);
    expect(await device.send()).toEqual([]);
  });

  it("does not stand for one that was acknowledged, and is lost with its order", async () => {
    const key = device.writing.newKey();
    await device.writing.saveTogether([
      { entity: "Order", values: { id: key, place: "ours" } },
      { entity: "Line", values: { text: "5 apples", order: key } },
    ]);
    const { mark } = await settle(
      ...(await device.send()).map((wire) => applied(wire, wire.entity === "Order" ? 1001 : 2001)),
    );
    device.has("Order", order("ours"));
    device.has("Line", row);
    await device.catchUp({ entities: ["Order", "Line"], upTo: mark ?? 0, own: [] });
    await restored(() => device.has("Order", order("theirs")));
    const pending = await device.outbox.pending();
    expect(pending.map(({ entity, op, state }) => [entity, op, state])).toEqual([
      ["Order", "create", "rejected"],
      ["Line", "create", "waiting"],
    ]);
    expect(await resendAll()).toHaveLength(2);
  });
});

describe("T4: what was acknowledged, is lost, and points at what is another record now", () => {
  it("is asked about before it is sent again", async () => {
    device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
    await device.writing.saveTogether([{ entity: "Order", values: { place: "ours", customer: 7 } }]);
    await settle(...(await device.send()).map((wire) => applied(wire, 1001)));
    await restored(() => now("Customer", 7, "other"));
    expect(await device.outbox.pending()).toMatchObject([{ entity: "Order", error: { code: "lost" } }]);
    expect(await resendAll()).toEqual([]);
    expect(await device.outbox.pending()).toMatchObject([{ state: "rejected", error: { code: "doubt" } }]);
    expect(await resendAll()).toMatchObject([{ op: "create", values: { customer: 7 } }]);
  });
});

it("T4, W6: a record is the same one to what points at it where only what this device changed of it is lost", async () => {
  device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
  await device.writing.update("Customer", 7, { city: "Metz" });
  const [wire] = await device.send();
  const { mark } = await settle(outcome(wire as WireMutation, { status: "applied", key: 7, version: 4 }));
  device.has("Customer", { id: 7, _version: 4, note: null, ...BASE, city: "Metz" });
  await device.catchUp({ entities: ["Customer"], upTo: mark ?? 0, own: [] });
  await device.writing.saveTogether([{ entity: "Order", values: { place: "x", customer: 7 } }]);
  await restored(() => device.has("Customer", { id: 7, _version: 3, note: null, ...BASE }));
  expect(await change("Customer", 7)).toMatchObject({ state: "rejected", error: { code: "lost" } });
  expect(await device.send()).toMatchObject([{ entity: "Order", values: { customer: 7 } }]);
});

describe("T4: while the rows of the new past are not here", () => {
  beforeEach(async () => {
    device.has("Customer", { id: 7, _version: 3, note: null, ...BASE }, { id: 8, _version: 3, note: null, ...BASE });
    await device.writing.update("Customer", 7, { city: "Metz" });
  });

  it("nothing new goes, and only what the server may have is asked about", async () => {
    const [asked] = await device.send();
    await device.writing.update("Customer", 7, { note: "later" });
    await device.writing.update("Customer", 8, { city: "Lens" });
    await device.outbox.suspectPast();
    expect(await device.send()).toEqual([asked]);
    await settle(outcome(asked as WireMutation, { status: "doubt" }));
    expect(await device.send()).toEqual([]);
    await device.outbox.judgePast();
    expect((await device.send()).map(({ key }) => key)).toEqual([7, 7, 8]);
  });

  it("what the restored server still knows had its effect, once", async () => {
    const [asked] = await device.send();
    await settle(outcome(asked as WireMutation, { status: "doubt" }), applied(asked as WireMutation, 7));
    await device.outbox.judgePast();
    expect(await device.send()).toEqual([]);
  });

  it("what people do is judged with the rest: on what it began, and on what it points at", async () => {
    await device.outbox.suspectPast();
    await device.writing.update("Customer", 8, { city: "Lens" });
    await device.writing.saveTogether([{ entity: "Order", values: { place: "x", customer: 7 } }]);
    now("Customer", 7, "other");
    now("Customer", 8, "other");
    await device.outbox.judgePast();
    expect((await device.outbox.pending()).map(({ entity, state, error }) => [entity, state, error?.code])).toEqual([
      ["Customer", "conflict", undefined],
      ["Customer", "conflict", undefined],
      ["Order", "rejected", "doubt"],
    ]);
    expect(await device.send()).toEqual([]);
  });

  it("an outcome that says so is enough, and the next start knows of it", async () => {
    await settle(...(await device.send()).map((wire) => outcome(wire, { status: "doubt" })));
    device = device.reopened();
    expect(await device.outbox.isPastSuspected()).toBe(true);
    expect(await device.send()).toEqual([]);
  });
});

it("T4, C3: a choice of mine where mine points at what is another record now is asked about as well", async () => {
  device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
  const order: Row = { id: 1, _version: 1, place: "x", customer: null, customer__name: null, tags: [], made: "" };
  device.has("Order", order);
  await device.writing.update("Order", 1, { customer: 7 });
  await restored(() => {
    now("Customer", 7, "other");
    device.has("Order", { ...order, place: "y" });
  });
  const [conflict] = await device.outbox.conflicts();
  expect(conflict).toMatchObject({ attributes: ["place"] });
  await device.outbox.resolve(conflict?.id ?? "", "mine");
  expect(await device.outbox.pending()).toMatchObject([{ state: "rejected", error: { code: "doubt" } }]);
  expect(await resendAll()).toMatchObject([{ values: { customer: 7 }, base: 1 }]);
});

it("T4, W5: what is made anew and points at what is another record now is asked about as well", async () => {
  device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
  device.has("Order", { id: 1, _version: 1, place: "x", customer: null, customer__name: null, tags: [], made: "" });
  await device.writing.update("Order", 1, { customer: 7 });
  await restored(() => {
    now("Customer", 7, "other");
    device.rows.Order?.delete(1);
  });
  expect(await device.outbox.pending()).toMatchObject([{ state: "gone" }]);
  expect(await resendAll()).toEqual([]);
  expect(await device.outbox.pending()).toMatchObject([{ op: "create", state: "rejected", error: { code: "doubt" } }]);
  expect(await resendAll()).toMatchObject([{ op: "create", values: { place: "x", customer: 7 } }]);
});

it("T4, L5: what is to be asked about follows the new name of its attribute", async () => {
  device.has("Customer", { id: 7, _version: 3, note: null, ...BASE });
  await device.writing.saveTogether([{ entity: "Visit", values: { text: "x", customer: 7 } }]);
  await settle(...(await device.send()).map((wire) => outcome(wire, REFUSED)));
  await restored(() => now("Customer", 7, "other"));
  const attributes = VISIT.attributes.map((one) =>
    one.name === "customer" ? { ...one, name: "who", was: ["customer"] } : one,
  );
  await device.define(ENTITIES.map((one) => (one === VISIT ? { ...VISIT, attributes } : one)));
  expect(await resendAll()).toEqual([]);
  const [asked] = await device.outbox.pending();
  expect(Object.keys(asked?.error?.fields ?? {})).toEqual(["who"]);
});

it("T4: a device on which nothing is to be looked for has nothing to suspect", async () => {
  expect(await device.outbox.suspectPast()).toBe(false);
  expect(await device.outbox.isPastSuspected()).toBe(false);
});
