import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Definition, EntityDefinition, WireValue } from "../api";
import { speak } from "../language";
import { change, recordOf } from "../store/contract-tools";
import type { Segment } from "../store/store";
import { IdbStore } from "../store/user";
import { segmentOf } from "../testing/base";
import { entity } from "../testing/server";
import { Tables } from "./tables";

const declared: EntityDefinition = {
  ...entity("LocalThing", [
    ["id", "integer"],
    ["name", "string"],
    ["kind", "string"],
  ]),
  list_filter: ["kind"],
};
const SEGMENTS = 30;

function segmentAt(number: number): Segment {
  const keys = Array.from({ length: 100 }, (_, at) => number * 100 + at);
  const rows = keys.map((key): WireValue[] => [key, `Thing ${9999 - key}`, key % 3 === 0 ? "red" : "blue"]);
  return { ...segmentOf(rows), last: keys.at(-1) ?? null };
}

let store: IdbStore;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store = new IdbStore("shop", "ann", () => "replica");
  const segments = Array.from({ length: SEGMENTS }, (_, number) => segmentAt(number));
  const generation = await store.newGeneration();
  for (const [number, segment] of segments.entries()) await store.stage("LocalThing", generation, number, segment);
  const record = { ...recordOf(generation, "a", segments), columns: ["id", "name", "kind"] };
  const definition = { ...({ app: "shop" } as Definition), entities: [declared] };
  await store.switch(change({ entities: { LocalThing: record }, definition: { version: "v1", definition } }));
});

afterEach(() => {
  vi.restoreAllMocks();
  speak({ language: "en" }, []);
});

const nothing = () => undefined;
const storeAll = () => new Tables(store).storeBlocks("LocalThing", nothing);

/** What is read from the object stores, in records, from now on. */
function watchReads() {
  const reads = { meta: 0, segments: 0, blocks: 0 };
  for (const method of ["get", "getAll"] as const) {
    const real = IDBObjectStore.prototype[method];
    const watched = function (this: IDBObjectStore, ...args: unknown[]) {
      const request = (real as (...args: unknown[]) => IDBRequest).apply(this, args);
      request.addEventListener("success", () => {
        const found = Array.isArray(request.result) ? request.result.length : Number(request.result !== undefined);
        reads[this.name as keyof typeof reads] += found;
      });
      return request;
    };
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(watched as never);
  }
  return reads;
}

describe("index blocks", () => {
  it("L3: a start shows its first list after one block and a count, whatever there is", async () => {
    await storeAll();
    const tables = new Tables(store);
    const reads = watchReads();
    const [rows, count] = await Promise.all([
      tables.list("LocalThing", { limit: 50 }),
      tables.count("LocalThing", { search: " " }),
    ]);
    expect(reads).toMatchObject({ segments: 0, blocks: 1 });
    expect(reads.meta).toBeLessThanOrEqual(10);
    expect(count).toBe(3000);
    expect(rows).toHaveLength(50);
    expect(rows).toEqual(await new Tables(store).list("LocalThing", { limit: 50, search: "thing" }));
  });

  it("L3: search, filters and order read blocks, and of rows only what is shown", async () => {
    await storeAll();
    const tables = new Tables(store);
    const reads = watchReads();
    const keys = Array.from({ length: 3000 }, (_, key) => key);
    const redWith99 = keys.filter((key) => key % 3 === 0 && `${9999 - key}`.includes("99")).length;
    expect(await tables.count("LocalThing", { search: "thing 99", where: { kind: "red" } })).toBe(redWith99);
    expect((await tables.facets("LocalThing", { fields: ["kind"] })).kind?.values).toEqual([
      ["blue", 2000],
      ["red", 1000],
    ]);
    expect(reads.segments).toBe(0);
    expect(reads.blocks).toBeLessThanOrEqual(3 * SEGMENTS);
    // These are in the last segment: names go down where keys go up.
    expect(await tables.list("LocalThing", { offset: 10, limit: 20, where: { kind: ["red", "blue"] } })).toHaveLength(
      20,
    );
    expect(reads.segments).toBe(1);
  });

  it("are not needed: any part of them may be missing", async () => {
    await storeAll();
    const query = { search: "thing 9", where: { kind: "red" }, limit: 20 };
    const expected = await new Tables(store).list("LocalThing", query);
    const real = store.blocks.bind(store);
    store.blocks = async (...args) => (await real(...args)).filter(({ number }) => number % 3 > 0);
    expect(await new Tables(store).list("LocalThing", query)).toEqual(expected);
    store.blocks = real;
    await store.dropBlocks();
    expect(await new Tables(store).list("LocalThing", query)).toEqual(expected);
  });

  it("that are there are not written again", async () => {
    await storeAll();
    const put = vi.spyOn(IDBObjectStore.prototype, "put");
    await storeAll();
    expect(put).not.toHaveBeenCalled();
  });

  it("of another language say nothing of its order, and are replaced", async () => {
    const { LocalThing: before } = (await store.overview()).entities;
    if (before === undefined) throw new Error("There are no rows.");
    const generation = await store.newGeneration();
    await store.stage("LocalThing", generation, 0, segmentOf([[5, "Ärger", "green"]]));
    const layers = [{ generation, segments: 1, size: 1, bytes: 0 }];
    await store.switch(change({ expected: { LocalThing: before }, entities: { LocalThing: { ...before, layers } } }));
    const ends = async () => {
      const [first] = await new Tables(store).list("LocalThing", { limit: 1 });
      const [last] = await new Tables(store).list("LocalThing", { limit: 1, offset: 2_999 });
      return [first?.id, last?.id];
    };
    speak({ language: "de" }, []);
    await storeAll();
    expect(await ends()).toEqual([5, 0]);
    speak({ language: "sv" }, []);
    expect(await ends()).toEqual([2999, 5]);
    await storeAll();
    const reads = watchReads();
    const [first] = await new Tables(store).list("LocalThing", { limit: 1 });
    expect(first?.id).toBe(2999);
    expect(reads.segments).toBe(0);
  });

  it("after a change are kept, but for the first rows, which are carried on", async () => {
    const tables = new Tables(store);
    await tables.storeBlocks("LocalThing", nothing);
    const { LocalThing: before } = (await store.overview()).entities;
    if (before === undefined) throw new Error("There are no rows.");
    const generation = await store.newGeneration();
    await store.stage("LocalThing", generation, 0, segmentOf([[5, "A new name", "green"]]));
    const layers = [{ generation, segments: 1, size: 1, bytes: 0 }];
    await store.switch(change({ expected: { LocalThing: before }, entities: { LocalThing: { ...before, layers } } }));
    const put = vi.spyOn(IDBObjectStore.prototype, "put");
    await tables.storeBlocks("LocalThing", nothing);
    expect(put).toHaveBeenCalledTimes(1);
    const reads = watchReads();
    const [first] = await new Tables(store).list("LocalThing", { limit: 1 });
    expect(first).toEqual({ id: 5, name: "A new name", kind: "green" });
    expect(reads.segments).toBe(0);
  });

  it("cut in the middle are taken up again", async () => {
    let left = 2;
    const cut = () => {
      if (left-- === 0) throw new Error("cut");
    };
    await expect(new Tables(store).storeBlocks("LocalThing", cut)).rejects.toThrow("cut");
    expect((await store.whole("LocalThing", "head"))?.block).toBe(null);
    const reads = watchReads();
    await storeAll();
    expect(reads.blocks).toBeGreaterThan(0);
    expect((await store.whole("LocalThing", "head"))?.block).not.toBe(null);
  });

  it("L4: leave everything as it was when there is no space", async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("Quota exceeded", "QuotaExceededError");
    });
    const tables = new Tables(store);
    await expect(tables.storeBlocks("LocalThing", nothing)).rejects.toMatchObject({ code: "quota" });
    put.mockRestore();
    expect(await tables.list("LocalThing", { limit: 1 })).toEqual([{ id: 2999, name: "Thing 7000", kind: "blue" }]);
  });

  it("P1: of other rows than these are neither read nor written", async () => {
    const made = { version: "v1", generations: [99], pruned: 0 };
    const block = { name: "head", number: -1, rows: 1, data: { order: "name", rows: [] } };
    expect(await store.putBlocks("LocalThing", made, [block])).toBe(false);
    expect(await store.blocks("LocalThing", "search", made)).toEqual([]);
    await storeAll();
    expect(await store.blocks("LocalThing", "search", { ...made, version: "v2" })).toEqual([]);
  });
});
