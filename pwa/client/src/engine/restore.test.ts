/** T4, W6: a server that was set back to an earlier state, and what it had acknowledged since. */

import { beforeEach, describe, expect, it } from "vitest";

import type { Key, Row, SyncResult } from "../api";
import { Orders } from "../testing/orders";
import { refused, troubled } from "../testing/pushed";
import type { FakeServer } from "../testing/server";
import type { Tab, World } from "../testing/world";

const DAY = 24 * 3600 * 1000;

let orders: Orders;
let server: FakeServer;
let world: World;
let tab: Tab;
let restore: () => void;

beforeEach(async () => {
  ({ orders, server, world, tab } = await Orders.open());
  restore = server.pushed.backup();
});

function sync(context = ""): Promise<SyncResult> {
  return tab.engine.onSync(context, { pressed: true });
}

/** The backup is in place of what the server had; it knows no cursor of since. */
function setBack(): void {
  restore();
  server.forget();
  server.asked.splice(0);
}

async function seen(name: string, key: Key): Promise<Row | null> {
  return tab.engine.get(name, key);
}

async function pending() {
  return (await tab.engine.pending()).map(({ entity, op, state, error, values }) => {
    return { entity, op, state, code: error?.code ?? null, values };
  });
}

function newKey(): Key {
  return `local:${crypto.randomUUID()}`;
}

async function expectSame(): Promise<void> {
  expect(await tab.engine.pending()).toEqual([]);
  for (const name of ["LocalOrder", "LocalLine", "LocalCount"]) {
    const rows = await tab.engine.list(name, { orderBy: "id" });
    const there = orders.at(name).map((row) => {
      const { _version, ...values } = row as Row;
      return values;
    });
    expect(rows).toEqual(there);
  }
}

describe("a change that had arrived", () => {
  beforeEach(async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    expect(await sync()).toMatchObject({ pushed: { applied: 1 } });
  });

  it("is reported with what was typed, and sent again by the person's choice, once", async () => {
    setBack();
    await sync();
    expect(await pending()).toEqual([
      { entity: "LocalOrder", op: "update", state: "rejected", code: "lost", values: { city: "Metz" } },
    ]);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Paris" });
    expect(await seen("LocalOrder", 1)).toMatchObject({ city: "Metz" });
    expect((await tab.engine.state()).pending).toMatchObject({ attention: 1 });
    await sync();
    expect(orders.carried.every((count) => count === 0)).toBe(true);
    const [change] = await tab.engine.pending();
    await tab.engine.resend([change?.id as string]);
    expect(await sync()).toMatchObject({ pushed: { applied: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Metz" });
    const ids = server.pushed.applied.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    await expectSame();
  });

  it("is reported once: who drops it is not asked again", async () => {
    setBack();
    await sync();
    const [change] = await tab.engine.pending();
    await tab.engine.discard([change?.id as string]);
    server.forget();
    await sync();
    await expectSame();
  });

  it("and what was sent again is looked for again when the server is set back again", async () => {
    setBack();
    await sync();
    await tab.engine.resend((await tab.engine.pending()).map(({ id }) => id));
    await sync();
    setBack();
    await sync();
    expect(await pending()).toMatchObject([{ state: "rejected", code: "lost", values: { city: "Metz" } }]);
  });

  it("is not reported where it is still there", async () => {
    server.forget();
    await sync();
    await expectSame();
  });

  it("nor where somebody else changed it later, whether the device has seen that or not", async () => {
    server.pushed.put("LocalOrder", { id: 1, city: "Nancy" });
    server.forget();
    await sync();
    await expectSame();
    server.pushed.put("LocalOrder", { id: 1, city: "Lyon" });
    await sync();
    server.forget();
    await sync();
    await expectSame();
  });

  it("nor when it is older than what is remembered", async () => {
    world.clock.advance(31 * DAY);
    await tab.engine.update("LocalCount", 21, { amount: 8 });
    await sync();
    setBack();
    await sync();
    expect(await pending()).toMatchObject([{ entity: "LocalCount", code: "lost" }]);
  });

  it("is asked about where the record is another one now", async () => {
    setBack();
    server.pushed.put("LocalOrder", { id: 1, name: "another" });
    server.pushed.remove("LocalOrder", 1);
    server.pushed.put("LocalOrder", { id: 1, name: "another", city: "Paris" });
    await sync();
    expect(await tab.engine.conflicts()).toMatchObject([
      { theirs: { name: "another" }, values: { city: "Metz" }, error: { code: "lost" } },
    ]);
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ name: "another", city: "Paris" });
  });

  it("is gone where the record is: it can be made anew", async () => {
    setBack();
    server.pushed.remove("LocalOrder", 1);
    await sync();
    expect(await pending()).toMatchObject([{ state: "gone", code: "lost", values: { city: "Metz" } }]);
    await tab.engine.resend((await tab.engine.pending()).map(({ id }) => id));
    await sync();
    expect(orders.at("LocalOrder")).toMatchObject([{ name: "second" }, { name: "first", city: "Metz" }]);
  });

  it("lies under what was changed since: both are asked about", async () => {
    await tab.engine.update("LocalOrder", 1, { name: "mine" });
    setBack();
    await sync();
    expect(await tab.engine.conflicts()).toMatchObject([{ values: { city: "Metz", name: "mine" } }]);
    await tab.engine.resolve((await tab.engine.pending())[0]?.id as string, "mine");
    await sync();
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Metz", name: "mine" });
    await expectSame();
  });

  it("is reported also where a sync of some entities learns of it, and by the next where one breaks off", async () => {
    setBack();
    let count = 0;
    server.intercept = (asked) => {
      // The comparison; after the answer that says to compare.
      if (asked.method === "POST" && ++count === 2) throw new TypeError("Failed to fetch");
      return undefined;
    };
    expect(await sync("orders")).toMatchObject({ status: "error" });
    expect(await tab.engine.pending()).toEqual([]);
    server.intercept = null;
    expect(await sync("orders")).toMatchObject({ status: "complete" });
    expect(await pending()).toMatchObject([{ code: "lost" }]);
  });
});

describe("a record that was made here", () => {
  let key: Key;
  let line: Key;

  beforeEach(async () => {
    key = newKey();
    [, line] = (await tab.engine.saveTogether([
      { entity: "LocalOrder", values: { id: key, name: "new", city: "Lyon" } },
      { entity: "LocalLine", values: { name: "its line", order: key, quantity: 3 } },
    ])) as [Key, Key];
    await sync();
    expect(server.pushed.record("LocalOrder", 1001)).toMatchObject({ name: "new" });
    await tab.engine.update("LocalOrder", 1001, { city: "Caen" });
    await sync();
  });

  it("is made anew with what belongs to it, together, by one choice; a record that has its key now stays as it is", async () => {
    setBack();
    server.pushed.put("LocalOrder", { id: 1001, name: "another", city: "Rouen" });
    await sync();
    expect(await pending()).toMatchObject([
      { entity: "LocalOrder", op: "create", state: "rejected", code: "lost", values: { name: "new", city: "Caen" } },
      { entity: "LocalLine", op: "create", state: "waiting", values: { name: "its line", quantity: 3 } },
    ]);
    const [order, its] = await tab.engine.pending();
    expect(its?.values.order).toBe(order?.key);
    expect(order?.group).not.toBe(null);
    expect(its?.group).toBe(order?.group);
    expect(await seen("LocalOrder", 1001)).toMatchObject({ name: "another", city: "Rouen" });
    // Screens that are open know it by what it was called at first.
    expect(await seen("LocalOrder", key)).toMatchObject({ name: "new" });
    await tab.engine.resend([order?.id as string]);
    expect(await sync()).toMatchObject({ pushed: { applied: 2 } });
    expect(server.pushed.record("LocalOrder", 1001)).toMatchObject({ name: "another", city: "Rouen" });
    const made = orders.at("LocalOrder").find((row) => row?.name === "new");
    expect(made).toMatchObject({ city: "Caen" });
    expect(orders.at("LocalLine").at(-1)).toMatchObject({ name: "its line", order: made?.id, quantity: 3 });
    expect(await seen("LocalOrder", key)).toMatchObject({ id: made?.id });
    expect(await seen("LocalLine", line)).toMatchObject({ name: "its line" });
    await expectSame();
  });

  it("also where nobody has its key, and with what was added to it since", async () => {
    await tab.engine.save("LocalLine", [{ name: "late", order: 1001, quantity: 1 }], true);
    setBack();
    await sync();
    const order = (await tab.engine.pending()).find(({ entity }) => entity === "LocalOrder");
    expect(order).toMatchObject({ state: "rejected", error: { code: "lost" } });
    expect((await pending()).map(({ state }) => state).sort()).toEqual(["rejected", "waiting", "waiting"]);
    await tab.engine.resend([order?.id as string]);
    await sync();
    const made = orders.at("LocalOrder").find((row) => row?.name === "new");
    expect(orders.at("LocalLine").filter((row) => row?.order === made?.id)).toHaveLength(2);
    await expectSame();
  });

  it("is not reported where it is there, with what only others changed of it", async () => {
    server.pushed.put("LocalOrder", { id: 1001, city: "Nantes" });
    server.forget();
    await sync();
    await expectSame();
  });

  it("nor where somebody had deleted it, as the device knows", async () => {
    server.pushed.remove("LocalLine", 1002);
    server.pushed.remove("LocalOrder", 1001);
    await sync();
    server.forget();
    await sync();
    await expectSame();
  });

  it("what is lost of it alone is reported alone", async () => {
    restore = server.pushed.backup();
    await tab.engine.update("LocalOrder", 1001, { city: "Lens" });
    await sync();
    setBack();
    await sync();
    expect(await pending()).toMatchObject([{ op: "update", code: "lost", values: { city: "Lens" } }]);
  });
});

describe("a deletion", () => {
  beforeEach(async () => {
    await tab.engine.delete("LocalOrder", 2);
    await sync();
  });

  it("is reported where the record is there again", async () => {
    setBack();
    await sync();
    expect(await pending()).toMatchObject([{ op: "delete", state: "rejected", code: "lost" }]);
    await tab.engine.resend((await tab.engine.pending()).map(({ id }) => id));
    await sync();
    expect(server.pushed.record("LocalOrder", 2)).toBe(null);
    await expectSame();
  });

  it("and not where another record has its key", async () => {
    server.pushed.put("LocalOrder", { id: 2, name: "another", city: "Rouen", _version: 0 });
    server.pushed.put("LocalOrder", { id: 2, city: "Vannes" });
    server.forget();
    await sync();
    await expectSame();
  });
});

it("W3: what waits for something that the server remembers no more is sent without it, under another id", async () => {
  const key = newKey();
  await tab.engine.save("LocalOrder", [{ id: key, name: "new", city: "Lyon" }], true);
  await tab.engine.save("LocalLine", [{ name: "its line", order: key, quantity: 3 }], true);
  server.pushed.rule = ({ entity }) => {
    if (entity === "LocalLine") throw troubled();
  };
  expect(await sync()).toMatchObject({ pushed: { applied: 1 } });
  server.pushed.rule = () => undefined;
  // Months go by.
  server.pushed.forget();
  expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
  expect(orders.at("LocalLine").at(-1)).toMatchObject({ name: "its line", order: 1001 });
  await expectSame();
});

describe("T4: what is still to be sent, or to be decided by a person", () => {
  const another = { id: 1, name: "another", city: "Rouen" };

  /** The backup is put back, and somebody makes another record under the key, in the version that the first had. */
  function reused(): void {
    setBack();
    server.pushed.remove("LocalOrder", 1);
    server.pushed.put("LocalOrder", another);
  }

  it("is judged also where the sync that learns of it breaks off: by the next", async () => {
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    setBack();
    let count = 0;
    server.intercept = (asked) => {
      if (asked.method === "POST" && ++count === 2) throw new TypeError("Failed to fetch");
      return undefined;
    };
    expect(await sync()).toMatchObject({ status: "error" });
    server.intercept = null;
    world.close(tab);
    tab = await world.tab();
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject({ city: "Metz" });
    await expectSame();
  });

  it("W6: is asked about where it was refused before, and its record is another one now", async () => {
    server.pushed.rule = () => {
      throw refused("invalid_values", { city: ["No."] });
    };
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    await tab.engine.delete("LocalOrder", 2);
    await sync();
    server.pushed.rule = () => undefined;
    expect(await pending()).toMatchObject([{ state: "rejected" }, { state: "rejected" }]);
    reused();
    await sync();
    expect(await tab.engine.conflicts()).toMatchObject([{ key: 1, theirs: another, values: { city: "Metz" } }]);
    await tab.engine.resend((await tab.engine.pending()).map(({ id }) => id));
    expect(await sync()).toMatchObject({ pushed: { applied: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject(another);
    expect(server.pushed.record("LocalOrder", 2)).toBe(null);
  });

  it("W5: so is a record that was refused, under a parent that is another one now", async () => {
    server.pushed.rule = ({ entity }) => {
      if (entity === "LocalLine") throw refused("invalid_values", { quantity: ["No."] });
    };
    const [key] = await tab.engine.save("LocalLine", [{ name: "mine", order: 1, quantity: 0 }], true);
    await sync();
    server.pushed.rule = () => undefined;
    reused();
    await sync();
    await tab.engine.update("LocalLine", key as Key, { quantity: 3 });
    await sync();
    expect(orders.at("LocalLine").filter((row) => row?.name === "mine")).toEqual([]);
    expect(await pending()).toMatchObject([{ entity: "LocalLine", state: "rejected", code: "doubt" }]);
  });

  it("is judged with what was typed while the rows of the new past were not there", async () => {
    await tab.engine.update("LocalCount", 21, { amount: 8 });
    reused();
    let count = 0;
    server.intercept = (asked) => {
      if (asked.method === "POST" && ++count === 2) throw new TypeError("Failed to fetch");
      return undefined;
    };
    await sync();
    server.intercept = null;
    await tab.engine.update("LocalOrder", 1, { city: "Metz" });
    expect(await sync()).toMatchObject({ status: "complete", pushed: { applied: 1 } });
    expect(server.pushed.record("LocalOrder", 1)).toMatchObject(another);
    expect(await tab.engine.conflicts()).toMatchObject([{ key: 1, theirs: another, values: { city: "Metz" } }]);
  });
});
