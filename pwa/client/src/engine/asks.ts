/** Phase: what the device has of entities whose rows are to be compared, said in ranges (P2, P5). */

import type { Definition } from "../api";
import { type Description, describeContent } from "../layers/describe";
import type { Source } from "../layers/merge";
import { isOrdered, keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { Content, EntityRecord, Layer, Overview, PartialCopy, Store } from "../store/store";

/**
 * How an entity is asked for. `changes`: what came since its cursor, or the rest of a download that was cut. `compare`:
 * what differs from what the device shows. `whole`: everything, as if the device had nothing.
 */
export type Level = "changes" | "compare" | "whole";

/** What is said of one entity, and of what it is said. */
export interface Ask {
  source: Source;
  ordered: boolean;
  description: Description;
  /** Whether the cursor goes along: what is compared lies over what the device shows. */
  withCursor: boolean;
  /** Rows of a download that was cut which are here already. */
  kept: number;
}

export interface Asking {
  store: Store;
  now: Pick<Overview, "entities" | "partials">;
  definition: Definition | undefined;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/** What to say of an entity; `null` when there is nothing to compare. */
export async function askFor(entity: string, level: Level, asking: Asking): Promise<Ask | null> {
  const { store, now, definition, progress } = asking;
  const record = now.entities[entity];
  const partial = now.partials[entity];
  if (level === "changes" && partial !== undefined) {
    const { content, kept } = await contentOf(store, entity, partial, record);
    const withCursor = record?.generation === partial.generation;
    const source = { store, entity, order: keyOrder(partial.keyType), content };
    const ordered = isOrdered(partial.keyType);
    const description = await describeContent(source, { open: !withCursor, ordered, progress });
    // Nothing of it came: then it is asked for as if it had not been begun.
    if (description.rows === 0) return null;
    return { source, ordered, description, withCursor, kept: withCursor ? kept : description.rows };
  }
  const type = trackedKeyType(definition, entity);
  if (level !== "compare" || record === undefined || type === null) return null;
  const source = { store, entity, order: keyOrder(type), content: record };
  const ordered = isOrdered(type);
  const description = await describeContent(source, { open: false, ordered, progress });
  return { source, ordered, description, withCursor: true, kept: 0 };
}

/** What is there of a download that was cut, and how many rows of it lie over what the device shows. */
async function contentOf(
  store: Store,
  entity: string,
  partial: PartialCopy,
  record: EntityRecord | undefined,
): Promise<{ content: Content; kept: number }> {
  const isOver = record?.generation === partial.generation;
  const content: Content = isOver
    ? { ...record, layers: [] }
    : { ...(await baseOf(store, entity, partial.generation)), layers: [] };
  let kept = 0;
  for (const generation of partial.layers) {
    const shown = isOver ? record.layers.find((layer) => layer.generation === generation) : undefined;
    const { layer, rows } = shown ? { layer: shown, rows: 0 } : await layerOf(store, entity, generation);
    if (layer.segments > 0) content.layers.push(layer);
    kept += rows;
  }
  const { generation, segments, lasts, layers } = content;
  return { content: { generation, segments, lasts, layers }, kept };
}

async function baseOf(store: Store, entity: string, generation: number): Promise<Omit<Content, "layers">> {
  const lasts: Content["lasts"] = [];
  for (;;) {
    const segment = await store.segment(entity, generation, lasts.length);
    if (segment === null) return { generation, segments: lasts.length, lasts };
    lasts.push(segment.last);
  }
}

async function layerOf(store: Store, entity: string, generation: number): Promise<{ layer: Layer; rows: number }> {
  const segments = await store.segments(entity, generation);
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const gaps = segments.reduce((sum, segment) => sum + (segment.gaps?.length ?? 0), 0);
  return { layer: { generation, segments: segments.length, size: rows + gaps }, rows };
}
