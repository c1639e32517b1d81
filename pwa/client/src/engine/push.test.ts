import { beforeEach, describe, expect, it } from "vitest";

import type { Key, Row, SyncSettings } from "../api";
import type { WireMutation } from "../outbox/types";
import type { Locks } from "../ports";
import { FakeClock } from "../testing/clock";
import { deferred, settle } from "../testing/deferred";
import { Orders } from "../testing/orders";
import { refused, troubled } from "../testing/pushed";
import { type Asked, type FakeServer, failure } from "../testing/server";
import type { Tab, World } from "../testing/world";

let orders: Orders;
let server: FakeServer;
let world: World;
let tab: Tab;

beforeEach(() => open());

async function open(settings: Partial<SyncSettings> = {}): Promise<void> {
  ({ orders, server, world, tab } = await Orders.open(settings));
}

const sync = (of: Tab = tab, context = "") => of.engine.onSync(context, { pressed: true });
const make = async (entity: string, values: Row, of: Tab = tab): Promise<Key> => {
  const [key] = await of.engine.save(entity, [values], true);
  return key as Key;
};
const states = async (of: Tab = tab) => (await of.engine.pending()).map(({ state }) => state);
/** An order with so many lines, all or nothing. */
const makeOrder = async (lines: number, name = "new", of: Tab = tab): Promise<Key[]> => {
  const key = `local:${crypto.randomUUID()}`;
  return of.engine.saveTogether([
    { entity: "LocalOrder", values: { id: key, name, city: "Lyon" } },
    ...Array.from({ length: lines }, (_, at) => ({
      entity: "LocalLine",
      values: { name: `${name} ${at}`, order: key, quantity: at + 1 },
    })),
  ]);
};
/** What a tab shows is what the server has, and nothing is left to be said. */
async function expectSame(of: Tab = tab): Promise<void> {
  for (const entity of ["LocalOrder", "LocalLine", "LocalCount"]) {
    const shown = await of.engine.list(entity, { orderBy: "id" });
    const there = orders.at(entity).map((row) => ({ ...row }));
    const plain = (rows: (Row | null)[]) =>
      rows
        .map((row) =>
          JSON.stringify(
            Object.entries(row ?? {})
              .filter(([name]) => name !== "_version")
              .sort(),
          ),
        )
        .sort();
    expect(plain(shown)).toEqual(plain(there));
  }
  expect(await of.engine.pending()).toEqual([]);
}
/** Each change had its effect once. */
const expectOnce = () => {
  const ids = server.pushed.applied.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
};
/** Requests of syncs are answered so, where the function returns something. */
const intercept = (
  answer: (mutations: WireMutation[], asked: Asked) => Response | undefined | Promise<Response | undefined>,
) => {
  server.intercept = (asked) => {
    if (asked.method !== "POST" || asked.path !== "") return undefined;
    return answer((asked.body as { mutations?: WireMutation[] }).mutations ?? [], asked);
  };
};

describe("one change", () => {
  it("is sent with the pull, and is the server's row when the sync is complete", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    const result = await sync();
    expect(result).toMatchObject({ status: "complete", pushed: { applied: 1, conflict: 0, rejected: 0, gone: 0 } });
    expect(orders.carried).toEqual([1]);
    const [mutation] = orders.syncs[0]?.mutations ?? [];
    expect(mutation).toMatchObject({ entity: "LocalOrder", op: "update", key: 1, base: 0, values: { city: "Nancy" } });
    await expectSame();
    expect(await tab.engine.get("LocalOrder", 1)).not.toHaveProperty("_local");
  });

  it("a sync without changes says nothing of them", async () => {
    expect(await sync()).not.toHaveProperty("pushed");
    expect(orders.syncs[0]).not.toHaveProperty("mutations");
  });

  it("W5: a new record has the server's key then, and its first key finds it ever after", async () => {
    const key = await make("LocalOrder", { name: "new", city: "Lyon" });
    expect(key).toMatch(/^local:/);
    expect(await tab.engine.get("LocalOrder", key)).toMatchObject({ name: "new", _local: { isFromServer: false } });
    await sync();
    expect(await tab.engine.get("LocalOrder", key)).toMatchObject({ id: 1001, name: "new" });
    expect(await (await world.tab()).engine.get("LocalOrder", key)).toMatchObject({ id: 1001 });
    await expectSame();
  });

  it("a deleted record is gone at once, and on the server after the sync", async () => {
    await tab.engine.delete("LocalOrder", 2);
    expect(await tab.engine.get("LocalOrder", 2)).toBe(null);
    await sync();
    expect(server.pushed.record("LocalOrder", 2)).toBe(null);
    await expectSame();
  });

  it("what came of it is confirmed by the next request, once", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await sync();
    expect(server.confirmed).toEqual([]);
    await sync();
    expect(server.confirmed).toEqual(orders.syncs[0]?.mutations?.map(({ id }) => id));
    await sync();
    expect(server.confirmed).toHaveLength(1);
  });

  it("is told while it goes, to all tabs, with who changed", async () => {
    const other = await world.tab();
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await settle();
    expect(other.events).toContainEqual({ type: "datachange", detail: { entities: ["LocalOrder"] } });
    expect((await other.engine.state()).pending).toMatchObject({ unsent: 1, attention: 0 });
    other.events.splice(0);
    await sync();
    await settle();
    const phases = other.events.flatMap(({ type, detail }) => {
      return type === "syncprogress" ? (detail as { phase: string }).phase : [];
    });
    expect(phases[0]).toBe("connect");
    expect(phases).toContain("push");
    expect(phases.indexOf("push")).toBeLessThan(phases.indexOf("rows"));
    expect(await other.engine.get("LocalOrder", 1)).toMatchObject({ city: "Nancy" });
    expect((await other.engine.state()).pending).toMatchObject({ unsent: 0, oldest: null });
    const complete = other.events.find(({ type }) => type === "synccomplete");
    expect(complete?.detail).toMatchObject({ pushed: { applied: 1 } });
  });
});

describe("W1: exactly once", () => {
  it("must show 2: an order with five lines, its answer lost three times, the browser closed between", async () => {
    await makeOrder(5);
    server.lost = 3;
    for (let time = 0; time < 3; time++) {
      expect(await sync()).toMatchObject({ status: "error", error: { code: "network" } });
      expect(await states()).toEqual(Array.from({ length: 6 }, () => "sending"));
      world.close(tab);
      tab = await world.tab();
    }
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 6 } });
    expect(orders.carried).toEqual([6, 6, 6, 6]);
    expect(new Set(orders.syncs.map(({ mutations }) => JSON.stringify(mutations))).size).toBe(1);
    expectOnce();
    expect(server.rows.LocalOrder).toHaveLength(3);
    expect(server.rows.LocalLine).toHaveLength(6);
    expect((await tab.engine.list("LocalLine", { where: { order: 1001 } })).map(({ id }) => id)).toHaveLength(5);
    await expectSame();
  });

  it("P2: an answer that is cut after any of its lines keeps what came", async () => {
    for (let lines = 0; ; lines++) {
      await open();
      await makeOrder(2);
      await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
      let isWhole = false;
      server.damage = (bytes) => {
        const all = new TextDecoder().decode(bytes).split("\n");
        isWhole = lines >= all.length - 1;
        return new TextEncoder().encode(
          all
            .slice(0, lines)
            .map((line) => `${line}\n`)
            .join(""),
        );
      };
      const { status } = await sync();
      expect(status).toBe(isWhole ? "complete" : "error");
      // The start, then an outcome a line.
      const came = Math.max(Math.min(lines - 1, 4), 0);
      if (!isWhole) expect((await states()).filter((state) => state === "sending")).toHaveLength(4 - came);
      server.damage = null;
      expect(await sync()).toMatchObject({ status: "complete" });
      expect(orders.carried).toEqual([4, 4 - came]);
      expectOnce();
      await expectSame();
      if (isWhole) return;
    }
  });

  it("P2: a browser that is closed after any step of its database goes on, and nothing is twice or lost", async () => {
    for (let steps = 1; ; steps++) {
      await open();
      await makeOrder(1);
      await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
      let left = steps;
      const { stores } = world;
      const dying = deferred();
      world.stores = {
        ...stores,
        user: (...whose) =>
          new Proxy(stores.user(...whose), {
            get(store, name) {
              const member: unknown = Reflect.get(store, name);
              if (typeof member !== "function") return member;
              return async (...args: unknown[]) => {
                const result: unknown = await member.apply(store, args);
                if (--left === 0) dying.resolve();
                return left <= 0 ? new Promise(() => undefined) : result;
              };
            },
          }),
      };
      const victim = await world.tab();
      const ended = sync(victim).then(() => "whole");
      const how = await Promise.race([ended, dying.promise.then(() => "closed")]);
      world.close(victim);
      world.stores = stores;
      tab = await world.tab();
      expect(await sync()).toMatchObject({ status: "complete" });
      expectOnce();
      expect(server.rows.LocalOrder).toHaveLength(3);
      await expectSame();
      if (how === "whole") {
        expect(steps).toBeGreaterThan(10);
        return;
      }
    }
  }, 60_000);

  it("Q2: a tab that is killed in the middle of a push, and another that goes on", async () => {
    await makeOrder(2);
    const other = await world.tab();
    const reached = deferred();
    intercept((mutations, asked) => {
      if (mutations.length === 0) return undefined;
      server.intercept = null;
      server.serve(asked);
      reached.resolve();
      return new Promise(() => undefined);
    });
    void sync();
    await reached.promise;
    const second = sync(other);
    world.close(tab);
    expect(await second).toMatchObject({ status: "complete", pushed: { applied: 3 } });
    expectOnce();
    await expectSame(other);
  });

  it("Q2: two tabs at once send it once", async () => {
    await makeOrder(2);
    const other = await world.tab();
    const results = await Promise.all([sync(), sync(other)]);
    expect(results.map(({ status }) => status)).toEqual(["complete", "complete"]);
    expect(orders.carried).toEqual([3, 0]);
    expectOnce();
    await expectSame(other);
  });
});

describe("Q5: the whole outbox, whatever the context", () => {
  it("a context narrows the pull only, and all cursors are sent", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.rows.LocalThing = [[32, "other"]];
    expect(await sync(tab, "things")).toMatchObject({ status: "complete", received: { LocalThing: 2 } });
    expect(Object.keys(orders.syncs[0]?.cursors ?? {}).sort()).toEqual([
      "LocalCount",
      "LocalLine",
      "LocalOrder",
      "LocalThing",
    ]);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Nancy" });
    // P6: its row has not come; what was typed is shown, and is nobody's turn.
    expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Nancy", _local: { state: "sent" } });
    expect(await tab.engine.pending()).toEqual([]);
    await sync(tab, "orders");
    expect(await tab.engine.get("LocalOrder", 1)).not.toHaveProperty("_local");
    await expectSame();
  });

  it("more than 500 go in several requests, the pull with the last", async () => {
    const rows = Array.from({ length: 1101 }, (_, at) => ({ name: `count ${at}`, amount: at }));
    await tab.engine.save("LocalCount", rows, false);
    expect(await sync()).toMatchObject({
      status: "complete",
      pushed: { applied: 1101 },
      received: { LocalCount: 1101 },
    });
    expect(orders.carried).toEqual([500, 500, 101]);
    expect(orders.syncs.map(({ entities }) => entities)).toEqual([[], [], undefined]);
    expect(orders.syncs[0]?.cursors).toHaveProperty("LocalOrder");
    await expectSame();
  });

  it("what an earlier request of several came to is kept when a later one fails", async () => {
    const rows = Array.from({ length: 600 }, (_, at) => ({ name: `count ${at}`, amount: at }));
    await tab.engine.save("LocalCount", rows, false);
    intercept((mutations) => (mutations.length === 100 ? failure(503, "busy", true) : undefined));
    expect(await sync()).toMatchObject({ status: "error", error: { code: "busy" }, pushed: { applied: 500 } });
    server.intercept = null;
    expect(await sync()).toMatchObject({ pushed: { applied: 100 } });
    expectOnce();
    await expectSame();
  });
});

describe("P6: edits and pulls", () => {
  it("must show 3: what is edited while a sync runs survives, and goes with the next one", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    const reached = deferred();
    const held = deferred();
    intercept(async (_mutations, asked) => {
      server.intercept = null;
      const answer = server.serve(asked);
      reached.resolve();
      await held.promise;
      return answer;
    });
    const running = sync();
    await reached.promise;
    // The same record in the same attribute, another one, and a new one.
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    await tab.engine.update("LocalOrder", 2, { name: "renamed" });
    const key = await make("LocalOrder", { name: "new", city: "Lyon" });
    held.resolve();
    expect(await running).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Nancy" });
    expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Metz", _local: { state: "unsent" } });
    expect(await tab.engine.get("LocalOrder", 2)).toMatchObject({ name: "renamed" });
    expect(await tab.engine.get("LocalOrder", key)).toMatchObject({ name: "new" });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 3, conflict: 0 } });
    await expectSame();
  });

  it("must show 3: also of a record that is being made", async () => {
    const key = await make("LocalOrder", { name: "new", city: "Lyon" });
    const reached = deferred();
    const held = deferred();
    intercept(async (_mutations, asked) => {
      server.intercept = null;
      const answer = server.serve(asked);
      reached.resolve();
      await held.promise;
      return answer;
    });
    const running = sync();
    await reached.promise;
    await tab.engine.update("LocalOrder", key, { city: "Metz" });
    await make("LocalLine", { name: "late", order: key, quantity: 1 });
    held.resolve();
    await running;
    expect(await tab.engine.get("LocalOrder", key)).toMatchObject({ id: 1001, city: "Metz" });
    expect(await sync()).toMatchObject({ pushed: { applied: 2, conflict: 0 } });
    expect(server.rows.LocalLine?.at(-1)).toEqual([1002, 1, "late", 1001, 1]);
    await expectSame();
  });

  it("what others changed meanwhile is shown beside what was typed", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.pushed.put("LocalOrder", { id: 1, name: "theirs" });
    server.pushed.merging.add("LocalOrder");
    server.pushed.rule = () => {
      throw troubled();
    };
    await sync();
    expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Nancy", name: "theirs" });
    expect(await states()).toEqual(["unsent"]);
    server.pushed.rule = () => undefined;
    await sync();
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Nancy", name: "theirs" });
    await expectSame();
  });

  it("an answer of before the push, in a tab that was frozen with it, takes nothing away", async () => {
    const thaw = deferred();
    // What its lock says reaches a frozen tab when it thaws.
    const locks: Locks = {
      request: (...request) =>
        world.locks.request(...request).catch(async (error) => {
          await thaw.promise;
          throw error;
        }),
    };
    const frozen = await world.tab({ clock: new FakeClock(), locks });
    const reached = deferred();
    const held = deferred();
    intercept(async (_mutations, asked) => {
      server.intercept = null;
      server.rows.LocalThing = [[32, "other"]];
      const answer = server.serve(asked);
      reached.resolve();
      await held.promise;
      return answer;
    });
    const slow = sync(frozen);
    await reached.promise;
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    // The outcome arrives, and no more than that.
    server.damage = (bytes) => bytes.subarray(0, new TextDecoder().decode(bytes).indexOf('{"type":"entity"'));
    const fast = sync();
    await settle();
    world.clock.advance(60_000);
    expect(await fast).toMatchObject({ status: "error", pushed: { applied: 1 } });
    server.damage = null;
    held.resolve();
    for (let i = 0; i < 6; i++) await settle();
    expect(await tab.engine.list("LocalThing")).toEqual([{ id: 32, name: "other" }]);
    thaw.resolve();
    expect(await slow).toMatchObject({ status: "complete", received: { LocalThing: 2 } });
    expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Nancy", _local: { state: "sent" } });
    await sync();
    await expectSame();
  });

  it("counts of what was received, comparison and repair are not disturbed by what is local", async () => {
    server.pushed.rule = () => {
      throw troubled();
    };
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await make("LocalOrder", { name: "new" });
    await tab.engine.delete("LocalOrder", 2);
    const { status, repaired } = await tab.engine.check(true);
    expect({ status, repaired }).toEqual({ status: "complete", repaired: {} });
    expect((await tab.engine.syncProperties()).entities.LocalOrder).toMatchObject(server.contentOf("LocalOrder"));
    expect(await states()).toEqual(["unsent", "unsent", "unsent"]);
  });
});

describe("W3: every change ends", () => {
  it("must show 4: a rejected line keeps its order back and nothing else; corrected, it goes through", async () => {
    server.pushed.rule = ({ entity }, { quantity }) => {
      if (entity === "LocalLine" && Number(quantity) > 2) throw refused("invalid_values", { quantity: ["Too many."] });
    };
    const [order, , , bad] = (await makeOrder(3)) as [Key, Key, Key, Key];
    await makeOrder(1, "other");
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2, rejected: 4 } });
    expect(server.rows.LocalOrder?.map(([, , name]) => name)).toEqual(["first", "second", "other"]);
    const changes = await tab.engine.pending();
    expect(changes.find(({ key }) => key === bad)).toMatchObject({
      state: "rejected",
      error: { code: "invalid_values", fields: { quantity: ["Too many."] } },
    });
    expect(changes).toHaveLength(4);
    expect(await tab.engine.get("LocalOrder", order)).toMatchObject({ name: "new" });
    await sync();
    expect(orders.carried).toEqual([6, 0]);
    await tab.engine.update("LocalLine", bad, { quantity: 2 });
    expect(await sync()).toMatchObject({ pushed: { applied: 4, rejected: 0 } });
    expectOnce();
    expect(server.rows.LocalLine?.filter(([, , name]) => String(name).startsWith("new"))).toHaveLength(3);
    await expectSame();
  });

  it("a child of a rejected parent waits for it, and goes with it", async () => {
    server.pushed.rule = ({ entity }, { city }) => {
      if (entity === "LocalOrder" && city === "Nowhere") throw refused("invalid_values", { city: ["Where is that?"] });
    };
    const key = await make("LocalOrder", { name: "new", city: "Nowhere" });
    await make("LocalLine", { name: "line", order: key, quantity: 1 });
    await sync();
    expect((await states()).sort()).toEqual(["rejected", "waiting"]);
    await tab.engine.update("LocalOrder", key, { city: "Lyon" });
    await sync();
    expectOnce();
    await expectSame();
  });

  it("one whose record is gone can be made again", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.pushed.remove("LocalLine", 11);
    server.pushed.remove("LocalOrder", 1);
    expect(await sync()).toMatchObject({ status: "complete", pushed: { gone: 1 } });
    const [change] = await tab.engine.pending();
    expect(change).toMatchObject({ state: "gone", key: 1, values: { city: "Nancy" } });
    await tab.engine.resend([change?.id as string]);
    await sync();
    expect(server.rows.LocalOrder?.at(-1)).toEqual([1001, 1, "first", "Nancy"]);
    await expectSame();
  });

  it("what had no outcome ends the sync with its error after the rows came, and is sent again when settings say so", async () => {
    await open({ retry: true, retry_interval: 30 });
    server.pushed.rule = ({ entity }) => {
      if (entity === "LocalOrder") throw troubled("busy");
    };
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await tab.engine.update("LocalCount", 21, { amount: 8 });
    server.rows.LocalThing = [[32, "other"]];
    const result = await sync();
    expect(result).toMatchObject({ status: "error", error: { code: "busy", retry: true }, pushed: { applied: 1 } });
    const [stuck] = await tab.engine.pending();
    expect(stuck).toMatchObject({ key: 1, state: "unsent", error: { code: "busy", retry: true } });
    expect(result.error?.about).toEqual({ change: stuck?.id, title: "first" });
    expect((await tab.engine.state()).lastError).toEqual(result.error);
    expect(result.received).toMatchObject({ LocalThing: 2, LocalCount: 1 });
    expect(await tab.engine.list("LocalThing")).toHaveLength(1);
    expect((await tab.engine.state()).lastError).toMatchObject({ code: "busy" });
    server.pushed.rule = () => undefined;
    world.clock.advance(30_000);
    for (let i = 0; i < 4; i++) await settle();
    expect(orders.syncs.map(({ trigger }) => trigger)).toEqual(["manual", "retry"]);
    expect(orders.carried).toEqual([2, 1]);
    await expectSame();
    expect((await tab.engine.state()).lastError).toBe(null);
  });

  it("what had no outcome is not sent twice in one sync, however many requests that takes", async () => {
    server.pushed.rule = ({ values }) => {
      if (values.name !== "count 500") throw troubled("busy");
    };
    const rows = Array.from({ length: 501 }, (_, at) => ({ name: `count ${at}`, amount: at }));
    await tab.engine.save("LocalCount", rows, false);
    expect(await sync()).toMatchObject({ status: "error", error: { code: "busy" }, pushed: { applied: 1 } });
    expect(orders.carried).toEqual([500, 1]);
  });

  it("W3: poison that never has an outcome is named, can be given up, and is in no other's way", async () => {
    server.pushed.rule = ({ entity, key }) => {
      if (entity === "LocalOrder" && key === 1) throw troubled("server_error");
    };
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    for (const amount of [8, 9]) {
      await tab.engine.update("LocalCount", 21, { amount });
      const result = await sync();
      expect(result).toMatchObject({ status: "error", error: { about: { title: "first" } }, pushed: { applied: 1 } });
      expect(await tab.engine.pending()).toMatchObject([{ key: 1, state: "unsent", error: { code: "server_error" } }]);
    }
    const [stuck] = await tab.engine.pending();
    expect(await tab.engine.discard([stuck?.id as string])).toEqual([stuck?.id]);
    const result = await sync();
    expect(result.status).toBe("complete");
    expect(result.error).toBe(undefined);
    expect((await tab.engine.state()).lastError).toBe(null);
    await expectSame();
  });

  it("poison: what no request may have is found, shown, and in nobody's way", async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({ name: `count ${at}`, amount: at }));
    await tab.engine.save("LocalCount", rows, false);
    const isPoison = ({ values }: WireMutation) => values.name === "count 13";
    intercept((mutations) => (mutations.some(isPoison) ? failure(400, "invalid_request") : undefined));
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 19, rejected: 1 } });
    expect(await tab.engine.pending()).toMatchObject([
      { values: { name: "count 13" }, state: "rejected", error: { code: "invalid_request", retry: false } },
    ]);
    // All, all without rows, none, then halves; the rows in the end.
    expect(orders.carried).toEqual([20, 20, 0, 10, 10, 5, 3, 2, 1, 1, 5, 0]);
    server.intercept = null;
    expect(await sync()).toMatchObject({ status: "complete" });
    expect(orders.carried.at(-1)).toBe(0);
    expectOnce();
  });

  it("poison: an order that is too large for the server is refused as a whole, the rest is not", async () => {
    await makeOrder(3);
    await tab.engine.update("LocalLine", 11, { name: "x".repeat(5000) });
    server.mostBytes = 4000;
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 4, rejected: 1 } });
    expect(await tab.engine.pending()).toMatchObject([{ key: 11, error: { code: "body_too_large" } }]);
  });

  it("a request that is refused without any change in it blames none", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    intercept(() => failure(400, "invalid_request"));
    expect(await sync()).toMatchObject({ status: "error", error: { code: "invalid_request" } });
    expect(await states()).toEqual(["sending"]);
    server.intercept = null;
    await sync();
    expectOnce();
    await expectSame();
  });

  it("an answer that leaves one out, or speaks of others, is none", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    const edit = (change: (line: string) => string) => {
      server.damage = (bytes) => {
        const lines = new TextDecoder().decode(bytes).split("\n");
        return new TextEncoder().encode(
          lines
            .map(change)
            .filter((line) => line !== "-")
            .join("\n"),
        );
      };
    };
    edit((line) => (line.startsWith('{"type":"outcome"') ? "-" : line));
    expect(await sync()).toMatchObject({ status: "error", error: { code: "corrupt_response" } });
    edit((line) => line.replace(/("type":"outcome","id":")./, "$1f"));
    expect(await sync()).toMatchObject({ status: "error", error: { code: "corrupt_response" } });
    server.damage = null;
    await sync();
    expectOnce();
    await expectSame();
  });
});

describe("C: two devices", () => {
  it("must show 1: different attributes merge, the same one is a conflict on the second device only", async () => {
    server.pushed.merging.add("LocalOrder");
    const second = await orders.device(2);
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await second.engine.update("LocalOrder", 1, { name: "renamed" });
    await tab.engine.update("LocalOrder", 2, { city: "Nancy" });
    await second.engine.update("LocalOrder", 2, { city: "Metz" });
    await second.engine.update("LocalCount", 21, { amount: 9 });
    await sync();
    expect(await sync(second)).toMatchObject({ status: "complete", pushed: { applied: 2, conflict: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Nancy", name: "renamed" });
    expect(server.pushed.record("LocalCount", 21)).toMatchObject({ amount: 9 });
    expect(await tab.engine.conflicts()).toEqual([]);
    const [conflict] = await second.engine.conflicts();
    expect(conflict).toMatchObject({
      key: 2,
      base: { city: "Reims" },
      values: { city: "Metz" },
      theirs: { city: "Nancy" },
      attributes: ["city"],
    });
    // Others go on; it stays until somebody decides.
    await second.engine.update("LocalOrder", 1, { city: "Lille" });
    await sync(second);
    expect(await second.engine.get("LocalOrder", 2)).toMatchObject({ city: "Metz" });
    await second.engine.resolve(conflict?.id as string, "mine");
    expect(await sync(second)).toMatchObject({ pushed: { applied: 1, conflict: 0 } });
    await expectSame(second);
    await sync();
    expect(await tab.engine.get("LocalOrder", 2)).toMatchObject({ city: "Metz" });
    await expectSame();
  });

  it("C3: theirs is taken without a word to the server", async () => {
    await tab.engine.update("LocalOrder", 2, { city: "Metz" });
    server.pushed.put("LocalOrder", { id: 2, city: "Nancy" });
    await sync();
    const [conflict] = await tab.engine.conflicts();
    await tab.engine.resolve(conflict?.id as string, "theirs");
    await sync();
    expect(orders.carried).toEqual([1, 0]);
    await expectSame();
    await expect(tab.engine.resolve(conflict?.id as string, "mine")).rejects.toMatchObject({
      code: "unknown_conflict",
    });
  });

  it("the last write wins where the app says so", async () => {
    await tab.engine.update("LocalCount", 21, { amount: 8 });
    server.pushed.put("LocalCount", { id: 21, amount: 3 });
    expect(await sync()).toMatchObject({ pushed: { applied: 1, conflict: 0 } });
    expect(server.pushed.record("LocalCount", 21)).toMatchObject({ amount: 8 });
    await expectSame();
  });
});

describe("T4: a server that was restored from a backup", () => {
  it("takes nothing before the rows were compared; then each goes, or is a person's turn", async () => {
    const restore = server.pushed.backup();
    server.pushed.put("LocalOrder", { id: 2, city: "Nancy" });
    await sync();
    await tab.engine.update("LocalOrder", 1, { name: "mine" });
    await tab.engine.update("LocalOrder", 2, { city: "Metz" });
    await tab.engine.update("LocalCount", 21, { amount: 8 });
    restore();
    server.forget();
    server.asked.splice(0);
    const result = await sync();
    expect(result).toMatchObject({ status: "complete", pushed: { applied: 2 } });
    // A doubt, a comparison, and what remains.
    expect(orders.carried[0]).toBe(3);
    expect(orders.carried.filter((count) => count > 0)).toEqual([3, 2]);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ name: "mine" });
    expect(server.pushed.record("LocalOrder", 2)).toMatchObject({ city: "Reims" });
    expect(await tab.engine.conflicts()).toMatchObject([
      { key: 2, theirs: { city: "Reims" }, values: { city: "Metz" } },
    ]);
    expectOnce();
  });

  it("also where the sync is of a part that the device has no doubt of", async () => {
    await tab.engine.update("LocalOrder", 1, { name: "mine" });
    server.forget();
    expect(await sync(tab, "things")).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    await sync();
    await expectSame();
  });

  it("one whose record is not there any more is gone", async () => {
    const restore = server.pushed.backup();
    server.pushed.put("LocalOrder", { id: 3, name: "late", city: "Nancy" });
    await sync();
    await tab.engine.update("LocalOrder", 3, { city: "Metz" });
    restore();
    server.forget();
    await sync();
    expect(await tab.engine.pending()).toMatchObject([{ state: "gone", key: 3, values: { city: "Metz" } }]);
  });
});

describe("S2: people", () => {
  const ann = { key: "1", name: "Ann" };
  const bob = { key: "2", name: "Bob" };

  beforeEach(async () => {
    orders = new Orders({}, false);
    ({ server, world } = orders);
    server.passwords = { ann: { password: "a", user: ann }, bob: { password: "b", user: bob } };
    tab = await world.tab();
    await tab.engine.signIn("ann", "a");
    await sync();
    server.asked.splice(0);
  });

  it("a session that ended: editing goes on, the sync says so, and the same person's changes go after signing in", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.user = null;
    expect(await sync()).toMatchObject({ status: "error", error: { code: "sign_in_required", retry: false } });
    expect((await tab.engine.state()).sessionExpired).toBe(true);
    const key = await make("LocalOrder", { name: "new", city: "Lyon" });
    expect(await tab.engine.get("LocalOrder", key)).toMatchObject({ name: "new" });
    expect(server.pushed.applied).toEqual([]);
    await tab.engine.signIn("ann", "a");
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
    await expectSame();
  });

  it("somebody else in the browser's session: nothing is said on their behalf", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.user = bob;
    expect(await sync()).toMatchObject({ status: "error", error: { code: "wrong_user" } });
    expect(server.pushed.applied).toEqual([]);
    expect(await states()).toEqual(["unsent"]);
  });

  describe("what was refused for who asks", () => {
    /** The device does not know yet that the session is not Ann's any more. */
    const unnoticed = (code: "sign_in_required" | "wrong_user") => {
      server.intercept = ({ method, path }) => {
        if (method !== "POST" || path !== "") return undefined;
        server.user = code === "wrong_user" ? bob : null;
        server.intercept = null;
        return undefined;
      };
    };

    it.each(["sign_in_required", "wrong_user"] as const)(
      "W1: can be undone, since the server has looked at nothing of it: %s",
      async (code) => {
        await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
        unnoticed(code);
        expect(await sync()).toMatchObject({ status: "error", error: { code } });
        expect(orders.carried).toEqual([1]);
        expect(await states()).toEqual(["unsent"]);
        const [change] = await tab.engine.pending();
        await tab.engine.discard([change?.id ?? ""]);
        expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Paris" });
        await tab.engine.signIn("ann", "a");
        await sync();
        expect(server.pushed.applied).toEqual([]);
        await expectSame();
      },
    );

    it.each(["sign_in_required", "wrong_user"] as const)(
      "W1: goes after signing in as it was, with what was typed since: %s",
      async (code) => {
        await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
        unnoticed(code);
        await sync();
        await tab.engine.update("LocalOrder", 1, { city: "Metz" });
        await tab.engine.signIn("ann", "a");
        expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
        expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Metz" });
        expectOnce();
        await expectSame();
      },
    );

    it.each(["sign_in_required", "wrong_user"] as const)(
      "W1: cannot be undone where an answer was lost before: %s",
      async (code) => {
        await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
        server.lost = 1;
        await sync();
        server.lost = 0;
        expect(server.pushed.applied).toHaveLength(1);
        await tab.engine.update("LocalCount", 21, { amount: 8 });
        unnoticed(code);
        expect(await sync()).toMatchObject({ status: "error", error: { code } });
        expect(await states()).toEqual(["sending", "unsent"]);
        const [sent] = await tab.engine.pending();
        await expect(tab.engine.discard([sent?.id ?? ""])).rejects.toMatchObject({ code: "in_flight" });
        await tab.engine.signIn("ann", "a");
        expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 2 } });
        expectOnce();
        await expectSame();
      },
    );

    it("W1: nor can what left, and nobody answered; what could not leave can be", async () => {
      await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
      server.lost = 1;
      await sync();
      server.lost = 0;
      expect(await states()).toEqual(["sending"]);
      await tab.engine.update("LocalCount", 21, { amount: 8 });
      // Whose session it is was not remembered after that.
      server.intercept = ({ path }) => {
        if (path === "session/") throw new TypeError("Failed to fetch");
        return undefined;
      };
      expect(await sync()).toMatchObject({ status: "error", error: { code: "network" } });
      server.intercept = null;
      expect(await states()).toEqual(["sending", "unsent"]);
    });
  });

  it("another person on the device neither sees nor sends them", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.user = null;
    await sync();
    await tab.engine.signIn("bob", "b");
    expect(await tab.engine.pending()).toEqual([]);
    expect((await tab.engine.state()).pending).toMatchObject({ unsent: 0 });
    server.asked.splice(0);
    await sync();
    expect(orders.carried).toEqual([0]);
    expect(await tab.engine.get("LocalOrder", 1)).toMatchObject({ city: "Paris" });
    await tab.engine.signIn("ann", "a");
    expect(await states()).toEqual(["unsent"]);
    await sync();
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Nancy" });
  });

  it("Q3: nothing is sent after each edit while nobody is signed in, and all of it after signing in", async () => {
    const pass = async (milliseconds: number) => {
      world.clock.advance(milliseconds);
      for (let i = 0; i < 6; i++) await settle();
    };
    server.version += "+";
    server.definition = { ...server.definition, settings: { sync: { on_change: true } } };
    await sync();
    server.user = null;
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    await pass(2000);
    expect((await tab.engine.state()).sessionExpired).toBe(true);
    const before = server.log;
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    await pass(60_000);
    expect(server.log).toEqual(before);
    await tab.engine.signIn("ann", "a");
    await pass(0);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Metz" });
  });

  it("W6: signing out says how many go with it, and removes them", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.online = false;
    expect((await tab.engine.state()).pending).toMatchObject({ unsent: 1, oldest: expect.any(String) });
    await tab.engine.signOut();
    expect((await world.databases()).filter((name) => name.includes("/1"))).toEqual([]);
    server.online = true;
    await tab.engine.signIn("ann", "a");
    await sync();
    expect(await tab.engine.pending()).toEqual([]);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Paris" });
  });
});

describe("Q3: Synchronize On Change", () => {
  const pass = async (milliseconds: number) => {
    world.clock.advance(milliseconds);
    for (let i = 0; i < 6; i++) await settle();
  };
  const triggers = () => orders.syncs.map(({ trigger }) => trigger);
  const edit = (city: string) => tab.engine.update("LocalOrder", 1, { city });

  it("nothing starts by itself without it", async () => {
    await edit("Nancy");
    await pass(60_000);
    expect(triggers()).toEqual([]);
  });

  it("an edit is sent soon, what is typed in one go together, and without end is no reason to wait for ever", async () => {
    await open({ on_change: true });
    await edit("N");
    await pass(1900);
    await edit("Na");
    await pass(1900);
    expect(triggers()).toEqual([]);
    await pass(100);
    expect(triggers()).toEqual(["change"]);
    await expectSame();
    for (let at = 0; at < 6; at++) {
      await edit(`${at}`);
      await pass(1900);
    }
    expect(triggers()).toEqual(["change", "change"]);
  });

  it("what is edited during a sync is sent by another one after it", async () => {
    await open({ on_change: true });
    const held = deferred();
    const reached = deferred();
    intercept(async (_mutations, asked) => {
      server.intercept = null;
      const answer = server.serve(asked);
      reached.resolve();
      await held.promise;
      return answer;
    });
    const running = sync();
    await reached.promise;
    await edit("Nancy");
    await pass(2000);
    held.resolve();
    await running;
    await pass(0);
    expect(triggers()).toEqual(["manual", "change"]);
    await expectSame();
  });

  it("without a network it goes as soon as there is one", async () => {
    await open({ on_change: true });
    server.online = false;
    await tab.engine.hint(false);
    await edit("Nancy");
    await pass(60_000);
    expect(triggers()).toEqual([]);
    server.online = true;
    await tab.engine.hint(true);
    await pass(0);
    expect(triggers()).toEqual(["change"]);
    await expectSame();
  });

  it("goes when the app is opened again, and not where there is nothing to send", async () => {
    await open({ on_change: true });
    await edit("Nancy");
    world.close(tab);
    tab = await world.tab();
    await pass(0);
    expect(triggers()).toEqual(["change"]);
    world.close(tab);
    tab = await world.tab();
    await pass(60_000);
    expect(triggers()).toEqual(["change"]);
  });

  it("waits where the network costs and the app spares it", async () => {
    await open({ on_change: true, not_on_metered: true, retry_interval: 60 });
    world.network.metered = true;
    await edit("Nancy");
    await pass(30_000);
    expect(triggers()).toEqual([]);
    world.network.metered = false;
    await pass(60_000);
    expect(triggers()).toEqual(["change"]);
  });
});

describe("an onSync of the app's own", () => {
  const own = async (onSync: unknown) => {
    orders = new Orders();
    ({ server, world } = orders);
    world.onSync = () => ({ default: onSync });
    tab = await world.tab();
    await sync();
    await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
    server.asked.splice(0);
  };
  type Input = { actions: Record<string, () => Promise<unknown>>; phases: import("../api").OnSyncPhases };
  const all = async ({ actions }: Input) => actions.sync?.();

  it("its first request takes the outbox along", async () => {
    await own(async ({ actions }: Input) => {
      await actions.sync?.();
      await actions.SyncLocalThing?.();
    });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(orders.carried).toEqual([1, 0]);
    await expectSame();
  });

  it("one that makes no request has it sent at its end", async () => {
    let isFirst = true;
    await own(async (input: Input) => {
      if (isFirst) await all(input);
      isFirst = false;
    });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(orders.syncs.map(({ entities }) => entities)).toEqual([[]]);
    expect(orders.carried).toEqual([1]);
  });

  it("it may say when: phases.push()", async () => {
    const told: unknown[] = [];
    let isFirst = true;
    await own(async (input: Input) => {
      if (isFirst) {
        isFirst = false;
        await all(input);
        return;
      }
      told.push(await input.phases.push(), await input.phases.push());
      const question = await input.phases.collect("LocalOrder");
      await input.phases.apply(await input.phases.request(question));
    });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(told).toEqual([
      { applied: 1, conflict: 0, rejected: 0, gone: 0 },
      { applied: 0, conflict: 0, rejected: 0, gone: 0 },
    ]);
    expect(orders.syncs.map(({ entities }) => entities)).toEqual([[], ["LocalOrder"]]);
    await expectSame();
  });

  it("a written-out sync takes it along with its first request, and doubts are settled at the end", async () => {
    let isFirst = true;
    await own(async (input: Input) => {
      if (isFirst) {
        isFirst = false;
        await all(input);
        return;
      }
      const question = await input.phases.collect("LocalThing");
      const answer = await input.phases.request(question);
      if (answer.again === null) await input.phases.apply(answer);
    });
    server.forget();
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(orders.carried.filter((count) => count > 0)).toEqual([1, 1]);
    expectOnce();
  });
});
