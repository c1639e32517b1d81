/** What every `Store` must do. Called by the tests of each implementation, and of each browser it runs in. */

import { beforeEach, describe, expect, it } from "vitest";

import { type Agenda, EMPTY_AGENDA } from "./agenda";
import { filesContract, large, small } from "./contract-files";
import { layersContract } from "./contract-layers";
import { localContract } from "./contract-local";
import { partsContract } from "./contract-parts";
import { singlesContract } from "./contract-singles";
import { change, definitionOf, fillStore, recordOf, seenIn, segment } from "./contract-tools";
import type { Segment, Store } from "./store";

/** `make` gives another connection to the same database, of the given user. */
export function storeContract(name: string, make: (user: string) => Store): void {
  describe(`${name}: store contract`, () => {
    let counter = 0;
    let user = "";
    let store: Store;

    beforeEach(() => {
      user = `user-${name}-${++counter}`;
      store = make(user);
    });

    const fill = (cursor: string, ...segments: Segment[]) => fillStore(store, cursor, ...segments);
    const seen = () => seenIn(store);

    it("is empty at first, and has a replica id that stays", async () => {
      const overview = await store.overview();
      expect(overview).toMatchObject({ definition: null, entities: {}, contexts: {}, filesMissing: 0 });
      expect(overview.replica).not.toBe("");
      store.close();
      expect((await make(user).overview()).replica).toBe(overview.replica);
    });

    it("notes when a context is complete, beside the others", async () => {
      await store.complete("", "2026-01-31T09:30:00.000Z");
      await store.complete("prices", "2026-01-31T09:31:00.000Z");
      const contexts = { "": "2026-01-31T09:30:00.000Z", prices: "2026-01-31T09:31:00.000Z" };
      expect((await store.overview()).contexts).toEqual(contexts);
    });

    it("Q4: what is still to be done is changed in one step, and survives the closing", async () => {
      const task = (context: string) => ({ context, trigger: "manual" as const });
      const adding = (context: string) => (agenda: Agenda) => ({
        ...agenda,
        unfinished: [...agenda.unfinished, task(context)],
      });
      expect(await store.plan((agenda) => agenda)).toEqual(EMPTY_AGENDA);
      await Promise.all(["a", "b", "c"].map((context) => store.plan(adding(context))));
      store.close();
      const { agenda } = await make(user).overview();
      expect(agenda.unfinished.map(({ context }) => context).sort()).toEqual(["a", "b", "c"]);
    });

    it("W1: actions that travel with syncs are remembered, and which of them are over is known at once", async () => {
      const call = { asked: '["book",{}]', context: "", isOver: false };
      const ids: string[] = [];
      await store.noteCalls((calls, newId) => {
        ids.push(newId(), newId());
        return [...calls, ...ids.map((id) => ({ ...call, id }))];
      });
      expect(new Set(ids).size).toBe(2);
      expect((await store.overview()).confirmed).toEqual([]);
      store.close();
      const again = make(user);
      await again.noteCalls((calls) => calls.map((one) => ({ ...one, isOver: one.id === ids[1] })));
      expect((await again.overview()).confirmed).toEqual([ids[1]]);
      await again.noteCalls((calls) => calls.filter(({ isOver }) => !isOver));
      expect((await again.overview()).confirmed).toEqual([]);
    });

    it("P1: staged rows are invisible until they are switched to", async () => {
      await fill("a", segment(1, 2), segment(3));
      const generation = await store.newGeneration();
      await store.stage("Thing", generation, 0, segment(9));
      expect(await seen()).toBe("[1]\n[2]\n[3]\n");
    });

    it("P1: rows, cursor, definition and context change together", async () => {
      await fill("a", segment(1));
      const generation = await store.newGeneration();
      await store.stage("Thing", generation, 0, segment(5));
      const record = recordOf(generation, "b", [segment(5)]);
      const { entities } = await store.overview();
      const definition = { version: "v2", definition: definitionOf("Thing") };
      const context = { name: "", at: "2026-01-31T09:30:00.000Z" };
      expect(
        await store.switch({ expected: { Thing: entities.Thing }, entities: { Thing: record }, definition, context }),
      ).toBe(true);
      expect(await seen()).toBe("[5]\n");
      expect(await store.overview()).toMatchObject({
        definition,
        entities: { Thing: record },
        contexts: { "": context.at },
      });
    });

    it("P1: a switch from a cursor that is no longer there changes nothing", async () => {
      const before = await fill("a", segment(1));
      const now = await fill("b", segment(2));
      const generation = await store.newGeneration();
      await store.stage("Thing", generation, 0, segment(3));
      const late = recordOf(generation, "c", [segment(3)]);
      const definition = { version: "v9", definition: definitionOf("Thing") };
      expect(await store.switch(change({ expected: { Thing: before }, entities: { Thing: late }, definition }))).toBe(
        false,
      );
      expect(await seen()).toBe("[2]\n");
      expect(await store.overview()).toMatchObject({ definition: null, entities: { Thing: now } });
    });

    it.each(["all of", "the first of", "the last of"])(
      "P1: a switch to rows that lack %s theirs changes nothing",
      async (lack) => {
        const before = await fill("a", segment(1));
        const generation = await store.newGeneration();
        const parts = [segment(2), segment(3), segment(4)];
        await store.stage("Thing", generation, 0, segment(2));
        await store.stage("Thing", generation, 1, segment(3));
        // Swept while a frozen tab has them half written; when it thaws it goes on.
        if (lack !== "the last of") await store.sweep();
        if (lack === "the first of") await store.stage("Thing", generation, 2, segment(4));
        const late = recordOf(generation, "b", parts);
        expect(await store.switch(change({ expected: { Thing: before }, entities: { Thing: late } }))).toBe(false);
        expect(await seen()).toBe("[1]\n");
      },
    );

    it("sweeps what nobody points at, and nothing else", async () => {
      const record = await fill("a", segment(1), segment(2));
      const orphan = await store.newGeneration();
      await store.stage("Thing", orphan, 0, segment(3));
      await store.stage("Other", orphan, 0, segment(4));
      await store.sweep();
      expect(await seen()).toBe("[1]\n[2]\n");
      const back = change({ entities: { Other: recordOf(orphan, "x", [segment(4)]) } });
      expect(await store.switch(back)).toBe(false);
      expect((await store.overview()).entities).toEqual({ Thing: record });
    });

    it("Q2: discards one generation, but never one that is in use", async () => {
      const record = await fill("a", segment(1));
      const [mine, theirs] = [await store.newGeneration(), await store.newGeneration()];
      await store.stage("Thing", mine, 0, segment(2));
      await store.stage("Thing", theirs, 0, segment(3));
      await store.discard(mine);
      await store.discard(record.generation);
      expect(await seen()).toBe("[1]\n");
      const to = (generation: number) =>
        store.switch(change({ entities: { Thing: recordOf(generation, "b", [segment(3)]) } }));
      expect(await to(mine)).toBe(false);
      expect(await to(theirs)).toBe(true);
    });

    it("never gives a generation number twice, in two connections neither", async () => {
      const other = make(user);
      const numbers = await Promise.all([store, other, store, other].map((one) => one.newGeneration()));
      expect(new Set(numbers).size).toBe(4);
    });

    it("drops entities that a new definition does not have", async () => {
      await fill("a", segment(1));
      const definition = { version: "v2", definition: definitionOf("Other") };
      expect(await store.switch(change({ definition }))).toBe(true);
      expect((await store.overview()).entities).toEqual({});
      expect(await seen()).toBe(null);
    });

    it("a view says only what its reader does not know yet", async () => {
      const definition = { version: "v1", definition: definitionOf("Thing") };
      await store.switch(change({ definition }));
      const { generation } = await fill("a", segment(1));
      const { replica } = await store.overview();
      const first = await store.view("Thing");
      expect(first).toMatchObject({ replica, version: "v1", definition: definition.definition });
      const again = await store.view("Thing", { replica, generation, version: "v1" });
      expect(again).toMatchObject({ version: "v1", definition: null, isKnown: true, record: { cursor: "a" } });
    });

    it("L4: what a reader knows of another replica counts for nothing", async () => {
      const definition = { version: "v1", definition: definitionOf("Thing") };
      await store.switch(change({ definition }));
      const { generation } = await fill("a", segment(1));
      const view = await store.view("Thing", { replica: "evicted", generation, version: "v1" });
      expect(view).toMatchObject({ definition: definition.definition, isKnown: false });
    });

    it("keeps files until they are dropped", async () => {
      const file = { blob: new Blob(["picture"]), size: 7, etag: '"1"' };
      await store.putFile(small("a.png"), file, 1, false);
      await store.putFile(small("b.png"), file, 1, false);
      expect(await (await store.file(small("a.png")))?.blob.text()).toBe("picture");
      expect(await store.file(large("a.png"))).toBe(null);
      await store.settleFiles([small("a.png")], 3);
      expect(await store.fileKeys()).toEqual({ keys: [small("b.png")], old: [] });
      expect(await store.file(small("a.png"))).toBe(null);
      expect((await store.overview()).filesMissing).toBe(3);
    });

    it("P2: counts down the missing files with every one that comes, however often it comes", async () => {
      const file = { blob: new Blob(["picture"]), size: 7, etag: '"1"' };
      await store.settleFiles([], 2);
      await store.putFile(small("a.png"), file, 1, false);
      await store.putFile(small("a.png"), file, 1, false);
      expect((await store.overview()).filesMissing).toBe(1);
    });

    it("notes that files need looking after when rows changed, and only then", async () => {
      const record = await fill("a", segment(1));
      expect((await store.overview()).filesSettled).toBe(false);
      await store.settleFiles([], 0);
      await store.switch(change({ expected: { Thing: record }, entities: { Thing: { ...record, cursor: "b" } } }));
      expect((await store.overview()).filesSettled).toBe(true);
    });

    it("notes which rows were looked at for files, if they are still those, and forgets it with a definition", async () => {
      const record = await fill("a", segment(1));
      await store.settleFiles([], 0, { Thing: { ...record, cursor: "z" } });
      expect(await store.overview()).toMatchObject({ filesSettled: false, entities: { Thing: record } });
      await store.settleFiles([], 0, { Thing: record });
      const seen = { ...record, unseenFiles: [] };
      expect(await store.overview()).toMatchObject({ filesSettled: true, entities: { Thing: seen } });
      await store.prune("Thing", record, null);
      expect((await store.overview()).entities).toEqual({ Thing: seen });
      await store.switch(change({ definition: { version: "v2", definition: definitionOf("Thing") } }));
      expect((await store.overview()).entities).toEqual({ Thing: record });
      // Who started before that does not know it.
      await store.switch(change({ expected: { Thing: seen }, entities: { Thing: { ...seen, cursor: "b" } } }));
      expect((await store.overview()).entities.Thing?.unseenFiles).toBe(null);
    });

    it("S2: once destroyed it is gone, for other connections too", async () => {
      await fill("a", segment(1));
      const other = make(user);
      await other.overview();
      await store.destroy();
      await expect(store.overview()).rejects.toMatchObject({ code: "closed" });
      await expect(other.overview()).rejects.toMatchObject({ code: "closed" });
      expect([store.closed, other.closed]).toEqual([true, true]);
      expect(await make(user).overview()).toMatchObject({ entities: {} });
    });

    it("S2: another user's store has nothing of it", async () => {
      await fill("a", segment(1));
      expect(await seenIn(make(`${user}-other`))).toBe(null);
    });

    filesContract(() => store);
  });
  layersContract(name, make);
  singlesContract(name, make);
  localContract(name, make);
  partsContract(name, make);
}
