/** What every `Store` must do with local changes of synced entities, and the mutations that tell the server. */

import { beforeEach, describe, expect, it } from "vitest";

import type { Key } from "../api";
import type { Acknowledged, LocalRow, LocalTransaction, Mutation } from "../outbox/types";
import { ClientError } from "../protocol/errors";
import { localKey } from "../testing/local";
import { change, definitionOf, fillStore, recordOf, segment } from "./contract-tools";
import type { Known, Store } from "./store";

/** `make` gives another connection to the same database, of the given user. */
export function localContract(name: string, make: (user: string) => Store): void {
  describe(`${name}: local changes`, () => {
    let counter = 0;
    let user = "";
    let store: Store;

    beforeEach(() => {
      user = `local-${name}-${++counter}`;
      store = make(user);
    });

    const row = (id: string, facts: Partial<LocalRow["change"]> = {}, more: Partial<LocalRow> = {}): LocalRow => ({
      values: { name: id },
      derived: {},
      change: {
        ...{ id, op: "update", group: null, base: { id: 1, _version: 3 }, madeAt: "2026-01-31T09:30:00.000Z" },
        ...{ changedAt: "2026-01-31T09:30:00.000Z", state: "unsent", error: null, waitsFor: null, theirs: null },
        attributes: [],
        ...facts,
      },
      ...more,
    });
    const mutation = (id: string, seq: number): Mutation => ({
      ...{ id, seq, change: id, entity: "Thing", key: 1, op: "update", values: { name: id }, was: { name: "" } },
      ...{ base: null, group: null, madeAt: "", wire: null, answer: null },
    });
    const edit = <T>(work: (transaction: LocalTransaction) => Promise<T>) => store.changeLocal(work, "strict");
    const put = (entity: string, key: Key, local: LocalRow | null) =>
      edit((transaction) => transaction.putRow(entity, key, local));
    const keys = () => store.readLocal(async (transaction) => (await transaction.rows()).map(({ key }) => key));

    it("L2: lie beside what is to be sent, both or neither, and survive the closing", async () => {
      await edit(async (transaction) => {
        await transaction.putRow("Thing", 1, row("a"));
        await transaction.putMutation(mutation("m", await transaction.newSeq()));
      });
      const failing = edit(async (transaction) => {
        await transaction.putRow("Thing", 1, null);
        await transaction.deleteMutation("m");
        await transaction.setUnconfirmed(["m"]);
        throw new ClientError("read_only");
      });
      await expect(failing).rejects.toMatchObject({ code: "read_only" });
      store.close();
      store = make(user);
      await store.readLocal(async (transaction) => {
        expect(await transaction.row("Thing", 1)).toEqual(row("a"));
        expect(await transaction.row("Thing", 2)).toBe(undefined);
        expect(await transaction.mutation("m")).toEqual(mutation("m", 1));
        expect(await transaction.unconfirmed()).toEqual([]);
      });
    });

    it("W6: what was acknowledged is beside them, in that order, and of the last weeks only", async () => {
      const day = 24 * 3600 * 1000;
      const entry = (key: Key, at: number): Omit<Acknowledged, "id"> => ({
        ...{ entity: "Thing", op: "update", key, local: null, group: null, values: { name: "a" }, was: { name: "" } },
        ...{ base: { id: key, _version: 1 }, version: 2, madeAt: "", at },
      });
      const known = () =>
        store.readLocal(async (transaction) => (await transaction.acknowledged()).map(({ key }) => key));
      await edit(async (transaction) => {
        await transaction.putMutation(mutation("m", await transaction.newSeq()));
        await transaction.acknowledge([entry(1, 0), entry(2, 20 * day)]);
      });
      // The device's clock was set back: what comes later is later all the same.
      await edit((transaction) => transaction.acknowledge([entry(3, 10 * day)]));
      expect(await known()).toEqual([1, 2, 3]);
      expect(await store.readLocal((transaction) => transaction.mutations())).toEqual([mutation("m", 1)]);
      await edit((transaction) => transaction.acknowledge([entry(4, 40 * day)]));
      expect(await known()).toEqual([2, 3, 4]);
      await edit(async (transaction) => {
        const [first] = (await transaction.acknowledged()) as [Acknowledged];
        await transaction.putAcknowledged({ ...first, known: null });
        await transaction.forgetAcknowledged((await transaction.acknowledged())[1]?.id as string);
      });
      const many = Array.from({ length: 600 }, (_, at) => entry(100 + at, 40 * day));
      expect(await known()).toEqual([2, 4]);
      await edit((transaction) => transaction.acknowledge(many));
      expect(await known()).toEqual(many.slice(-500).map(({ key }) => key));
      await edit((transaction) => transaction.acknowledge(many.slice(0, 3)));
      expect(await known()).toEqual([...many.slice(-497), ...many.slice(0, 3)].map(({ key }) => key));
      await store.destroy();
      store = make(user);
      expect(await known()).toEqual([]);
    });

    it("W5: the key of a record that was lost and made anew is the one that it has in the end", async () => {
      const [first, second] = [localKey(1), localKey(2)];
      await edit((transaction) => transaction.putServerKey(first, "Thing", second));
      expect(await store.serverKey(first)).toBe(second);
      await edit((transaction) => transaction.putServerKey(second, "Thing", 7));
      expect(await store.serverKey(first)).toBe(7);
    });

    it("L1: a reader of them gets those that changed since, while these are few", async () => {
      await store.switch(change({ definition: { version: "v1", definition: definitionOf("Thing") } }));
      const view = async (change?: number) => {
        const known = change === undefined ? {} : { change, wantsSince: true };
        const { replica } = await store.overview();
        return (await store.view("Thing", { replica, version: "v1", ...known })).local;
      };
      for (let key = 1; key <= 200; key++) await put("Thing", key, row("a"));
      const { change: before } = await view();
      await put("Thing", 7, row("b"));
      await put("Other", 8, row("b"));
      await put("Thing", 9, null);
      const since = await view(before);
      expect([since.rows, [...(since.since ?? [])]]).toEqual([
        null,
        [
          [7, row("b")],
          [9, null],
        ],
      ]);
      expect((await view(since.change)).since).toBe(undefined);
      // What is known of a future, or of too long ago, says nothing.
      expect([(await view(since.change + 1)).rows?.size, (await view(1)).rows?.size]).toEqual([199, 199]);
    });

    it("L1: are given with the view of the server's rows, of one moment, and counted apart from them", async () => {
      await store.switch(change({ definition: { version: "v1", definition: definitionOf("Thing") } }));
      await fillStore(store, "a", segment(1, 2));
      const view = async (known?: Known) => {
        const { replica, local } = await store.view("Thing", known);
        return { replica, change: local.change, rows: local.rows && [...local.rows] };
      };
      expect(await view()).toMatchObject({ change: 0, rows: [] });
      expect(await store.rows("Thing")).toEqual({ rows: 2, singles: 0 });
      await put("Thing", 1, row("a"));
      await put("Other", 1, row("b"));
      const { replica, change: number, rows } = await view();
      expect(rows).toEqual([[1, row("a")]]);
      const known = { replica, version: "v1", change: number };
      expect(await view(known)).toEqual({ replica, change: number, rows: null });
      // What was known of another database, or definition, says nothing.
      for (const other of [
        { ...known, replica: "evicted" },
        { ...known, version: "v0" },
      ]) {
        expect((await view(other)).rows).toEqual([[1, row("a")]]);
      }
      expect(await store.rows("Thing")).toEqual({ rows: 2, singles: 1 });
      expect(await store.whole("Thing", "head")).toMatchObject({ rows: 2, singles: 1, block: null });
      expect(await store.rows("Other")).toEqual({ rows: null, singles: 1 });
      await put("Thing", 1, null);
      expect((await view(known)).rows).toEqual([]);
      expect(await store.rows("Thing")).toEqual({ rows: 2, singles: 0 });
    });

    it("are told apart from rows that are never synced, and counted apart", async () => {
      await store.changeRows("Note", ["a"], () => new Map([["a", { values: { id: "a" } }]]));
      await put("Thing", 1, row("a"));
      await put("Thing", "local:1", row("b"));
      expect(await keys()).toEqual([1, "local:1"]);
      expect((await store.overview()).singles).toEqual({ Note: 1, Thing: 0 });
    });

    it("are read with their entity's single rows, and say when they changed", async () => {
      const { change } = await store.singleRows("Thing");
      await put("Other", 1, row("b"));
      expect(await store.singleRows("Thing", change)).toEqual({ change, rows: null });
      await put("Thing", 1, row("a"));
      const after = await store.singleRows("Thing", change);
      expect(after.rows).toEqual([row("a")]);
      await put("Thing", 1, null);
      expect((await store.singleRows("Thing", after.change)).rows).toEqual([]);
    });

    it("W2: mutations come in the order made, whatever their ids", async () => {
      const made = ["z", "a", "m"];
      for (const id of made) {
        await edit(async (transaction) => transaction.putMutation(mutation(id, await transaction.newSeq())));
      }
      const ids = await store.readLocal(async (transaction) => (await transaction.mutations()).map(({ id }) => id));
      expect(ids).toEqual(made);
    });

    it("W5: what the server calls a record is kept for each record, and stays", async () => {
      await edit((transaction) => transaction.putServerKey("local:a", "Thing", 7));
      await edit((transaction) => transaction.putServerKey("local:b", "Thing", "x"));
      store.close();
      store = make(user);
      expect(await store.serverKey("local:a")).toBe(7);
      expect(await store.serverKey("local:b")).toBe("x");
      expect(await store.serverKey("local:c")).toBe(undefined);
    });

    it("are counted by how they are, since the oldest", async () => {
      expect(await store.outboxFigures()).toEqual({
        ...{ unsent: 0, attention: 0, conflicts: 0, waiting: 0 },
        oldest: null,
      });
      const states = ["unsent", "sending", "rejected", "gone", "conflict", "waiting", "sent"] as const;
      for (const [at, state] of states.entries()) {
        await put("Thing", at, row(state, { state, madeAt: `2026-01-${30 - at}` }));
      }
      const figures = { unsent: 2, attention: 2, conflicts: 1, waiting: 1, oldest: "2026-01-25" };
      expect(await store.outboxFigures()).toEqual(figures);
    });

    it("P6: what the server has goes with the rows that bring it, and no sooner", async () => {
      await fillStore(store, "a", segment(1, 2));
      const sent = (mark: number) => row(`sent ${mark}`, { state: "sent" }, { sent: { attributes: ["name"], mark } });
      const partly = row("partly", {}, { values: { name: "a", size: 2 }, sent: { attributes: ["name"], mark: 1 } });
      await put("Thing", 1, sent(1));
      await put("Thing", 2, sent(2));
      await put("Thing", 3, sent(3));
      await put("Thing", 4, row("unsent"));
      await put("Thing", 5, partly);
      await put("Other", 6, sent(1));
      const { entities } = await store.overview();
      const late = change({
        expected: { Thing: recordOf(9, "z", [segment(9)]) },
        caughtUp: { entities: ["Thing"], upTo: 9, own: [] },
      });
      expect(await store.switch(late)).toBe(false);
      expect((await keys()).length).toBe(6);
      const settled = () => store.readLocal((transaction) => transaction.settled("Thing"));
      expect(await settled()).toBe(0);
      const known = (await store.singleRows("Thing")).change;
      const now = change({ expected: entities, caughtUp: { entities: ["Thing"], upTo: 1, own: [3] } });
      expect(await store.switch(now)).toBe(true);
      // By when they were made, then by their keys.
      expect(await keys()).toEqual([6, 2, 4, 5]);
      expect(await settled()).toBe(1);
      const { rows, change: after } = await store.singleRows("Thing", known);
      expect(after).not.toBe(known);
      expect(rows?.map(({ values }) => values)).toEqual([{ name: "sent 2" }, { name: "unsent" }, { size: 2 }]);
      expect(rows?.[2]?.sent).toBe(undefined);
    });

    it("W6: stay through syncs and new definitions, whatever these name", async () => {
      await put("Gone", 1, row("a"));
      await edit((transaction) => transaction.putMutation(mutation("m", 1)));
      expect(await store.switch(change({ definition: { version: "v2", definition: definitionOf("Thing") } }))).toBe(
        true,
      );
      await store.sweep();
      expect(await keys()).toEqual([1]);
      expect((await store.readLocal((transaction) => transaction.mutations())).length).toBe(1);
    });

    it("number what was settled", async () => {
      expect(await edit((transaction) => transaction.newMark())).toBe(1);
      expect(await edit((transaction) => transaction.newMark())).toBe(2);
      expect(await store.readLocal((transaction) => transaction.mark())).toBe(2);
    });

    it("S2: go with the person's database", async () => {
      await put("Thing", 1, row("a"));
      await edit((transaction) => transaction.putMutation(mutation("m", 1)));
      await store.destroy();
      store = make(user);
      expect(await keys()).toEqual([]);
      expect(await store.readLocal((transaction) => transaction.mutations())).toEqual([]);
    });
  });
}
