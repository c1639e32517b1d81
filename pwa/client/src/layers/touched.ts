/** The rows of a base that a layer touches, found without parsing those beside them. */

import type { Key } from "../api";
import type { KeyOrder } from "../protocol/keys";
import { Lines } from "../store/lines";
import type { Gap, Segment } from "../store/store";
import type { Line } from "./overlay";

/** What of a segment is looked for: rows with these keys, and those in gaps. */
export interface Wanted {
  keys: readonly Key[];
  gaps: readonly Gap[];
}

/** In key order, each once. @throws SyntaxError: what should be a row is none. */
export function touchedLines(order: KeyOrder, { text }: Segment, { keys, gaps }: Wanted): Line[] {
  const lines = new Lines(text);
  const found = new Set<number>();
  for (const key of keys) {
    const at = lines.first((other) => order(other, key) >= 0);
    if (at < lines.rows && order(lines.key(at), key) === 0) found.add(at);
  }
  for (const { after, before } of gaps) {
    const from = after === null ? 0 : lines.first((key) => order(key, after) > 0);
    const to = before === null ? lines.rows : lines.first((key) => order(key, before) > 0);
    for (let at = from; at < to; at++) found.add(at);
  }
  return [...found].sort((a, b) => a - b).map((at) => ({ key: lines.row(at)[0] as Key, text: lines.line(at) }));
}
