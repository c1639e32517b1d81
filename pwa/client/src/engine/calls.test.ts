import { beforeEach, expect, it } from "vitest";

import type { OnSyncInput, WireValue } from "../api";
import type { CarriedCall, SyncRequest } from "../protocol/messages";
import { settle } from "../testing/deferred";
import type { FakeServer } from "../testing/server";
import { Shop } from "../testing/shop";
import type { Tab, World } from "../testing/world";

let server: FakeServer;
let world: World;
let tab: Tab;
let done: WireValue[];

beforeEach(async () => {
  ({ server, world, tab } = await Shop.open());
  await settle();
  world.close(tab);
  done = [];
  server.actions.book = ({ order }) => {
    done.push(order ?? null);
    server.rows.LocalKind = [[1, `Booked ${done.length}`]];
    return { booked: order ?? null };
  };
});

/** Calls the action. */
function book(actions: OnSyncInput["actions"], order: number): Promise<unknown> {
  return (actions.book as (input: object) => Promise<unknown>)({ order });
}

/** The app has this `onSync`; opened as by a browser that was closed before. */
async function open(onSync: (input: OnSyncInput) => unknown): Promise<void> {
  if (tab) world.close(tab);
  world.onSync = () => ({ default: onSync });
  tab = await world.tab();
  await settle();
  server.asked.splice(0);
}

/** Path and actions of each request that was made since. */
function posts(): [string, CarriedCall[]][] {
  const made = server.asked.splice(0).filter(({ method, path }) => method === "POST" && path !== "session/");
  return made.map(({ path, body }) => [path, (body as SyncRequest).actions ?? []]);
}

/** The answer of the next sync is lost, or only comes up to and with the lines that hold this. */
function loseNext(upTo?: string): void {
  server.intercept = (asked) => {
    if (asked.method !== "POST" || asked.path !== "") return undefined;
    server.intercept = null;
    if (upTo === undefined) {
      server.serve(asked);
      throw new TypeError("Failed to fetch");
    }
    server.damage = (bytes) => {
      const lines = new TextDecoder().decode(bytes).split("\n");
      const end = lines.findLastIndex((line) => line.includes(upTo));
      return new TextEncoder().encode(`${lines.slice(0, end + 1).join("\n")}\n`);
    };
    const cut = server.serve(asked);
    server.damage = null;
    return cut;
  };
}

const both = ({ actions }: OnSyncInput) => Promise.all([book(actions, 17), actions.SyncLocalKind?.()]);

it.each([
  ["before", both],
  [
    "after",
    async ({ actions }: OnSyncInput) => (await Promise.all([actions.sync(["LocalKind"]), book(actions, 17)])).reverse(),
  ],
  [
    "while a sync runs that is started in the same turn, one step at a time,",
    async ({ actions, phases }: OnSyncInput) => {
      const question = await phases.collect("LocalKind");
      const [booked, answer] = await Promise.all([book(actions, 17), phases.request(question)]);
      return [booked, await phases.apply(answer)];
    },
  ],
])("Q5: an action called %s goes in the request of the sync, which brings what it changed", async (_when, onSync) => {
  let results: unknown;
  await open(async (input) => {
    results = await onSync(input);
  });
  expect((await tab.engine.onSync("")).status).toBe("complete");
  const id = expect.any(String);
  expect(posts()).toEqual([["", [{ id, name: "book", input: { order: 17 } }]]]);
  expect(results).toEqual([{ booked: 17 }, { received: { LocalKind: 1 } }]);
  expect(await tab.engine.get("LocalKind", 1)).toMatchObject({ name: "Booked 1" });
});

it("goes by itself where no sync is started in the same turn, and from the page", async () => {
  await open(async ({ actions }) => {
    await book(actions, 1);
    await actions.SyncLocalKind?.();
    await book(actions, 2);
  });
  await tab.engine.onSync("");
  await tab.engine.act("book", { order: 3 });
  expect(posts().map(([path]) => path)).toEqual(["actions/book/", "", "actions/book/", "actions/book/"]);
  expect(done).toEqual([1, 2, 3]);
});

it("W1: after a lost answer the same call has its id again, also when the browser was closed: it is done once", async () => {
  await open(both);
  loseNext();
  expect((await tab.engine.onSync("")).error?.code).toBe("network");
  const [[, [first]]] = posts() as [[string, CarriedCall[]]];
  const outputs: unknown[] = [];
  await open(async (input) => {
    outputs.push((await both(input))[0]);
  });
  expect((await tab.engine.onSync("")).status).toBe("complete");
  expect(posts()).toEqual([["", [first]]]);
  expect(done).toEqual([17]);
  expect(outputs).toEqual([{ booked: 17 }]);
});

it("W1: an outcome that came is true, whatever became of the rest; the repetition does not do it again", async () => {
  const outputs: unknown[] = [];
  await open(async ({ actions }) => {
    const booking = book(actions, 17);
    const syncing = actions.SyncLocalKind?.();
    booking.then((output) => outputs.push(output));
    await syncing;
  });
  loseNext('"type":"action"');
  expect((await tab.engine.onSync("")).error?.code).toBe("incomplete_response");
  expect(outputs).toEqual([{ booked: 17 }]);
  expect((await tab.engine.onSync("first")).status).toBe("complete");
  expect(outputs).toEqual([{ booked: 17 }, { booked: 17 }]);
  expect(done).toEqual([17]);
});

it("W1: the id is the same in every round of one sync, until there is an outcome", async () => {
  await open(async ({ actions }) => {
    await actions.sync();
    await both({ actions } as OnSyncInput);
  });
  const busy = { code: "busy", message: "Busy.", retry: true };
  const perform = server.actions.book;
  server.actions.book = () => {
    server.actions.book = perform as NonNullable<typeof perform>;
    throw busy;
  };
  let asked = 0;
  server.intercept = (request) => {
    // Damaged rows are asked for once more, in another way.
    if (request.path !== "" || asked++ !== 1) return undefined;
    server.damage = (bytes) => {
      server.damage = null;
      return new TextEncoder().encode(
        new TextDecoder().decode(bytes).replace(/"rows":1,"fingerprint":\d+/, '"rows":9,"fingerprint":9'),
      );
    };
    return undefined;
  };
  await tab.engine.onSync("");
  const rounds = posts();
  expect(rounds.map(([path, calls]) => [path, calls.length])).toEqual([
    ["", 0],
    ["", 1],
    ["", 1],
  ]);
  expect(rounds[2]?.[1]).toEqual(rounds[1]?.[1]);
  expect(done).toEqual([17]);
});

it("what the server refuses is the error of a call by itself; the sync goes on, and the next call is another", async () => {
  const error = { code: "sold_out", message: "Sold out.", retry: false, fields: { order: ["Too late."] } };
  const refuse = () => {
    throw error;
  };
  server.actions.book = refuse;
  const errors: unknown[] = [];
  await open(async ({ actions }) => {
    const booking = book(actions, 17).catch((thrown) => errors.push(thrown.toJSON()));
    await Promise.all([booking, actions.SyncLocalKind?.()]);
    throw new Error("and then it fails");
  });
  for (let i = 0; i < 2; i++) expect((await tab.engine.onSync("")).error?.code).toBe("on_sync_failed");
  expect(errors).toEqual([error, error]);
  expect(await tab.engine.count("LocalKind")).toBe(1);
  const ids = posts().map(([, calls]) => calls[0]?.id);
  expect(new Set(ids).size).toBe(2);
});

it("W3: what is no outcome rejects so that it is tried again, under the same id", async () => {
  const perform = server.actions.book;
  server.actions.book = () => {
    throw { code: "busy", message: "Busy.", retry: true };
  };
  await open(both);
  expect((await tab.engine.onSync("")).error).toMatchObject({ code: "busy", retry: true });
  server.actions.book = perform as NonNullable<typeof perform>;
  expect((await tab.engine.onSync("")).status).toBe("complete");
  const ids = posts().map(([, calls]) => calls[0]?.id);
  expect(new Set(ids).size).toBe(1);
  expect(done).toEqual([17]);
});

it("calls alike are as many as they are, and those of the next sync are others; what is over is confirmed once", async () => {
  await open(({ actions }) => Promise.all([book(actions, 1), book(actions, 1), actions.sync()]));
  for (let i = 0; i < 3; i++) await tab.engine.onSync("");
  expect(done).toEqual([1, 1, 1, 1, 1, 1]);
  const sent = posts().flatMap(([, calls]) => calls.map(({ id }) => id));
  expect(new Set(sent).size).toBe(6);
  expect(server.confirmed).toEqual(sent.slice(0, 4));
});

it("a sync of something else does not end what is to be repeated", async () => {
  await open(async (input) => {
    if (input.context === "") await both(input);
  });
  loseNext();
  expect((await tab.engine.onSync("")).status).toBe("error");
  expect((await tab.engine.onSync("first")).status).toBe("complete");
  expect((await tab.engine.onSync("")).status).toBe("complete");
  expect(done).toEqual([17]);
});

it("an action that cannot travel goes by itself, as do those that are too many", async () => {
  const outputs: unknown[] = [];
  server.actions.loose = () => {
    server.actions.loose = () => 5;
    throw { code: "not_in_sync", message: "By itself.", retry: false };
  };
  await open(async ({ actions }) => {
    const loose = actions.loose?.();
    const many = Array.from({ length: 20 }, (_, order) => book(actions, order));
    outputs.push(...(await Promise.all([loose, ...many, actions.sync()])));
  });
  expect((await tab.engine.onSync("")).status).toBe("complete");
  const made = posts();
  expect(made.map(([path]) => path).sort()).toEqual(["", "actions/book/", "actions/loose/"]);
  expect(made.find(([path]) => path === "")?.[1]).toHaveLength(20);
  expect(outputs[0]).toBe(5);
  expect(done.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, order) => order));
});

it("after its end nothing is done, and who waits is told", async () => {
  let late: OnSyncInput | undefined;
  await open((input) => {
    late = input;
  });
  await tab.engine.onSync("");
  const results = await Promise.allSettled([late && book(late.actions, 1), late?.actions.sync()]);
  expect(results).toMatchObject([{ reason: { code: "on_sync_failed" } }, { reason: { code: "on_sync_failed" } }]);
  expect(done).toEqual([]);
});
