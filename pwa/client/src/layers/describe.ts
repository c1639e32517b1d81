/** What the device has of an entity, as ranges that the server compares with its rows (P5, decision 0013). */

import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import type { Range } from "../protocol/messages";
import { mergedLines, SEGMENT_ROWS, type Source } from "./merge";
import { Placed } from "./placed";

/** The server takes no more ranges than this. */
const MOST_RANGES = 20_000;

export interface Description {
  ranges: Range[];
  /** Of the whole. */
  rows: number;
  fingerprint: number;
}

export interface Describing {
  /** Whether keys have an order that the server shares; if not, there is one range. */
  ordered: boolean;
  /** Called now and then. */
  progress(): void;
}

const encoder = new TextEncoder();

export async function describeContent(source: Source, { ordered, progress }: Describing): Promise<Description> {
  const { segments, lasts, layers } = source.content;
  const most = segments * SEGMENT_ROWS + layers.reduce((sum, { size }) => sum + size, 0);
  const rangeRows = ordered ? Math.max(SEGMENT_ROWS, Math.ceil(most / (MOST_RANGES - 2))) : Number.POSITIVE_INFINITY;
  const placed = new Placed(source.order);
  let isRising = true;
  const ranges: Range[] = [];
  let range: Range = [null, 0, 0];
  let number = 0;
  for await (const lines of mergedLines(source)) {
    progress();
    const end = lasts[number++] ?? null;
    if (ordered && lines.length === 0 && end !== null) {
      // All of the segment is gone, which is no reason for those beside it to travel.
      if (range[1] > 0) ranges.push(range);
      ranges.push([end, 0, 0]);
      range = [null, 0, 0];
    }
    if (lines.length > 0 && placed.last(lines.map(({ key }) => key)) === null) isRising = false;
    for (const { key, text } of lines) {
      if (range[1] >= rangeRows) {
        ranges.push(range);
        range = [null, 0, 0];
      }
      range = [key, range[1] + 1, addFingerprints(range[2], rowFingerprint(encoder.encode(text)))];
    }
  }
  const [, rows, fingerprint] = range;
  ranges.push([null, rows, fingerprint]);
  const whole = {
    rows: ranges.reduce((sum, [, count]) => sum + count, 0),
    fingerprint: ranges.reduce((sum, [, , one]) => addFingerprints(sum, one), 0),
  };
  // Rows of an entity whose changes were not tracked before come in any order, which no ranges could be said of.
  return { ranges: isRising ? ranges : [[null, whole.rows, whole.fingerprint]], ...whole };
}
