/** What every `Store` must do with single rows: those of which this device alone knows. */

import { beforeEach, describe, expect, it } from "vitest";

import { ClientError } from "../protocol/errors";
import { change, definitionOf, fillStore, segment } from "./contract-tools";
import type { SingleRow, Store } from "./store";

/** `make` gives another connection to the same database, of the given user. */
export function singlesContract(name: string, make: (user: string) => Store): void {
  describe(`${name}: single rows`, () => {
    let counter = 0;
    let user = "";
    let store: Store;

    beforeEach(() => {
      user = `singles-${name}-${++counter}`;
      store = make(user);
    });

    const row = (id: string, text: string): SingleRow => ({ values: { id, text } });
    const put = (entity: string, ...rows: SingleRow[]) =>
      store.changeRows(
        entity,
        rows.map(({ values }) => values.id as string),
        () => new Map(rows.map((one) => [one.values.id as string, one])),
      );
    const texts = async (entity: string) => {
      const { rows } = await store.singleRows(entity);
      return rows?.map(({ values }) => values.text);
    };

    it("are of their entity, in the order of their keys, and survive the closing", async () => {
      expect(await store.singleRows("Note")).toEqual({ change: 0, rows: [] });
      await put("Note", row("b", "second"), row("a", "first"));
      await put("Notes", row("a", "of another"));
      store.close();
      store = make(user);
      expect(await texts("Note")).toEqual(["first", "second"]);
      expect(await texts("Notes")).toEqual(["of another"]);
      expect((await store.overview()).singles).toEqual({ Note: 2, Notes: 1 });
    });

    it("say when any of them changed, and are not read again while none did", async () => {
      await put("Note", row("a", "first"));
      const { change } = await store.singleRows("Note");
      await put("Other", row("a", "first"));
      expect(await store.singleRows("Note", change)).toEqual({ change, rows: null });
      await put("Note", row("a", "changed"));
      const after = await store.singleRows("Note", change);
      expect(after.change).not.toBe(change);
      expect(after.rows).toEqual([row("a", "changed")]);
    });

    it("L2: are changed all or none, by what was there in the same transaction", async () => {
      await put("Note", row("a", "0"), row("b", "0"));
      const add = (key: string) =>
        store.changeRows("Note", [key], (found) => {
          const number = Number(found.get(key)?.values.text);
          return new Map([[key, row(key, String(number + 1))]]);
        });
      await Promise.all(["a", "a", "b", "a"].map(add));
      expect(await texts("Note")).toEqual(["3", "1"]);
      const failing = store.changeRows("Note", ["a"], () => {
        throw new ClientError("read_only");
      });
      await expect(failing).rejects.toMatchObject({ code: "read_only" });
      expect(await texts("Note")).toEqual(["3", "1"]);
    });

    it("are removed one by one, or all of an entity", async () => {
      await put("Note", row("a", "1"), row("b", "2"), row("c", "3"));
      await put("Other", row("a", "4"));
      await store.changeRows("Note", ["b", "z"], (found) => new Map([...found.keys()].map((key) => [key, null])));
      expect(await texts("Note")).toEqual(["1", "3"]);
      await store.changeRows("Note", null, (found) => new Map([...found.keys()].map((key) => [key, null])));
      expect(await texts("Note")).toEqual([]);
      expect(await texts("Other")).toEqual(["4"]);
      expect((await store.overview()).singles).toEqual({ Note: 0, Other: 1 });
    });

    it("L5: stay through syncs and new definitions, whatever these name", async () => {
      await put("Note", row("a", "1"));
      await fillStore(store, "a", segment(1, 2));
      const definition = { version: "v2", definition: definitionOf("Thing") };
      expect(await store.switch(change({ definition }))).toBe(true);
      await store.sweep();
      expect(await texts("Note")).toEqual(["1"]);
    });

    it("L5: take the place of what was synced, when the definition says so", async () => {
      await fillStore(store, "a", segment(1, 2));
      const { entities, ...rest } = definitionOf("Thing");
      const local = { ...rest, entities: entities.map((entity) => ({ ...entity, pattern: "local" })) };
      expect(await store.switch(change({ definition: { version: "v2", definition: local } }))).toBe(true);
      expect((await store.overview()).entities).toEqual({});
    });

    it("S2: go with the person's database", async () => {
      await put("Note", row("a", "1"));
      await store.destroy();
      store = make(user);
      expect(await texts("Note")).toEqual([]);
      expect((await store.overview()).singles).toEqual({});
    });
  });
}
