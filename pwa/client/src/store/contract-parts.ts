/** What every `Store` must do with parts of snapshots (decision 0015), and with what it is told of damage. */

import { beforeEach, describe, expect, it } from "vitest";

import { change, definitionOf, fillStore, recordOf, seenIn, segment } from "./contract-tools";
import type { Store } from "./store";

/** `make` gives another connection to the same database, of the given user. */
export function partsContract(name: string, make: (user: string) => Store): void {
  let counter = 0;
  let user = "";
  let store: Store;

  beforeEach(() => {
    user = `parts-${name}-${++counter}`;
    store = make(user);
  });

  describe(`${name}: parts of a snapshot`, () => {
    it("P2: are kept under their sums, through sweeps and in another connection, and seen by nobody", async () => {
      const generation = await store.newGeneration();
      await store.stagePart("Thing", { generation, number: 3 }, "aa", segment(1));
      await store.stagePart("Thing", { generation, number: 0 }, "bb", segment(2));
      await store.discard(generation);
      store.close();
      store = make(user);
      await store.sweep();
      const parts = { Thing: { aa: { generation, number: 3 }, bb: { generation, number: 0 } } };
      expect((await store.overview()).parts).toEqual(parts);
      expect(await store.segment("Thing", generation, 3)).toEqual(segment(1));
      expect(await seenIn(store)).toBe(null);
    });

    it("P2: move to where the next download wants them, and take no more space", async () => {
      const [first, second] = [await store.newGeneration(), await store.newGeneration()];
      const from = { generation: first, number: 0 };
      await store.stagePart("Thing", from, "aa", segment(1));
      await store.stagePart("Thing", { generation: second, number: 7 }, "aa", segment(1), from);
      expect((await store.overview()).parts).toEqual({ Thing: { aa: { generation: second, number: 7 } } });
      expect(await store.segment("Thing", first, 0)).toBe(null);
      expect(await store.segment("Thing", second, 7)).toEqual(segment(1));
    });

    it("P1: are forgotten when their entity is complete, and those that became visible stay", async () => {
      const [used, unused] = [await store.newGeneration(), await store.newGeneration()];
      await store.stagePart("Thing", { generation: used, number: 0 }, "aa", segment(1));
      await store.stagePart("Thing", { generation: unused, number: 0 }, "bb", segment(2));
      await store.stagePart("Other", { generation: unused, number: 0 }, "cc", segment(3));
      const record = recordOf(used, "a", [segment(1)]);
      expect(await store.switch(change({ entities: { Thing: record } }))).toBe(true);
      expect(Object.keys((await store.overview()).parts)).toEqual(["Other"]);
      expect(await seenIn(store)).toBe("[1]\n");
      expect(await store.segments("Thing", unused)).toEqual([]);
      expect(await store.segments("Other", unused)).toHaveLength(1);
    });

    it("P1: are not switched to when one of them is not there, whichever it is", async () => {
      const generation = await store.newGeneration();
      for (const number of [0, 2]) await store.stagePart("Thing", { generation, number }, `${number}`, segment(number));
      const record = recordOf(generation, "a", [segment(0), segment(1), segment(2)]);
      expect(await store.switch(change({ entities: { Thing: record } }))).toBe(false);
      expect(await seenIn(store)).toBe(null);
      await store.stagePart("Thing", { generation, number: 1 }, "1", segment(1));
      expect(await store.switch(change({ entities: { Thing: record } }))).toBe(true);
    });

    it("P5: that are shown and damaged keep nobody from going on", async () => {
      const record = await fillStore(store, "a", segment(1), segment(2), segment(3));
      const next = { ...record, cursor: "b" };
      await store.stage("Thing", record.generation, 1, { ...segment(2), text: "nonsense" });
      expect(await store.switch(change({ expected: { Thing: record }, entities: { Thing: next } }))).toBe(true);
    });

    it("go with an entity that a new definition does not have", async () => {
      const generation = await store.newGeneration();
      await store.stagePart("Thing", { generation, number: 0 }, "aa", segment(1));
      await store.stagePart("Other", { generation, number: 0 }, "bb", segment(1));
      await store.switch(change({ definition: { version: "v2", definition: definitionOf("Other") } }));
      expect(Object.keys((await store.overview()).parts)).toEqual(["Other"]);
      expect(await store.segments("Thing", generation)).toEqual([]);
      expect(await store.segments("Other", generation)).toHaveLength(1);
    });

    it("L4: can be dropped, which leaves what is visible", async () => {
      await fillStore(store, "a", segment(1));
      const generation = await store.newGeneration();
      for (const entity of ["Thing", "Other"])
        await store.stagePart(entity, { generation, number: 0 }, "aa", segment(2));
      await store.dropParts();
      expect((await store.overview()).parts).toEqual({});
      expect(await store.segments("Thing", generation)).toEqual([]);
      expect(await store.segments("Other", generation)).toEqual([]);
      expect(await seenIn(store)).toBe("[1]\n");
    });
  });

  describe(`${name}: doubts`, () => {
    it("P5: are kept until the entity was compared", async () => {
      await store.doubt("Thing");
      await store.doubt("Other");
      await store.doubt("Thing");
      expect(await store.overview()).toMatchObject({ doubts: ["Thing", "Other"], lastCheck: null });
      await store.noteCompared(["Thing"], null);
      expect(await store.overview()).toMatchObject({ doubts: ["Other"], lastCheck: null });
      const check = { at: "2026-01-31T09:30:00.000Z", repaired: { Other: 3 } };
      await store.noteCompared(["Other"], check);
      store.close();
      expect(await make(user).overview()).toMatchObject({ doubts: [], lastCheck: check });
    });

    it("P5: are about the rows that were read, and not about those that replaced them meanwhile", async () => {
      await store.switch(change({ definition: { version: "v1", definition: definitionOf("Thing") } }));
      const made = async () => {
        const { generation } = await fillStore(store, "a", segment(1));
        return { version: "v1", generations: [generation], pruned: 0 };
      };
      const [before, now] = [await made(), await made()];
      await store.doubt("Thing", before);
      expect((await store.overview()).doubts).toEqual([]);
      await store.doubt("Thing", now);
      expect((await store.overview()).doubts).toEqual(["Thing"]);
    });
  });
}
