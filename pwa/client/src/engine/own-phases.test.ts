import { beforeEach, expect, it } from "vitest";

import type { OnSyncAnswer, OnSyncInput, OnSyncQuestion } from "../api";
import type { SyncRequest } from "../protocol/messages";
import { TRACKED } from "../protocol/patterns";
import { settle } from "../testing/deferred";
import { entity, FakeServer } from "../testing/server";
import { World } from "../testing/world";

const THINGS = ["Chai", "Ikura"];

let server: FakeServer;
let world: World;

beforeEach(() => {
  const attributes: Parameters<typeof entity>[1] = [
    ["id", "integer"],
    ["name", "string"],
  ];
  server = new FakeServer([entity("LocalThing", attributes, TRACKED), entity("LocalKind", attributes)]);
  server.rows.LocalThing = THINGS.map((name, at) => [at + 1, name]);
  server.rows.LocalKind = [[1, "Drink"]];
  world = new World(server);
});

/** Syncs once with this as the app's `onSync`. */
async function run(onSync: (input: OnSyncInput) => unknown, context = "") {
  world.onSync = () => ({ default: onSync });
  const tab = await world.tab();
  await settle();
  server.asked.splice(0);
  const result = await tab.engine.onSync(context);
  return { tab, result };
}

const asked = () => server.asked.filter(({ method }) => method === "POST").map(({ body }) => body as SyncRequest);

it("P1: what is requested is seen by nobody before it is applied", async () => {
  await run(({ actions }) => actions.sync());
  server.rows.LocalThing?.push([3, "Tofu"]);
  const seen: unknown[] = [];
  const { tab, result } = await run(async ({ phases, entities }) => {
    const answer = await phases.request(await phases.collect("LocalThing"));
    seen.push(await entities.LocalThing?.count(), answer.isUnchanged, answer.again);
    seen.push(await phases.apply(answer));
  });
  expect(seen).toEqual([2, false, null, { received: { LocalThing: 1 } }]);
  expect(result).toMatchObject({ status: "complete", received: { LocalThing: 1 } });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect(tab.names().filter((name) => name === "datachange")).toHaveLength(1);
});

it("P5: an answer that cannot be applied says how to ask again, and nothing is applied", async () => {
  await run(({ actions }) => actions.sync());
  server.forget();
  server.rows.LocalThing?.push([3, "Tofu"]);
  const hows: unknown[] = [];
  const { tab, result } = await run(async ({ phases }) => {
    const first = await phases.request(await phases.collect("LocalThing"));
    hows.push(first.again, await phases.apply(first).catch((error) => error.message));
    const second = await phases.request(await phases.collect("LocalThing", "compare"));
    hows.push(second.again);
    await phases.apply(second);
  });
  expect(hows).toEqual(["compare", 'The app\'s own sync applied an answer that says to ask again: "compare".', null]);
  expect(result.received).toEqual({ LocalThing: 3 });
  expect(await tab.engine.count("LocalThing")).toBe(3);
  expect(asked().map(({ ranges }) => ranges !== undefined)).toEqual([false, true]);
});

it("asks for everything where the code wants that, as if nothing were here", async () => {
  await run(({ actions }) => actions.sync());
  await run(async ({ phases }) => {
    await phases.apply(await phases.request(await phases.collect("LocalThing", "everything")));
  });
  expect(asked().map(({ cursors, ranges }) => [cursors, ranges])).toEqual([[{}, undefined]]);
});

it("an answer that was not applied is gone with the next sync, and the code is told", async () => {
  const errors: string[] = [];
  const note = (error: Error) => errors.push(error.message);
  const { tab, result } = await run(async ({ phases, actions }) => {
    const things = await phases.request(await phases.collect("LocalThing"));
    const kinds = await phases.collect("LocalKind");
    await phases.apply(things).catch(note);
    await actions.SyncLocalKind?.();
    await phases.request(kinds).catch(note);
    await phases.apply({ ...things } as OnSyncAnswer).catch(note);
    await phases.request({ entity: "LocalThing", how: "changes" } as OnSyncQuestion).catch(note);
    await phases.collect("LocalThing", "all" as "everything").catch(note);
  });
  expect(errors.map((message) => message.replace("The app's own sync ", ""))).toEqual([
    "applied something that is not the newest result of request(): one entity goes after the other.",
    "asked something that is not the newest result of collect(): one entity goes after the other.",
    "applied something that is not the newest result of request(): one entity goes after the other.",
    "asked something that is not the newest result of collect(): one entity goes after the other.",
    "asked for LocalThing in a way that there is not: all.",
  ]);
  expect(result.received).toEqual({ LocalKind: 1 });
  expect(await tab.engine.count("LocalThing")).toBe(0);
});

it("code that asks again and again is stopped", async () => {
  const { result } = await run(async ({ phases }) => {
    for (;;) await phases.request(await phases.collect("LocalThing"));
  });
  expect(result.error?.code).toBe("incomplete_response");
  expect(asked()).toHaveLength(5);
});

it("wants the entities of the context, and asks for the definition alone where there is none", async () => {
  const wanted: unknown[] = [];
  await run(async (sync) => wanted.push(await sync.wanted()));
  expect(asked().map(({ entities }) => entities)).toEqual([[]]);
  await run(async (sync) => wanted.push(await sync.wanted()), "first");
  expect(asked()).toEqual([]);
  expect(wanted).toEqual([["LocalThing", "LocalKind"], ["LocalThing"]]);
});

it("a context that there is not is an error also where there is no definition", async () => {
  await expect(run((sync) => sync.wanted(), "nothing")).rejects.toMatchObject({ code: "unknown_context" });
});
