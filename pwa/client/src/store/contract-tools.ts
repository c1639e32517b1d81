/** What the tests of every store begin with. */

import { expect } from "vitest";

import type { AttributeDefinition, EntityDefinition } from "../api";
import type { EntityRecord, Segment, Store, Switch } from "./store";

export const segment = (...keys: number[]): Segment => ({
  first: keys[0] ?? 0,
  last: keys.at(-1) ?? 0,
  rows: keys.length,
  text: keys.map((key) => `[${key}]\n`).join(""),
});

/** Stages and switches `Thing` to these segments. */
export async function fillStore(store: Store, cursor: string, ...segments: Segment[]): Promise<EntityRecord> {
  const generation = await store.newGeneration();
  for (const [number, part] of segments.entries()) await store.stage("Thing", generation, number, part);
  const { entities } = await store.overview();
  const record = recordOf(generation, cursor, segments);
  const wanted = change({ expected: { Thing: entities.Thing }, entities: { Thing: record } });
  expect(await store.switch(wanted)).toBe(true);
  return record;
}

/** The text of the base of `Thing`. */
export async function seenIn(store: Store): Promise<string | null> {
  const { record } = await store.view("Thing");
  if (record === null) return null;
  return (await store.segments("Thing", record.generation, record.segments)).map(({ text }) => text).join("");
}

export function change(change: Partial<Switch>): Switch {
  return { expected: {}, entities: {}, definition: null, context: null, ...change };
}

export function recordOf(generation: number, cursor: string, segments: Segment[]): EntityRecord {
  const rows = segments.reduce((sum, part) => sum + part.rows, 0);
  const syncedAt = "2026-01-31T09:30:00.000Z";
  const sizes = { sums: segments.map(() => null), bytes: segments.reduce((sum, { text }) => sum + text.length, 0) };
  const base = { ...sizes, layers: [], generation, segments: segments.length, lasts: segments.map(({ last }) => last) };
  return { ...base, cursor, columns: ["id"], rows, fingerprint: 0, syncedAt, leftovers: null, unseenFiles: null };
}

export function definitionOf(...names: string[]) {
  const entities = names.map((name) => ({ name, attributes: [] as AttributeDefinition[] }) as EntityDefinition);
  return { app: "shop", title: "", description: "", anonymous: true, contexts: {}, entities };
}
