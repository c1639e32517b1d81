import { expect, it } from "vitest";
import type { Key } from "../api";
import type { EntityView, Known, Made, Segment, SingleRow } from "../store/store";
import { deferred } from "../testing/deferred";
import { entity } from "../testing/server";
import { until } from "../testing/until";
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
    change: 0,
    locals: new Map<Key, SingleRow>(),
    keys: new Map<Key, Key>(),
  };
  return Object.assign(now, {
    async view(_name: string, seen?: Known): Promise<EntityView> {
      const known = seen?.replica === now.replica ? seen : undefined;
      const entities = now.entities.map((name) => entity(name, attributes));
      const definition = { app: "", title: "", description: "", anonymous: true, contexts: {}, entities };
      const isKnown = known?.version === now.version && known?.generation === now.generation;
      const unknown = now.layers.filter((layer) => !isKnown || !known?.layers?.includes(layer));
      now.layerReads += unknown.length;
      return {
        replica: now.replica,
        record: {
          ...{ ...record, generation: now.generation },
          layers: now.layers.map((generation) => ({ generation, segments: 1, size: 1, bytes: 0 })),
        },
        pruned: 0,
        isKnown,
        layers: unknown.map((layer) => [{ ...segment, text: `[${layer},"layer ${layer}"]\n` }]),
        version: now.version,
        local: { change: now.change, rows: now.change === known?.change ? null : now.locals },
        definition: known?.version === now.version ? null : definition,
      };
    },
    async baseSegments(_name: string, _generation: number, numbers: readonly number[]): Promise<(Segment | null)[]> {
      now.reads++;
      return numbers.map(() => segment);
    },
    rows: async () => ({ rows: null, singles: 0 }),
    whole: async () => null,
    blocks: async () => [],
    putBlocks: async () => false,
    doubts: [] as string[],
    /** As the store's contract has it. */
    async doubt(name: string, made?: Made): Promise<void> {
      if (made === undefined || made.generations[0] === now.generation) this.doubts.push(name);
    },
    segments: async () => [],
    overview: () => Promise.reject(new Error("not asked for")),
    serverKey: async (local: Key) => now.keys.get(local),
  });
}

const things = async (tables: Tables) => (await tables.list("LocalThing", { orderBy: "id" })).map(({ name }) => name);

it("rows are read once, until they or the definition change", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  expect(await things(tables)).toEqual(["Chai"]);
  expect(await things(tables)).toEqual(["Chai"]);
  expect(store.reads).toBe(1);
  store.generation = 2;
  expect(await things(tables)).toEqual(["Chai"]);
  expect(store.reads).toBe(2);
  store.version = "v2";
  expect(await tables.get("LocalThing", 1)).toEqual({ id: 1, name: "Chai" });
  expect(store.reads).toBe(3);
});

it("two questions at once read rows once", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const [names, count] = await Promise.all([things(tables), tables.count("LocalThing", {})]);
  expect([names, count, store.reads]).toEqual([["Chai"], 1, 1]);
});

it("only new layers are read, and laid over what is there", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  expect(await things(tables)).toEqual(["Chai"]);
  store.layers = [5];
  expect(await things(tables)).toEqual(["Chai", "layer 5"]);
  expect(await things(tables)).toEqual(["Chai", "layer 5"]);
  store.layers = [5, 6];
  expect(await things(tables)).toEqual(["Chai", "layer 5", "layer 6"]);
  expect([store.reads, store.layerReads]).toEqual([1, 2]);
  // A new base has what was in the layers; a definition, the same rows under other attributes.
  store.version = "v2";
  expect(await things(tables)).toEqual(["Chai", "layer 5", "layer 6"]);
  expect([store.reads, store.layerReads]).toEqual([2, 4]);
  store.generation = 7;
  store.layers = [];
  expect(await things(tables)).toEqual(["Chai"]);
});

it("what is read late is not taken for newer", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await things(tables);
  store.layers = [5];
  const held = deferred();
  const view = store.view.bind(store);
  store.view = async (...args) => {
    store.view = view;
    const late = await view(...args);
    await held.promise;
    return late;
  };
  const slow = things(tables);
  await until(() => expect(store.layerReads).toBe(1));
  store.layers = [5, 6];
  const fast = things(tables);
  held.resolve();
  expect(await slow).toEqual(["Chai", "layer 5"]);
  expect(await fast).toEqual(["Chai", "layer 5", "layer 6"]);
  expect(await things(tables)).toEqual(["Chai", "layer 5", "layer 6"]);
});

it("an entity that the definition does not have is an error", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await things(tables);
  store.version = "v2";
  store.entities = ["LocalOther"];
  await expect(things(tables)).rejects.toMatchObject({ code: "unknown_entity" });
  await expect(tables.checkSynced("LocalThing")).rejects.toMatchObject({ code: "unknown_entity" });
});

it("L4: rows of a database that was evicted are not taken for those of the one made after it", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await things(tables);
  // The same generation and the same version, as a rebuilt database has them.
  store.replica = "r2";
  await things(tables);
  expect(store.reads).toBe(2);
});

it("L4: nothing is remembered once there is no definition", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  await things(tables);
  store.version = null;
  expect(await things(tables)).toEqual([]);
  store.version = "v1";
  expect(await things(tables)).toEqual(["Chai"]);
  expect(store.reads).toBe(2);
});

it("P5: rows that are replaced again and again while they are read are not doubted", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const read = store.baseSegments.bind(store);
  store.baseSegments = async (name, generation, numbers) => {
    if (store.generation < 3) store.generation++;
    return generation === store.generation ? read(name, generation, numbers) : numbers.map(() => null);
  };
  expect(await things(tables)).toEqual(["Chai"]);
  expect([store.generation, store.doubts]).toEqual([3, []]);
});

it("P5: rows that are not where they should be are doubted, and what can be read is shown", async () => {
  const store = fakeStore();
  const tables = new Tables(store);
  const read = store.baseSegments.bind(store);
  store.baseSegments = async (name, generation, numbers) =>
    store.doubts.length > 0 ? read(name, generation, numbers) : numbers.map(() => null);
  expect(await things(tables)).toEqual(["Chai"]);
  expect(store.doubts).toEqual(["LocalThing"]);
});
