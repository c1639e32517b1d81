/** Row lines, and their values. */

import type { Key, WireValue } from "../api";

/** Parses lines of rows, each with its line feed. No line feed can be inside JSON, so lines are rows. */
export function parseLines(text: string): WireValue[][] {
  if (text === "") return [];
  return JSON.parse(`[${text.slice(0, -1).replaceAll("\n", ",")}]`) as WireValue[][];
}

/** What stands first in a row: text with its escapes, or anything up to the comma. */
const FIRST = /\[\s*("(?:[^"\\]|\\.)*"|[^,\]\s]+)/y;

/** The rows of one segment: each is parsed when it is asked for. */
export class Lines {
  /** Where each row begins, and the end. */
  private readonly starts: Uint32Array;

  constructor(readonly text: string) {
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.starts = Uint32Array.from(starts);
  }

  get rows(): number {
    return this.starts.length - 1;
  }

  row(at: number): WireValue[] {
    return JSON.parse(this.line(at));
  }

  /** As it came, without the line feed. */
  line(at: number): string {
    return this.text.slice(this.starts[at], (this.starts[at + 1] as number) - 1);
  }

  /** @throws SyntaxError: it is no row. */
  key(at: number): Key {
    FIRST.lastIndex = this.starts[at] as number;
    return JSON.parse(FIRST.exec(this.text)?.[1] ?? "");
  }

  /** The first place from which on it holds of all keys, which are in order; `rows` where it holds of none. */
  first(holds: (key: Key) => boolean): number {
    return firstWhere(this.rows, (at) => holds(this.key(at)));
  }

  all(): WireValue[][] {
    return parseLines(this.text);
  }
}

/** The first number below `length` for which it holds, which it does for all after it. */
export function firstWhere(length: number, holds: (at: number) => boolean): number {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
