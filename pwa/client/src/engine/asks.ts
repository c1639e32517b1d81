/** Phase: what the device has of entities whose rows are to be compared, said in ranges (P2, P5). */

import type { Definition } from "../api";
import { type Description, describeContent } from "../layers/describe";
import type { Source } from "../layers/merge";
import { bytesOf } from "../layers/overlay";
import { Readable } from "../layers/readable";
import { isOrdered, keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { Content, EntityRecord, Layer, Overview, PartialCopy, Store } from "../store/store";

/**
 * How an entity is asked for. `changes`: what came since its cursor, or the rest of a comparison that was cut. `compare`:
 * what differs from what the device shows. `whole`: everything, as if the device had nothing.
 */
export type Level = "changes" | "compare" | "whole";

/** What is said of one entity, and of what it is said. */
export interface Ask {
  source: Source;
  ordered: boolean;
  description: Description;
  /** Whether some of it is not as it was written: what cannot be read is not in the description. */
  isDamaged: boolean;
  /** Rows of a comparison that was cut which are here already. */
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
  if (level === "changes" && partial !== undefined && record?.generation === partial.generation) {
    const { content, kept } = await contentOf(store, entity, partial, record);
    const source = { store, entity, order: keyOrder(partial.keyType), content };
    return describe(source, isOrdered(partial.keyType), kept, progress);
  }
  const type = trackedKeyType(definition, entity);
  if (level !== "compare" || record === undefined || type === null) return null;
  return describe({ store, entity, order: keyOrder(type), content: record }, isOrdered(type), 0, progress);
}

/** From what is really there (P5). */
async function describe(source: Source, ordered: boolean, kept: number, progress: () => void): Promise<Ask> {
  const readable = new Readable(source);
  const description = await describeContent(readable.asSource, { ordered, progress });
  return { source: readable.asSource, ordered, description, isDamaged: readable.isDamaged, kept };
}

/** What is there of a comparison that was cut, and how many rows of it lie over what the device shows. */
async function contentOf(
  store: Store,
  entity: string,
  partial: PartialCopy,
  record: EntityRecord,
): Promise<{ content: Content; kept: number }> {
  const content: Content = { ...record, layers: [] };
  let kept = 0;
  for (const generation of partial.layers) {
    const shown = record.layers.find((layer) => layer.generation === generation);
    const { layer, rows } = shown ? { layer: shown, rows: 0 } : await layerOf(store, entity, generation);
    if (layer.segments > 0) content.layers.push(layer);
    kept += rows;
  }
  return { content, kept };
}

async function layerOf(store: Store, entity: string, generation: number): Promise<{ layer: Layer; rows: number }> {
  const segments = await store.segments(entity, generation);
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const gaps = segments.reduce((sum, segment) => sum + (segment.gaps?.length ?? 0), 0);
  const bytes = segments.reduce((sum, segment) => sum + bytesOf(segment.text), 0);
  return { layer: { generation, segments: segments.length, size: rows + gaps, bytes }, rows };
}
