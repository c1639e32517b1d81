/** The rows of one segment as text: each is parsed when it is asked for. */

import type { Key, WireValue } from "../api";
import { parseLines } from "../store/lines";

/** What stands first in a row: text with its escapes, or anything up to the comma. */
const FIRST = /\[\s*("(?:[^"\\]|\\.)*"|[^,\]\s]+)/y;

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
    return JSON.parse(this.text.slice(this.starts[at], this.starts[at + 1]));
  }

  key(at: number): Key {
    FIRST.lastIndex = this.starts[at] as number;
    return JSON.parse(FIRST.exec(this.text)?.[1] ?? "null");
  }

  all(): WireValue[][] {
    return parseLines(this.text);
  }
}
