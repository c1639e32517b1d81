/** Layers, joined into one: which rows of the base they hide, and which rows there are instead (decision 0014). */

import type { Key } from "../api";
import type { KeyOrder } from "../protocol/keys";
import { parseLines } from "../store/lines";
import type { Gap, Segment } from "../store/store";
import { Gaps } from "./gaps";

/** A row as it came, and its key. */
export interface Line {
  key: Key;
  /** Without the line feed. */
  text: string;
}

export class Overlay {
  private gaps: Gaps;
  private readonly rows = new Map<string, Line>();

  constructor(
    readonly order: KeyOrder,
    layers: readonly Segment[][] = [],
  ) {
    this.gaps = new Gaps(order, []);
    for (const layer of layers) this.add(layer);
  }

  /** Lays one more layer over those there are. */
  add(layer: readonly Segment[]): this {
    const gaps = new Gaps(this.order, gapsOf(layer));
    if (gaps.list.length > 0) {
      for (const [id, { key }] of this.rows) if (gaps.has(key)) this.rows.delete(id);
      this.gaps = new Gaps(this.order, [...this.gaps.list, ...gaps.list]);
    }
    for (const segment of layer) for (const line of linesOf(segment)) this.rows.set(String(line.key), line);
    return this;
  }

  /** Whether a row of this key below is gone or replaced. */
  hides(key: Key): boolean {
    return this.rows.has(String(key)) || this.gaps.has(key);
  }

  /** Whether nothing of this key remains of what is below. */
  removes(key: Key): boolean {
    return this.gaps.has(key);
  }

  /** Its row of this key. */
  get(key: Key): Line | undefined {
    return this.rows.get(String(key));
  }

  /** Whether there is a row of this key in it. */
  has(key: Key): boolean {
    return this.rows.has(String(key));
  }

  /** Whether a key after the first, up to and with the second, may be in one of its gaps. */
  touches(after: Key | null, until: Key | null): boolean {
    return this.gaps.touches(after, until);
  }

  /** Those of its gaps. */
  gapsBetween(after: Key | null, until: Key | null): readonly Gap[] {
    return this.gaps.between(after, until);
  }

  /** Its rows, in no order. */
  unsorted(): Iterable<Line> {
    return this.rows.values();
  }

  /** Its rows, in key order. */
  lines(): Line[] {
    return [...this.rows.values()].sort((a, b) => this.order(a.key, b.key));
  }

  /** Where nothing remains of what lies below, in key order. */
  get gapList() {
    return this.gaps.list;
  }
}

export function gapsOf(layer: readonly Segment[]) {
  return layer.flatMap(({ gaps }) => gaps ?? []);
}

export function keysOf({ text }: Segment): Key[] {
  return parseLines(text).map((row) => row[0] as Key);
}

/** Whether keys come in their order, none twice. */
export function isRising(order: KeyOrder, keys: readonly Key[]): boolean {
  return keys.every((key, at) => at === 0 || order(keys[at - 1] as Key, key) < 0);
}

export function linesOf({ text }: Segment): Line[] {
  const texts = text.split("\n");
  return parseLines(text).map((row, at) => ({ key: row[0] as Key, text: texts[at] as string }));
}

/** Of a text as UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();

export function segmentOf(lines: readonly Line[]): Segment {
  const text = lines.map((line) => `${line.text}\n`).join("");
  return { first: lines[0]?.key ?? null, last: lines.at(-1)?.key ?? null, rows: lines.length, text };
}
