/** A device takes the answers that the real server gave (`tests/server/test_golden.py`): one story in four answers. */

import { beforeEach, describe, expect, it } from "vitest";

import { golden } from "../testing/golden";
import { FakeServer, streamOf } from "../testing/server";
import { type Tab, World } from "../testing/world";
import { readAnswer } from "./answer";
import type { AnswerMessage, Range, SyncRequest } from "./messages";

const encoder = new TextEncoder();
const requested = (name: string): SyncRequest => JSON.parse(golden(`sync-${name}.request.json`));
const answered = (name: string) => encoder.encode(golden(`sync-${name}.response.ndjson`));

async function read(name: string): Promise<AnswerMessage[]> {
  const messages: AnswerMessage[] = [];
  for await (const message of readAnswer(streamOf(answered(name)))) messages.push(message);
  return messages;
}

describe("golden messages of tracked entities", () => {
  it("a delta: gaps before the rows, and keys as digits in both", async () => {
    const messages = await read("delta");
    expect(messages.map(({ type }) => type)).toEqual(["start", "entity", "gap", "segment", "entity", "gap", "segment"]);
    expect(messages[2]).toEqual({ type: "gap", after: 2, before: null });
    expect(messages[5]).toEqual({ type: "gap", after: 1, before: "9007199254740993" });
    expect(messages[6]).toMatchObject({ rows: 2, first: 1, last: "9007199254740995", covers: null });
  });

  it("a reset says why and has no cursor, and others of the answer are unchanged", async () => {
    const [, shelf, jar] = await read("reset");
    expect(shelf).toMatchObject({ mode: "unchanged", cursor: "cursor-3", rows: null, fingerprint: null });
    expect(jar).toEqual({ type: "entity", entity: "TrackedJar", mode: "reset", reason: "history" });
  });

  it("compared ranges: what differs is whole, also where nothing is left", async () => {
    const segments = (await read("ranges")).filter((message) => message.type === "segment");
    expect(segments).toMatchObject([
      { rows: 2, covers: { after: 1, until: "9007199254740993" } },
      { rows: 0, text: "", covers: { after: "9007199254740993", until: null } },
    ]);
  });
});

it("golden messages of actions: what came of them, before the rows", async () => {
  const messages = await read("actions");
  const ids = requested("actions").actions?.map(({ id }) => id);
  expect(messages.slice(0, 4).map(({ type }) => type)).toEqual(["start", "action", "action", "entity"]);
  expect(messages[1]).toEqual({ type: "action", id: ids?.[0], status: "done", output: { renamed: 1 } });
  expect(messages[2]).toMatchObject({ id: ids?.[1], status: "refused", error: { code: "no_name", retry: false } });
});

describe("the story they tell", () => {
  let tab: Tab;
  let world: World;
  let asked: SyncRequest[];
  let answers: string[];

  beforeEach(async () => {
    const server = new FakeServer([]);
    asked = [];
    server.intercept = ({ method, path, body }) => {
      if (method !== "POST" || path !== "") return undefined;
      asked.push(body as SyncRequest);
      return new Response(answered(answers.shift() ?? ""), { headers: { "Content-Type": "application/x-ndjson" } });
    };
    world = new World(server);
    tab = await world.tab();
  });

  async function sync(...names: string[]): Promise<void> {
    answers = names;
    expect(await tab.engine.onSync("", { pressed: true })).toMatchObject({ status: "complete" });
    expect(answers).toEqual([]);
  }

  /** Names by key, read by a tab that knows nothing yet. */
  async function rows(entity: string): Promise<unknown[]> {
    const fresh = await world.tab();
    return (await fresh.engine.list(entity, { orderBy: ["id"] })).map(({ id, name }) => [id, name]);
  }

  it("P4, P5, T4: carried, changed, found to have another past, and compared, it has the server's rows", async () => {
    await sync("tracked");
    expect(asked).toEqual([requested("tracked")]);

    await sync("delta");
    expect(asked[1]).toEqual(requested("delta"));
    expect(await rows("TrackedShelf")).toEqual([
      [1, "Boissons d'été"],
      [2, "Low"],
    ]);
    expect(await rows("TrackedJar")).toEqual([
      [1, "Chai"],
      ["9007199254740993", "Far"],
      ["9007199254740995", "New"],
    ]);

    // One round says "compare", and the next tells ranges whose sums are those of the server's own story.
    await sync("reset", "ranges");
    const sums = (ranges: Range[] = []) => [
      ranges.reduce((sum, [, count]) => sum + count, 0),
      ranges.reduce((sum, [, , fingerprint]) => (sum + fingerprint) % 2 ** 48, 0),
      ranges.at(-1)?.[0],
    ];
    expect(asked[3]?.cursors.TrackedShelf).toBe(requested("ranges").cursors.TrackedShelf);
    expect(sums(asked[3]?.ranges?.TrackedJar)).toEqual(sums(requested("ranges").ranges?.TrackedJar));
    expect(await rows("TrackedJar")).toEqual([
      [1, "Chai"],
      [5, 'Côte de "Blaye"\n'],
      ["9007199254740993", "Far"],
    ]);
    const { entities } = await tab.engine.syncProperties();
    expect(entities.TrackedJar).toMatchObject({ cursor: "cursor-6", rows: 3 });
  });
});
