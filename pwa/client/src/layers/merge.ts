/** The rows of an entity as they are: its base with its layers over it, in key order, a segment at a time. */

import { ClientError } from "../protocol/errors";
import type { KeyOrder } from "../protocol/keys";
import type { Content, Segment, Store } from "../store/store";
import { type Line, linesOf, Overlay } from "./overlay";

/** Rows of a segment. */
export const SEGMENT_ROWS = 1000;

/** Where an entity's rows are read from. */
export interface Source {
  store: Pick<Store, "segment" | "segments" | "baseSegments">;
  entity: string;
  order: KeyOrder;
  content: Content;
}

/** @throws ClientError `superseded`: another sync replaced what is being read. */
export async function overlayOf({ store, entity, order, content }: Source): Promise<Overlay> {
  const overlay = new Overlay(order);
  for (const { generation, segments } of content.layers) {
    const layer = await store.segments(entity, generation, segments);
    if (layer.length !== segments) throw new ClientError("superseded");
    overlay.add(layer);
  }
  return overlay;
}

/** One segment of the base. @throws ClientError `superseded`. */
export async function baseSegment({ store, entity, content }: Source, number: number): Promise<Segment> {
  const segment = await store.segment(entity, content.generation, number);
  if (segment === null) throw new ClientError("superseded");
  return segment;
}

/** Some of them. @throws ClientError `superseded`. */
export async function baseSegments({ store, entity, content }: Source, numbers: readonly number[]): Promise<Segment[]> {
  const found = await store.baseSegments(entity, content.generation, numbers);
  return found.map((segment) => {
    if (segment === null) throw new ClientError("superseded");
    return segment;
  });
}

/** The rows, in pieces of about a segment. Memory: the layers, and one segment of the base. */
export async function* mergedLines(source: Source): AsyncGenerator<Line[]> {
  const overlay = await overlayOf(source);
  const above = overlay.lines();
  let at = 0;
  for (let number = 0; number < source.content.segments; number++) {
    const lines: Line[] = [];
    for (const line of linesOf(await baseSegment(source, number))) {
      for (let next = above[at]; next !== undefined && source.order(next.key, line.key) < 0; next = above[++at]) {
        lines.push(next);
      }
      if (!overlay.hides(line.key)) lines.push(line);
    }
    yield lines;
  }
  for (; at < above.length; at += SEGMENT_ROWS) {
    yield above.slice(at, at + SEGMENT_ROWS);
    await pause();
  }
}

/** Lets the worker answer others: what is in memory already waits for nothing by itself. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
