import type { EntityDefinition, WireValue } from "../api";
import { Base, type Place } from "../query/base";
import type { Segment } from "../store/store";

/** Rows as a segment of which nothing is known. */
export function segmentOf(rows: readonly WireValue[][]): Segment {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return { first: null, last: null, rows: rows.length, text };
}

/** A base in memory; nothing of it is stored. */
export function baseOf(entity: EntityDefinition, segments: readonly Segment[], place: Partial<Place> = {}): Base {
  const columns = entity.attributes.map(({ name }) => name);
  const lasts = segments.map(({ last }) => last);
  const segment = (number: number) => segments[number] ?? null;
  return new Base(
    entity,
    { segments: segments.length, lasts, columns, ...place },
    { segments: async (numbers) => numbers.map(segment), parts: async () => [] },
  );
}
