/** Fewer layers, the same rows (decision 0014): so that reading costs what the rows cost, however often they changed. */

import { ClientError } from "../protocol/errors";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import type { EntityRecord, Layer, Store } from "../store/store";
import { mergedLines, overlayOf, SEGMENT_ROWS, type Source } from "./merge";
import { bytesOf, type Line, type Overlay, segmentOf } from "./overlay";
import { Placed } from "./placed";
import { Readable } from "./readable";

/** Layers of an entity, until the newest are made one. */
const MOST_LAYERS = 8;
/** Rows and gaps in layers, as a part of all rows, until a new base is written; but never for fewer than a segment. */
const MOST_OF_ROWS = 0.2;

/** What helps: `base` writes all rows anew, `layers` makes one layer of several, `null` nothing needed. */
export function needsCompaction({ rows, segments, layers, leftovers }: EntityRecord): "base" | "layers" | null {
  if (layers.length === 0) return null;
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  // Segments are full, but for the last. One gap may hide them all: what is gone must not stay on the device for good.
  const gone = (segments - 1) * SEGMENT_ROWS - rows;
  if (Math.max(size, gone) > Math.max(SEGMENT_ROWS, rows * MOST_OF_ROWS)) return "base";
  // To write half of the segments again costs no less, and leaves the layers.
  if (leftovers !== null && leftovers.length * 2 >= segments) return "base";
  return layers.length > MOST_LAYERS ? "layers" : null;
}

export interface Compacting extends Omit<Source, "store" | "content"> {
  store: Store;
  record: EntityRecord;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/**
 * Writes the rows of an entity in fewer layers and switches to that, if nobody else changed them meanwhile. Whoever is
 * killed in the middle leaves a generation that nobody points at.
 */
export async function compact(kind: "base" | "layers", compacting: Compacting): Promise<void> {
  const { store, entity, record } = compacting;
  const generation = await store.newGeneration();
  try {
    const written = await (kind === "base" ? writeBase : writeLayer)(compacting, generation);
    // The layers whose files are to be looked for are no more.
    const unseenFiles = record.unseenFiles?.length === 0 ? [] : null;
    const entities = { [entity]: { ...record, ...written, unseenFiles } };
    const change = { expected: { [entity]: record }, entities, definition: null, context: null };
    if (!(await store.switch(change))) throw new ClientError("superseded");
  } catch (error) {
    await store.discard(generation).catch(() => undefined);
    throw error;
  }
}

/**
 * All rows, in segments of a new base. Returns what is another in the record then.
 *
 * @throws ClientError `corrupt_response`: they are not what the record says.
 */
export async function writeBase(compacting: Compacting, generation: number): Promise<Partial<EntityRecord>> {
  const { store, entity, record, progress } = compacting;
  const lasts: EntityRecord["lasts"] = [];
  const placed = new Placed(compacting.order);
  const write = async (lines: Line[]) => {
    progress();
    // The segment says the same as the record: whoever removes rows from it goes by that.
    const segment = { ...segmentOf(lines), last: placed.last(lines.map(({ key }) => key)) };
    await store.stage(entity, generation, lasts.length, segment);
    bytes += bytesOf(segment.text);
    lasts.push(segment.last);
  };
  let waiting: Line[] = [];
  let rows = 0;
  let fingerprint = 0;
  let bytes = 0;
  // What cannot be read is missed when it is counted.
  const readable = new Readable({ ...compacting, content: record });
  for await (const lines of mergedLines(readable.asSource)) {
    for (const { text } of lines) fingerprint = addFingerprints(fingerprint, rowFingerprint(encoder.encode(text)));
    rows += lines.length;
    waiting = [...waiting, ...lines];
    for (; waiting.length >= SEGMENT_ROWS; waiting = waiting.slice(SEGMENT_ROWS)) {
      await write(waiting.slice(0, SEGMENT_ROWS));
    }
  }
  if (waiting.length > 0) await write(waiting);
  // All rows went by, so it costs little to see whether they are what they are thought to be.
  if (rows !== record.rows || fingerprint !== record.fingerprint) throw new ClientError("corrupt_response", entity);
  const sums = lasts.map(() => null);
  return { generation, segments: lasts.length, lasts, sums, bytes, layers: [], leftovers: null };
}

async function writeLayer(compacting: Compacting, generation: number): Promise<Partial<EntityRecord>> {
  const { store, entity, record, progress } = compacting;
  const from = joinedFrom(record.layers);
  const readable = new Readable({ ...compacting, content: { ...record, layers: record.layers.slice(from) } });
  const overlay = await overlayOf(readable.asSource);
  if (readable.isDamaged) throw new ClientError("corrupt_response", entity);
  const segments = segmentsOf(overlay);
  for (const [number, segment] of segments.entries()) {
    progress();
    await store.stage(entity, generation, number, segment);
  }
  const size = overlay.gapList.length + segments.reduce((sum, segment) => sum + segment.rows, 0);
  const bytes = segments.reduce((sum, { text }) => sum + bytesOf(text), 0);
  const layer: Layer = { generation, segments: segments.length, size, bytes };
  return { layers: [...record.layers.slice(0, from), layer] };
}

/**
 * The first of the layers that are made one, which are the newest: a layer that is much larger than those over it stays
 * as it is, so that a row is written a few times in all and not with every few changes (as log-structured merge trees
 * do it).
 */
function joinedFrom(layers: readonly Layer[]): number {
  const sizeOf = (at: number) => layers[at]?.size ?? 0;
  let from = layers.length - 2;
  let size = sizeOf(from) + sizeOf(from + 1);
  for (; from > 0 && sizeOf(from - 1) <= 2 * size; from--) size += sizeOf(from - 1);
  return from;
}

function* pieces<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += SEGMENT_ROWS) yield all.slice(at, at + SEGMENT_ROWS);
}

function segmentsOf(overlay: Overlay) {
  const gaps = [...pieces(overlay.gapList)].map((part) => ({ ...segmentOf([]), gaps: part }));
  return [...gaps, ...[...pieces(overlay.lines())].map(segmentOf)];
}

const encoder = new TextEncoder();
