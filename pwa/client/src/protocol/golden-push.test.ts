/** What the real server said to changes (`tests/server/test_golden.py`), and whether what devices send looks like that. */

import { expect, it } from "vitest";

import type { OutcomeMessage, WireMutation } from "../outbox/types";
import { golden } from "../testing/golden";
import { Orders } from "../testing/orders";
import { streamOf } from "../testing/server";
import { readAnswer } from "./answer";
import type { AnswerMessage, SyncRequest } from "./messages";

const requested: SyncRequest = JSON.parse(golden("sync-push.request.json"));
const sent = requested.mutations as WireMutation[];

async function answered(): Promise<AnswerMessage[]> {
  const messages: AnswerMessage[] = [];
  const bytes = new TextEncoder().encode(golden("sync-push.response.ndjson"));
  for await (const message of readAnswer(streamOf(bytes))) messages.push(message);
  return messages;
}

it("golden messages of a push: what came of each, in their order and before the rows", async () => {
  const messages = await answered();
  const outcomes = messages.filter((message): message is OutcomeMessage => message.type === "outcome");
  expect(outcomes.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
  expect(messages.slice(1, 1 + sent.length)).toEqual(outcomes);
  expect(outcomes).toMatchObject([
    { status: "applied", version: 1 },
    { status: "applied", version: 1 },
    { status: "applied", key: 1, version: 2 },
    { status: "applied", key: 1, version: 3 },
    { status: "conflict", theirs: { name: "Granary" }, version: 2, attributes: ["name"] },
    { status: "gone" },
    { status: "rejected", error: { code: "invalid_values", retry: false, fields: { text: [expect.any(String)] } } },
    { status: "waiting", for: sent[6]?.id },
  ]);
  const rows = messages.filter((message) => message.type === "entity");
  expect(rows.map(({ mode }) => mode)).toEqual(["delta", "delta"]);
  expect(rows.every((message) => "columns" in message && message.columns[1] === "_version")).toBe(true);
});

it("what a device sends has the form of the golden request", async () => {
  const { orders, tab } = await Orders.open();
  const key = `local:${crypto.randomUUID()}`;
  await tab.engine.saveTogether([
    { entity: "LocalOrder", values: { id: key, name: "new" } },
    { entity: "LocalLine", values: { name: "line", order: key } },
  ]);
  await tab.engine.update("LocalOrder", 1, { city: "Nancy" });
  await tab.engine.delete("LocalOrder", 2);
  await tab.engine.onSync("");
  const [order, line, update, remove] = orders.syncs[0]?.mutations ?? [];
  const form = (mutation: WireMutation | undefined) =>
    Object.fromEntries(
      Object.entries(mutation ?? {}).map(([name, value]) => [name, Array.isArray(value) ? "array" : typeof value]),
    );
  expect([order, line, update, remove].map(form)).toEqual([sent[0], sent[1], sent[2], sent[5]].map(form));
  expect(line?.values.order).toEqual(order?.key);
  expect(order?.group).toBe(line?.group);
  expect(order?.made_at).toMatch(/^2026-01-31T09:30:00\.000/);
  expect(Object.keys(orders.syncs[0] ?? {}).sort()).toEqual(["context", "cursors", "mutations", "trigger"]);
});
