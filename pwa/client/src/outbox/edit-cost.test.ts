/** An edit costs what it changes, not what waits to be sent (roadmap: counts, not clocks). */

import { afterEach, describe, expect, it, vi } from "vitest";

import { watchCosts } from "../testing/costs";
import { Device } from "../testing/outbox";

afterEach(() => vi.restoreAllMocks());

/** A device with so many unsent changes of customers. */
async function deviceWith(changes: number): Promise<Device> {
  const device = await Device.open();
  for (let key = 1; key <= changes + 1; key++)
    device.has("Customer", { id: key, name: `c ${key}`, city: "", _version: 1 });
  const edits = Array.from({ length: changes }, (_, at) => ({ id: at + 1, city: "Bonn" }));
  await device.writing.save("Customer", edits, false);
  return device;
}

describe("an edit costs what it changes", () => {
  const costs = async (changes: number) => {
    const device = await deviceWith(changes);
    const counted = watchCosts();
    await device.writing.update("Customer", changes + 1, { city: "Paris" });
    await device.writing.update("Customer", 1, { city: "Rouen" });
    await device.writing.save("Customer", [{ name: "new" }], true);
    await device.outbox.pending();
    const result = structuredClone(counted);
    vi.restoreAllMocks();
    expect(await device.outbox.pending()).toEqual(await device.pendingAnew());
    expect(await device.mutations()).toHaveLength(changes + 2);
    return result;
  };

  it("L2: whatever waits to be sent is not read again", async () => {
    const many = await costs(300);
    expect(many).toEqual(await costs(10));
    expect([many.read.rows ?? 0, many.read.outbox ?? 0]).toEqual([0, 0]);
    expect(many.written).toMatchObject({ rows: 3, outbox: 3 });
  });

  it("L2: nor is it where an edit was refused, which has changed nothing", async () => {
    const device = await deviceWith(20);
    const before = await device.outbox.pending();
    const counted = watchCosts();
    await expect(device.writing.update("Customer", 3, { what: "is this" })).rejects.toMatchObject({
      code: "invalid_values",
    });
    expect(await device.outbox.pending()).toEqual(before);
    await device.writing.update("Customer", 3, { city: "Paris" });
    expect([counted.read.rows ?? 0, counted.read.outbox ?? 0]).toEqual([0, 0]);
    vi.restoreAllMocks();
    expect(await device.outbox.pending()).toEqual(await device.pendingAnew());
  });

  it("W6: what could not be written is not there, and what was there still is", async () => {
    const device = await deviceWith(5);
    const before = await device.outbox.pending();
    const { put } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === "outbox") throw new DOMException("Quota exceeded", "QuotaExceededError");
      return put.apply(this, args);
    });
    await expect(device.writing.update("Customer", 2, { city: "Paris" })).rejects.toMatchObject({ code: "quota" });
    vi.restoreAllMocks();
    expect(await device.outbox.pending()).toEqual(before);
    expect(await device.pendingAnew()).toEqual(before);
    await device.writing.update("Customer", 2, { city: "Rouen" });
    expect(await device.local("Customer", 2)).toMatchObject({ values: { city: "Rouen" } });
    expect(await device.outbox.pending()).toEqual(await device.pendingAnew());
  });

  it("Q2: what another tab changed, or a pull, is seen by the next decision", async () => {
    const device = await deviceWith(3);
    const other = device.beside();
    await other.writing.update("Customer", 1, { note: "by the other" });
    await device.writing.update("Customer", 1, { city: "Paris" });
    expect(await other.local("Customer", 1)).toMatchObject({ values: { note: "by the other", city: "Paris" } });
    const wires = await other.send();
    await device.outbox.settle(
      wires.map(({ id, key }) => ({ type: "outcome", id, status: "applied", key: Number(key), version: 2 })),
    );
    await other.catchUp({ entities: ["Customer"], upTo: 1, own: [] });
    expect(await device.outbox.pending()).toEqual([]);
    await device.writing.update("Customer", 2, { city: "Lyon" });
    expect(await device.mutations()).toMatchObject([{ key: 2, values: { city: "Lyon" } }]);
    expect(await other.outbox.pending()).toEqual(await device.pendingAnew());
  });

  it("W6: a value that its giver goes on changing is kept as it was given", async () => {
    const device = await deviceWith(1);
    const given = { name: "given", city: "Bonn" };
    const [key = ""] = await device.writing.save("Customer", [given], true);
    given.city = "changed after";
    await device.writing.update("Customer", key, { note: "n" });
    expect(await device.local("Customer", key)).toMatchObject({ values: { city: "Bonn", note: "n" } });
    expect(await device.outbox.pending()).toEqual(await device.pendingAnew());
  });
});
