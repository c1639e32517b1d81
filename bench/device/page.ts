/** The part of `bench.device` that runs in the page: one device in front of a server whose answers are made beforehand. */

import type { Row } from "../../pwa/client/src/api";
import { browserPorts } from "../../pwa/client/src/browser";
import { Engine } from "../../pwa/client/src/engine/engine";
import type { Ports } from "../../pwa/client/src/ports";
import { IdbStore } from "../../pwa/client/src/store/user";
import { COLUMNS, fillStore, NAME, product, timed, WRITABLE } from "../products";
import { counting } from "./counting";

const CHANGED = 100;
const TIMES = 5;
/** Unsent changes. */
const PENDING = [0, 100, 1000, 9000];

const encoder = new TextEncoder();
/** The answer to the next sync. */
let answer = "";
let cursors = 0;

const head = { type: "start", protocol: 1, definition: "v1", user: "anonymous" };

function unchanged(): string {
  const message = { type: "entity", entity: NAME, mode: "unchanged", cursor: `c${++cursors}` };
  return lines({ ...head, rows: 0, bytes: 0 }, message);
}

/** Other rows for some keys from all over the table. */
function delta(rows: number): string {
  const step = Math.max(1, Math.floor(rows / CHANGED));
  const offset = cursors % step;
  const texts = Array.from({ length: CHANGED }, (_, at) => JSON.stringify(product(1 + offset + at * step, null)));
  const bytes = encoder.encode(texts.join("\n")).length + 1;
  const size = { rows: CHANGED, bytes };
  const columns = COLUMNS.map(([name]) => name);
  const ends = { first: 1 + offset, last: 1 + offset + (CHANGED - 1) * step };
  return lines(
    { ...head, ...size },
    { type: "entity", entity: NAME, mode: "delta", columns, ...size, segments: 1, gaps: 0, cursor: `c${++cursors}` },
    { type: "segment", number: 0, ...size, ...ends },
    ...texts,
  );
}

function lines(...all: (object | string)[]): string {
  const texts = [...all, { type: "end" }].map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  return `${texts.join("\n")}\n`;
}

const fetch: Ports["fetch"] = async (url) => {
  if (url.endsWith("session/")) {
    return Response.json({ csrf_token: "t", anonymous: true, user: { key: "anonymous", name: "" } });
  }
  return new Response(answer, { headers: { "Content-Type": "application/x-ndjson" } });
};

function open(): Engine {
  const ports: Ports = { ...browserPorts("bench"), fetch };
  const config = { app: "bench", api: "/api/sync/bench/", anonymous: true, on_sync: null };
  return new Engine(config, ports, { online: true, visible: true });
}

export async function fill(rows: number): Promise<Record<string, number>> {
  const store = new IdbStore("bench", "anonymous", () => crypto.randomUUID());
  await fillStore(store, rows, false, WRITABLE);
  await store.noteCompared([], { at: new Date().toISOString(), repaired: {} });
  store.close();
  return {};
}

/** Syncs of a device that has synced before, whose list is open or was not looked at. */
export async function sync(rows: number): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  const engine = open();
  let shown = () => {};
  await engine.start((type) => {
    if (type === "datachange") shown();
  });
  const run = async (body: string) => {
    answer = body;
    const result = await engine.onSync("", { pressed: true });
    if (result.status !== "complete") throw new Error(JSON.stringify(result));
  };
  const list = (): Promise<Row[]> => engine.list(NAME, { limit: 50 });
  // The first looks for files and stores blocks.
  await run(delta(rows));
  await run(delta(rows));
  results["poll without changes, ms"] = await median(() => timed(() => run(unchanged())));
  const several = async (name: string) => {
    const until: number[] = [];
    results[`${name}: until over, ms`] = await median(async () => {
      const body = delta(rows);
      const begun = performance.now();
      const seen = new Promise<void>((resolve) => {
        shown = () => void list().then(() => resolve());
      });
      const over = timed(() => run(body));
      await seen;
      until.push(performance.now() - begun);
      return over;
    });
    results[`${name}: until shown, ms`] = middle(until);
    const body = delta(rows);
    shown = () => {};
    const { records, bytes, transactions } = await counting(() => run(body));
    Object.assign(results, {
      [`${name}: records read`]: records,
      [`${name}: KB read`]: bytes / 1e3,
      [`${name}: transactions`]: transactions,
    });
  };
  await list();
  await several("delta");
  return results;
}

/** Edits of a record whose list is open, with more and more unsent changes of others. */
export async function edit(rows: number): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  const engine = open();
  await engine.start(() => {});
  const list = () => engine.list(NAME, { limit: 50, orderBy: "-unit_price" });
  let made = 0;
  for (const pending of PENDING.filter((changes) => changes < rows)) {
    const edits = Array.from({ length: pending - made }, (_, at) => ({ id: rows - made - at, name: `Changed ${at}` }));
    for (let from = 0; from < edits.length; from += 500) await engine.save(NAME, edits.slice(from, from + 500), false);
    made = pending;
    await list();
    let key = 0;
    const name = `an edit with ${pending.toLocaleString("en")} unsent`;
    const one = async () => {
      await engine.update(NAME, ++key, { name: `Edited ${key}` });
      await list();
    };
    results[`${name}, until shown, ms`] = await median(() => timed(one));
    results[`${name}: records read`] = (await counting(one)).records;
    // With as many as before.
    await engine.discard((await engine.pending()).filter((change) => Number(change.key) <= key).map(({ id }) => id));
  }
  return results;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let time = 0; time < TIMES; time++) values.push(await measure());
  return middle(values);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

Object.assign(globalThis, { bench: { fill, sync, edit } });
