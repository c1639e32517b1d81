import { expect, it } from "vitest";
import type { EntityView, Known, Segment } from "../store/store";
import { entity } from "../testing/server";
import { Tables } from "./tables";

const segment: Segment = { first: 1, last: 1, rows: 1, text: '[1,"Chai"]\n' };
const record = {
  generation: 1,
  cursor: "",
  columns: ["id", "name"],
  rows: 1,
  segments: 1,
  lasts: [1],
  sums: [null],
  bytes: 4,
  leftovers: null,
  unseenFiles: null,
  layers: [],
  fingerprint: 0,
  syncedAt: "",
};
const attributes: Parameters<typeof entity>[1] = [
  ["id", "integer"],
  ["name", "string"],
];

/** A store whose definition and generation are set by the test, and which counts how often rows are read. */
function fakeStore() {
  const now = {
    ...{ replica: "r1", version: "v1" as string | null, generation: 1, entities: ["LocalThing"], reads: 0 },
    layers: [] as number[],
    layerReads: 0,
  };
  return Object.assign(now, {
    async view(_name: string, seen?: Known): Promise<EntityView> {
      const known = seen?.replica === now.replica ? seen : undefined;
      const entities = now.entities.map((name) => entity(name, attributes));
      const definition = { app: "", title: "", description: "", anonymous: true, contexts: {}, entities };
      const fresh = known?.generation !== now.generation;
      if (fresh) now.reads++;
      const unknown = now.layers.filter((layer) => fresh || !known?.layers?.includes(layer));
      now.layerReads += unknown.length;
      return {
        replica: now.replica,
        record: {
          ...{ ...record, generation: now.generation },
          layers: now.layers.map((generation) => ({ generation, segments: 1, size: 1, bytes: 0 })),
        },
        segments: fresh ? [segment] : null,
        layers: unknown.map((layer) => [{ ...segment, text: `[${layer},"layer ${layer}"]\n` }]),
        version: now.version,
        definition: known?.version === now.version ? null : definition,
      };
    },
  });
}

it("rows are read once, until they or the definition change", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const first = await tables.table("LocalThing");
  expect(await tables.table("LocalThing")).toBe(first);
  expect(store.reads).toBe(1);
  store.generation = 2;
  expect(await tables.table("LocalThing")).not.toBe(first);
  expect(store.reads).toBe(2);
  store.version = "v2";
  expect((await tables.table("LocalThing"))?.get(1)).toEqual({ id: 1, name: "Chai" });
  expect(store.reads).toBe(3);
});

it("only new layers are read, and laid over what is there", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const names = async () => (await tables.table("LocalThing"))?.list({ orderBy: "id" }).map(({ name }) => name);
  expect(await names()).toEqual(["Chai"]);
  store.layers = [5];
  const first = await tables.table("LocalThing");
  expect(await tables.table("LocalThing")).toBe(first);
  store.layers = [5, 6];
  expect(await names()).toEqual(["Chai", "layer 5", "layer 6"]);
  expect([store.reads, store.layerReads]).toEqual([1, 2]);
  // A new base has what was in the layers; a definition, the same rows under other attributes.
  store.version = "v2";
  expect(await names()).toEqual(["Chai", "layer 5", "layer 6"]);
  expect([store.reads, store.layerReads]).toEqual([2, 4]);
  store.generation = 7;
  store.layers = [];
  expect(await names()).toEqual(["Chai"]);
});

it("what is read late is not taken for newer", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await tables.table("LocalThing");
  store.layers = [5];
  const slow = tables.table("LocalThing");
  store.layers = [5, 6];
  const fast = tables.table("LocalThing");
  expect((await slow)?.count({})).toBe(2);
  expect((await fast)?.count({})).toBe(3);
  expect((await tables.table("LocalThing"))?.count({})).toBe(3);
});

it("an entity that the definition does not have is an error", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await tables.table("LocalThing");
  store.version = "v2";
  store.entities = ["LocalOther"];
  await expect(tables.table("LocalThing")).rejects.toMatchObject({ code: "unknown_entity" });
});

it("L4: rows of a database that was evicted are not taken for those of the one made after it", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const first = await tables.table("LocalThing");
  // The same generation and the same version, as a rebuilt database has them.
  store.replica = "r2";
  expect(await tables.table("LocalThing")).not.toBe(first);
  expect(store.reads).toBe(2);
});

it("L4: nothing is remembered once there is no definition", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const first = await tables.table("LocalThing");
  store.version = null;
  expect(await tables.table("LocalThing")).toBe(null);
  store.version = "v1";
  expect(await tables.table("LocalThing")).not.toBe(first);
});
