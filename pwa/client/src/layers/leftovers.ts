/** Rows that a gap hides leave the device, not only the screen (S1): what a person may no longer see must not stay. */

import { ClientError } from "../protocol/errors";
import type { EntityRecord, Layer, Segment, Store } from "../store/store";
import { Gaps } from "./gaps";
import type { Source } from "./merge";
import { bytesOf, gapsOf, linesOf, segmentOf } from "./overlay";
import { Readable } from "./readable";

export interface Removing extends Omit<Source, "store" | "content"> {
  store: Store;
  record: EntityRecord;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/**
 * Writes the segments anew that have such rows, each in its place and in a transaction of its own. The gaps stay, for
 * readers who have the rows in memory; to all others it makes no difference whether a row is hidden or not there. So
 * it may end at any moment: the record says which segments are left. Returns what the record is then.
 *
 * @throws ClientError `superseded`: another sync changed the entity meanwhile; `corrupt_response`: it is damaged.
 */
export async function removeLeftovers({ store, entity, order, record, progress }: Removing): Promise<EntityRecord> {
  let now = record;
  const readable = new Readable({ store, entity, order, content: record });
  const write = async (generation: number, number: number, segment: Segment | null) => {
    progress();
    const pruned = segment === null ? null : { generation, number, segment };
    if (!(await store.prune(entity, now, pruned))) throw new ClientError("superseded");
  };
  let above = new Gaps(order, []);
  const layers: Layer[] = [];
  for (const layer of [...record.layers].reverse()) {
    const { generation } = layer;
    const segments = await readable.segments(entity, generation, layer.segments);
    if (readable.isDamaged) throw new ClientError("corrupt_response", entity);
    // Within a layer the gaps come first: they hide none of its own rows.
    const all = new Gaps(order, [...above.list, ...gapsOf(segments)]);
    let { size, bytes } = layer;
    for (const [number, segment] of segments.entries()) {
      const pruned = prune(segment, above, all);
      if (pruned === null) continue;
      size += sizeOf(pruned) - sizeOf(segment);
      bytes += bytesOf(pruned.text) - bytesOf(segment.text);
      await write(generation, number, pruned);
    }
    layers.unshift({ ...layer, size, bytes });
    above = all;
  }
  now = { ...now, layers };
  for (const number of record.leftovers ?? []) {
    if (!above.touches(now.lasts[number - 1] ?? null, now.lasts[number] ?? null)) continue;
    const segment = await readable.segment(entity, record.generation, number);
    if (readable.isDamaged) throw new ClientError("corrupt_response", entity);
    const pruned = prune(segment, above, above);
    if (pruned === null) continue;
    // Where there was no order there is none now.
    const lasts = now.lasts.map((old, at) => (at === number ? (pruned?.last ?? null) : old));
    // It is no part of the server's any more.
    const sums = now.sums.map((old, at) => (at === number ? null : old));
    const bytes = now.bytes + bytesOf(pruned.text) - bytesOf(segment.text);
    now = { ...now, lasts, sums, bytes, leftovers: (now.leftovers ?? []).filter((other) => other !== number) };
    await write(record.generation, number, pruned);
  }
  now = { ...now, leftovers: null };
  await write(record.generation, 0, null);
  return now;
}

/**
 * Without the rows that gaps above it hide, and with its own gaps as wide as all are together: their bounds too may be
 * keys of rows that went later. `null` when that is what it is.
 */
function prune(segment: Segment, above: Gaps, all: Gaps): Segment | null {
  const lines = linesOf(segment);
  const kept = lines.filter(({ key }) => !above.has(key));
  const gaps = segment.gaps && [...new Set(segment.gaps.map((gap) => all.around(gap)))];
  if (kept.length === lines.length && JSON.stringify(gaps) === JSON.stringify(segment.gaps)) return null;
  const pruned = { ...segmentOf(kept), ...(gaps && { gaps }) };
  return segment.last === null ? { ...pruned, last: null } : pruned;
}

function sizeOf({ rows, gaps }: Segment): number {
  return rows + (gaps?.length ?? 0);
}
