/** What every `Store` must do with layers, and with downloads that were cut. */

import { beforeEach, describe, expect, it } from "vitest";

import { change, definitionOf, fillStore, seenIn, segment } from "./contract-tools";
import type { EntityRecord, Segment, Store } from "./store";

/** `make` gives another connection to the same database, of the given user. */
export function layersContract(name: string, make: (user: string) => Store): void {
  let counter = 0;
  let user = "";
  let store: Store;

  beforeEach(() => {
    user = `layers-${name}-${++counter}`;
    store = make(user);
  });

  const fill = (cursor: string, ...segments: Segment[]) => fillStore(store, cursor, ...segments);
  const seen = () => seenIn(store);

  describe(`${name}: layers`, () => {
    /** Stages and switches `Thing` to what it has with another layer over it. */
    async function lay(cursor: string, ...segments: Segment[]): Promise<EntityRecord> {
      const generation = await store.newGeneration();
      for (const [number, part] of segments.entries()) await store.stage("Thing", generation, number, part);
      const { Thing } = (await store.overview()).entities;
      if (Thing === undefined) throw new Error("There is no base.");
      const layer = { generation, segments: segments.length, size: segments.length, bytes: 0 };
      const record = { ...Thing, cursor, layers: [...Thing.layers, layer] };
      expect(await store.switch(change({ expected: { Thing }, entities: { Thing: record } }))).toBe(true);
      return record;
    }

    const gap: Segment = { ...segment(), first: null, last: null, gaps: [{ after: 1, before: 3 }] };
    const texts = (layers: Segment[][]) => layers.map((layer) => layer.map(({ text }) => text));

    it("P1: come with their cursor, over a base that stays, the oldest first", async () => {
      await fill("a", segment(1), segment(2, 3));
      await lay("b", gap, segment(4));
      await lay("c", segment(5));
      const view = await store.view("Thing");
      expect(view.record?.cursor).toBe("c");
      expect(await seen()).toBe("[1]\n[2]\n[3]\n");
      expect(texts(view.layers)).toEqual([["", "[4]\n"], ["[5]\n"]]);
      expect(view.layers[0]?.[0]?.gaps).toEqual([{ after: 1, before: 3 }]);
    });

    it("are all that a reader is told who knows what is below them", async () => {
      const { generation } = await fill("a", segment(1));
      await store.switch(change({ definition: { version: "v1", definition: definitionOf("Thing") } }));
      const { layers } = await lay("b", segment(2));
      await lay("c", segment(3));
      const { replica } = await store.overview();
      const known = { replica, version: "v1", generation, layers: layers.map((layer) => layer.generation) };
      const view = await store.view("Thing", known);
      expect(view.isKnown).toBe(true);
      expect(texts(view.layers)).toEqual([["[3]\n"]]);
      const other = await store.view("Thing", { ...known, generation: generation + 99 });
      expect(other.isKnown).toBe(false);
      expect(other.layers).toHaveLength(2);
    });

    it("P1: are not switched to when another layer came first, even under the same cursor", async () => {
      const before = await fill("a", segment(1));
      const generation = await store.newGeneration();
      await store.stage("Thing", generation, 0, segment(9));
      await lay("a", segment(2));
      const late = { ...before, cursor: "c", layers: [{ generation, segments: 1, size: 1, bytes: 4 }] };
      expect(await store.switch(change({ expected: { Thing: before }, entities: { Thing: late } }))).toBe(false);
      expect(texts((await store.view("Thing")).layers)).toEqual([["[2]\n"]]);
    });

    it("P1: are not switched to when they, or the base below them, were swept", async () => {
      const before = await fill("a", segment(1));
      const generation = await store.newGeneration();
      const late = { ...before, cursor: "b", layers: [{ generation, segments: 1, size: 1, bytes: 4 }] };
      expect(await store.switch(change({ expected: { Thing: before }, entities: { Thing: late } }))).toBe(false);
    });

    it("stay when others are swept or discarded, and go with a new base", async () => {
      const { generation } = await fill("a", segment(1));
      const record = await lay("b", segment(2));
      const layer = record.layers[0]?.generation ?? 0;
      await store.sweep();
      await store.discard(layer);
      expect(await store.segments("Thing", layer)).toHaveLength(1);
      await fill("c", segment(7));
      expect(await store.segments("Thing", layer)).toEqual([]);
      expect(await store.segments("Thing", generation)).toEqual([]);
      expect(await seen()).toBe("[7]\n");
    });

    it("Q2: are read as far as they were switched to, whatever a frozen tab writes after that", async () => {
      const { generation } = await fill("a", segment(1));
      const { layers } = await lay("b", segment(2));
      await store.stage("Thing", generation, 1, segment(8));
      await store.stage("Thing", layers[0]?.generation ?? 0, 1, segment(9));
      expect(await seen()).toBe("[1]\n");
      expect(texts((await store.view("Thing")).layers)).toEqual([["[2]\n"]]);
    });

    it("S1: may lose rows that nobody sees, in their place, with what the record says of it", async () => {
      const { generation } = await fill("a", segment(1), segment(2, 3));
      const laid = await lay("b", gap);
      await store.settleFiles([], 0);
      const record = { ...laid, lasts: [1, 3], leftovers: [] };
      expect(await store.prune("Thing", record, { generation, number: 1, segment: segment(3) })).toBe(true);
      expect(await seen()).toBe("[1]\n[3]\n");
      expect(await store.prune("Thing", { ...record, leftovers: null }, null)).toBe(true);
      const overview = await store.overview();
      expect(overview.entities.Thing).toEqual({ ...record, leftovers: null });
      expect(overview.filesSettled).toBe(true);
    });

    it("S1: lose nothing by who knows only what was before, nor an entity that is gone", async () => {
      const before = await fill("a", segment(1), segment(2, 3));
      const { generation } = before;
      const record = await lay("a", gap);
      expect(await store.prune("Thing", before, { generation, number: 1, segment: segment(2) })).toBe(false);
      const other = { ...record, cursor: "z" };
      expect(await store.prune("Thing", other, { generation, number: 1, segment: segment(2) })).toBe(false);
      expect(await store.prune("Other", record, { generation, number: 0, segment: segment(2) })).toBe(false);
      expect(await store.segments("Other", generation)).toEqual([]);
      expect(await seen()).toBe("[1]\n[2]\n[3]\n");
      expect((await store.overview()).entities).toEqual({ Thing: record });
    });

    it("S1: keep a download that was cut and lies over them", async () => {
      const record = await fill("a", segment(1), segment(2, 3));
      const { generation } = record;
      const cut = { generation, layers: [], keyType: "integer" as const };
      await store.keepPartial("Thing", cut, record);
      expect(await store.prune("Thing", record, { generation, number: 1, segment: segment(3) })).toBe(true);
      expect((await store.overview()).partials).toEqual({ Thing: cut });
    });

    it("need files to be looked after", async () => {
      await fill("a", segment(1));
      await store.settleFiles([], 0);
      await lay("b", segment(2));
      expect((await store.overview()).filesSettled).toBe(false);
    });
  });

  describe(`${name}: a download that was cut`, () => {
    const partial = (generation: number, ...layers: number[]) => ({
      generation,
      layers,
      keyType: "integer" as const,
    });

    it("P2: keeps what is staged of it, through sweeps and in another connection", async () => {
      const generation = await store.newGeneration();
      await store.keepPartial("Thing", partial(generation), undefined);
      await store.stage("Thing", generation, 0, segment(1));
      await store.stage("Other", generation, 0, segment(1));
      await store.discard(generation);
      store.close();
      store = make(user);
      await store.sweep();
      expect((await store.overview()).partials).toEqual({ Thing: partial(generation) });
      expect(await store.segment("Thing", generation, 0)).toEqual(segment(1));
      expect(await store.segment("Thing", generation, 1)).toBe(null);
      expect(await store.segments("Other", generation)).toEqual([]);
      expect(await seen()).toBe(null);
    });

    it("is forgotten when its entity is complete, and nothing of what became visible with it", async () => {
      const base = await fill("a", segment(1));
      const [used, unused] = [await store.newGeneration(), await store.newGeneration()];
      await store.stage("Thing", used, 0, segment(2));
      await store.stage("Thing", unused, 0, segment(3));
      await store.keepPartial("Thing", partial(base.generation, used, unused), base);
      const record = { ...base, cursor: "b", layers: [{ generation: used, segments: 1, size: 1, bytes: 4 }] };
      expect(await store.switch(change({ expected: { Thing: base }, entities: { Thing: record } }))).toBe(true);
      expect((await store.overview()).partials).toEqual({});
      expect(await store.segments("Thing", used)).toHaveLength(1);
      expect(await store.segments("Thing", unused)).toEqual([]);
    });

    it("P1: is not noted over something else than it was begun with", async () => {
      const base = await fill("a", segment(1));
      const generation = await store.newGeneration();
      const noted = partial(base.generation, generation);
      expect(await store.keepPartial("Thing", noted, { ...base, cursor: "b" })).toBe(false);
      expect(await store.keepPartial("Thing", noted, undefined)).toBe(false);
      expect((await store.overview()).partials).toEqual({});
      expect(await store.keepPartial("Thing", noted, base)).toBe(true);
      expect((await store.overview()).partials).toEqual({ Thing: noted });
    });

    it("stays when another entity is complete", async () => {
      const generation = await store.newGeneration();
      await store.stage("Other", generation, 0, segment(1));
      await store.keepPartial("Other", partial(generation), undefined);
      await fill("a", segment(1));
      expect((await store.overview()).partials).toEqual({ Other: partial(generation) });
      expect(await store.segments("Other", generation)).toHaveLength(1);
    });

    it.each([
      ["its entity", "Other", "read-only-optimized", "integer", false],
      ["its pattern", "Thing", "read-only", "integer", false],
      ["the type of its key", "Thing", "read-only-optimized", "string", false],
      ["something else", "Thing", "read-only-optimized", "integer", true],
    ] as const)("L5: and a new definition that changes %s", async (_what, name, pattern, type, isKept) => {
      const generation = await store.newGeneration();
      await store.stage("Thing", generation, 0, segment(1));
      await store.keepPartial("Thing", partial(generation), undefined);
      const definition = definitionOf(name);
      for (const entity of definition.entities) {
        Object.assign(entity, { pattern, attributes: [{ name: "id", label: "", type, null: false }] });
      }
      await store.switch(change({ definition: { version: "v2", definition } }));
      expect("Thing" in (await store.overview()).partials).toBe(isKept);
      expect(await store.segments("Thing", generation)).toHaveLength(isKept ? 1 : 0);
    });

    it("can be dropped, which leaves what is visible", async () => {
      const base = await fill("a", segment(1));
      const generation = await store.newGeneration();
      for (const name of ["Thing", "Other"]) {
        await store.stage(name, generation, 0, segment(2));
        const isThing = name === "Thing";
        await store.keepPartial(
          name,
          partial(isThing ? base.generation : generation, generation),
          isThing ? base : undefined,
        );
      }
      await store.dropPartials("Thing");
      expect(Object.keys((await store.overview()).partials)).toEqual(["Other"]);
      await store.dropPartials();
      expect((await store.overview()).partials).toEqual({});
      expect(await store.segments("Thing", generation)).toEqual([]);
      expect(await store.segments("Other", generation)).toEqual([]);
      expect(await seen()).toBe("[1]\n");
    });
  });
}
