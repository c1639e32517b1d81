/**
 * What becomes of what people change, whoever wrote the flow of a writable pattern: the engine, or
 * `manage.py createsyncaction`, whose JavaScript runs here as it is. Reading is in `accelerators.test.ts`.
 */

import { beforeEach, describe, expect, it } from "vitest";

import type { AttributeDefinition, AttributeType, EntityDefinition, Key } from "../api";
import type { SyncRequest } from "../protocol/messages";
import { READ_WRITE, READ_WRITE_CONFLICTS } from "../protocol/patterns";
import { settle } from "../testing/deferred";
import { refused, troubled } from "../testing/pushed";
import { type Asked, attribute, entity, FakeServer } from "../testing/server";
import { type Tab, World } from "../testing/world";

const WRITTEN = new URL("../../../../tests/accelerators/written", import.meta.url).pathname;

const flows = [READ_WRITE, READ_WRITE_CONFLICTS].flatMap((pattern) => [
  { pattern, who: "the engine", onSync: null },
  { pattern, who: "createsyncaction", onSync: () => import(`${WRITTEN}/${pattern}/on_sync_shop.js`) },
]);

function typed(name: string, type: AttributeType = "string", relation?: string): AttributeDefinition {
  return { ...attribute(name, type), editable: true, default: null, ...(relation && { relation }) };
}

function written(name: string, pattern: string, ...attributes: AttributeDefinition[]): EntityDefinition {
  const key = { ...attribute("id", "integer"), null: false };
  const writable = { create: true, update: true, delete: true };
  return { ...entity(name, [], pattern), key: "id", attributes: [key, ...attributes], writable };
}

describe.each(flows)("$pattern, as $who has it", ({ pattern, onSync }) => {
  let server: FakeServer;
  let world: World;
  let tab: Tab;

  beforeEach(async () => {
    server = new FakeServer([
      written("LocalThing", pattern, typed("name"), typed("place")),
      written("LocalKind", pattern, typed("name"), typed("thing", "integer", "LocalThing")),
    ]);
    server.pushed.merging.add("LocalThing");
    server.rows.LocalThing = [
      [1, 0, "Chai", "A"],
      [2, 0, "Ikura", "B"],
    ];
    server.rows.LocalKind = [[11, 0, "Drink", 1]];
    world = new World(server);
    world.onSync = onSync;
    tab = await world.tab();
    await settle();
    await sync();
    server.asked.splice(0);
  });

  const sync = (context = "") => tab.engine.onSync(context, { pressed: true });
  const states = async () => (await tab.engine.pending()).map(({ state }) => state);
  const there = (key: Key) => server.pushed.record("LocalThing", key);
  const isSync = ({ method, path }: Asked) => method === "POST" && path === "";
  const carried = () =>
    server.asked.filter(isSync).map(({ body }) => ((body as SyncRequest).mutations ?? []).map(({ id }) => id));

  /** Each change had its effect once, nothing is pending, and what is shown is what the server has. */
  async function expectAtRest(): Promise<void> {
    const ids = server.pushed.applied.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await tab.engine.pending()).toEqual([]);
    for (const name of ["LocalThing", "LocalKind"]) {
      const shown = await tab.engine.list(name, { orderBy: "id" });
      const kept = (server.rows[name] ?? []).map(([key]) => server.pushed.record(name, key as Key));
      expect(shown).toEqual(kept.map((record) => ({ ...record, _version: undefined })));
    }
  }

  it("W1, W5: what was made, changed and deleted is on the server once, and has its keys here", async () => {
    const [key] = await tab.engine.save("LocalThing", [{ name: "Tofu", place: "C" }], true);
    await tab.engine.update("LocalThing", 1, { place: "D" });
    await tab.engine.delete("LocalThing", 2);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 3 } });
    expect(await tab.engine.get("LocalThing", key as Key)).toMatchObject({ id: 1001, name: "Tofu" });
    expect([there(1)?.place, there(2), there(1001)?.name]).toEqual(["D", null, "Tofu"]);
    await expectAtRest();
  });

  it("W1: an answer that is lost is asked for again, and nothing is there twice", async () => {
    await tab.engine.save("LocalThing", [{ name: "Tofu", place: "C" }], true);
    await tab.engine.update("LocalThing", 1, { place: "D" });
    server.lost = 2;
    expect((await sync()).error).toMatchObject({ retry: true });
    expect((await sync()).error).toMatchObject({ retry: true });
    expect(await states()).toEqual(["sending", "sending"]);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
    const [first, ...others] = carried().filter((ids) => ids.length > 0);
    expect(others).toEqual([first, first]);
    await expectAtRest();
  });

  it("everything is sent once in a sync, whatever its context, and before rows are asked for", async () => {
    await tab.engine.update("LocalKind", 11, { name: "Tea" });
    expect(await sync("first")).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(carried().filter((ids) => ids.length > 0)).toHaveLength(1);
    expect(carried()[0]).toHaveLength(1);
    const [{ body } = { body: null }] = server.asked.filter(isSync);
    expect((body as SyncRequest).entities).toEqual(onSync === null ? undefined : []);
    await sync();
    await expectAtRest();
  });

  it("W2: a record and those that point at it go together", async () => {
    const key = `local:${crypto.randomUUID()}`;
    await tab.engine.saveTogether([
      { entity: "LocalThing", values: { id: key, name: "Tofu", place: "C" } },
      { entity: "LocalKind", values: { name: "Soy", thing: key } },
    ]);
    let isPoor = true;
    server.pushed.rule = (mutation) => {
      if (isPoor && mutation.entity === "LocalKind") throw refused("invalid_values", { name: ["Not so."] });
    };
    expect(await sync()).toMatchObject({ status: "complete", pushed: { rejected: 2 } });
    expect(server.rows.LocalThing).toHaveLength(2);
    isPoor = false;
    expect(await states()).toEqual(["waiting", "rejected"]);
    const [, { id } = { id: "" }] = await tab.engine.pending();
    await tab.engine.resend([id]);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
    const [made, kind] = [server.rows.LocalThing?.at(-1)?.[0], server.rows.LocalKind?.at(-1)?.[0]];
    expect(server.pushed.record("LocalKind", kind as Key)).toMatchObject({ name: "Soy", thing: made });
    await expectAtRest();
  });

  it("C1 to C3: both changed the same attribute: the last wins, or a person chooses", async () => {
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    await tab.engine.update("LocalThing", 2, { name: "Roe" });
    server.pushed.put("LocalThing", { id: 1, name: "Theirs" });
    const result = await sync();
    if (pattern === READ_WRITE) {
      expect(result).toMatchObject({ status: "complete", pushed: { applied: 2, conflict: 0 } });
    } else {
      expect(result).toMatchObject({ status: "complete", pushed: { applied: 1, conflict: 1 } });
      expect(there(1)).toMatchObject({ name: "Theirs" });
      const [conflict] = await tab.engine.conflicts();
      expect(conflict).toMatchObject({ attributes: ["name"], theirs: { name: "Theirs" }, base: { name: "Chai" } });
      await tab.engine.resolve(conflict?.id ?? "", "mine");
      expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    }
    expect(there(1)).toMatchObject({ name: "Mine" });
    await expectAtRest();
  });

  it("C2: changes of different attributes go together", async () => {
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    server.pushed.put("LocalThing", { id: 1, place: "Z" });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(there(1)).toMatchObject({ name: "Mine", place: "Z" });
    await expectAtRest();
  });

  it("W3: what is gone is said, and may be made again", async () => {
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    server.pushed.remove("LocalKind", 11);
    server.pushed.remove("LocalThing", 1);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { gone: 1 } });
    expect(await states()).toEqual(["gone"]);
    const [{ id } = { id: "" }] = await tab.engine.pending();
    await tab.engine.resend([id]);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(there(1001)).toMatchObject({ name: "Mine", place: "A" });
    await expectAtRest();
  });

  it("W3: what is rejected holds up no other, and goes through when it is corrected", async () => {
    server.pushed.rule = (_mutation, values) => {
      if (values.name === "Poison") throw refused("invalid_values", { name: ["Not that."] });
    };
    await tab.engine.update("LocalThing", 1, { name: "Poison" });
    await tab.engine.update("LocalThing", 2, { name: "Roe" });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1, rejected: 1 } });
    const [change] = await tab.engine.pending();
    expect(change).toMatchObject({ state: "rejected", error: { fields: { name: ["Not that."] } } });
    await tab.engine.update("LocalThing", 1, { name: "Honey" });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect([there(1)?.name, there(2)?.name]).toEqual(["Honey", "Roe"]);
    await expectAtRest();
  });

  it("W3: what had no outcome ends the sync with its error, after the rows came, and is sent again", async () => {
    server.pushed.rule = () => {
      throw troubled();
    };
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    server.pushed.put("LocalThing", { id: 2, name: "Roe" });
    expect((await sync()).error).toMatchObject({ code: "server_error", retry: true });
    expect(await tab.engine.get("LocalThing", 2)).toMatchObject({ name: "Roe" });
    server.pushed.rule = () => undefined;
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    await expectAtRest();
  });

  it("P6: what is edited while the sync runs survives it, and goes with the next", async () => {
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    server.pushed.put("LocalThing", { id: 1, place: "Z" });
    server.pushed.put("LocalThing", { id: 2, place: "Z" });
    let edits = 0;
    server.intercept = async (asked) => {
      if (!isSync(asked)) return undefined;
      const answer = server.serve(asked);
      // While each answer is on its way: the same attribute of the same record, and another record.
      await tab.engine.update("LocalThing", 1, { name: `Newest ${++edits}` });
      await tab.engine.update("LocalThing", 2, { name: "Roe" });
      return answer;
    };
    expect(await sync()).toMatchObject({ status: "complete" });
    server.intercept = null;
    expect(await tab.engine.get("LocalThing", 1)).toMatchObject({ name: `Newest ${edits}`, place: "Z" });
    expect(await tab.engine.get("LocalThing", 2)).toMatchObject({ name: "Roe", place: "Z" });
    expect(await states()).toEqual(["unsent", "unsent"]);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
    expect([there(1)?.name, there(2)?.name]).toEqual([`Newest ${edits}`, "Roe"]);
    await expectAtRest();
  });

  it("T4: a server whose past is another is compared with, before what is meant is sent again", async () => {
    await tab.engine.update("LocalThing", 1, { name: "Mine" });
    server.forget();
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(there(1)).toMatchObject({ name: "Mine" });
    await sync();
    await expectAtRest();
  });
});
