/** How many rows there are, and their fingerprint, once another layer lies over them: of the base only what it touches is looked at. */

import type { WireValue } from "../api";
import { addFingerprints, rowFingerprint, subtractFingerprints } from "../protocol/fingerprint";
import type { Segment } from "../store/store";
import { baseSegment, baseSegments, overlayOf, pause, SEGMENT_ROWS, type Source } from "./merge";
import { type Line, linesOf, Overlay } from "./overlay";
import { touchedLines, type Wanted } from "./touched";

export interface Measured {
  rows: number;
  fingerprint: number;
  /** Rows that were there and are no more. */
  gone: number;
  /** Rows that are other ones with the layer than without it: new, changed or gone. */
  differing: number;
  /** Segments of the base with rows that the layer's gaps hide; `null`: they hide no rows, and none in layers either. */
  leftovers: number[] | null;
  /** Segments of the base that may have rows which gaps of the layers between hide. */
  covered: number[];
  /** Whether a row named a file that the row of this key, if there still is one, does not. */
  releasesFiles: boolean;
}

/** Segments that are read at once. */
const AT_ONCE = 16;

const encoder = new TextEncoder();
const fingerprintOf = ({ text }: Line) => rowFingerprint(encoder.encode(text));

/**
 * `before`: what is true without the layer. `ordered`: whether the segments of the base are in a known order.
 * `progress` is called now and then, and may throw to end it. `fileColumns`: numbers of the columns that name files.
 */
export async function measureLayer(
  source: Source,
  ordered: boolean,
  before: { rows: number; fingerprint: number },
  layer: readonly Segment[],
  progress: () => void,
  fileColumns: readonly number[] = [],
): Promise<Measured> {
  const old = await overlayOf(source);
  const added = new Overlay(source.order, [[...layer]]);
  const lines = added.lines();
  let { rows, fingerprint } = before;
  let gone = 0;
  let same = 0;
  let releasesFiles = false;
  const drop = (line: Line) => {
    rows--;
    fingerprint = subtractFingerprints(fingerprint, fingerprintOf(line));
    if (!added.has(line.key)) gone++;
    if (added.get(line.key)?.text === line.text) same++;
    releasesFiles ||= releases(line, added.get(line.key), fileColumns);
  };
  const leftovers: number[] = [];
  const covered: number[] = [];
  let hidesAny = false;
  for (const line of old.unsorted()) {
    if (added.hides(line.key)) drop(line);
    if (added.removes(line.key)) hidesAny = true;
  }
  const touched: Touched[] = [];
  let at = 0;
  let after: Line["key"] | null = null;
  for (let number = 0; number < source.content.segments; number++) {
    const end = ordered ? (source.content.lasts[number] ?? null) : null;
    const from = at;
    // What comes after the last segment of the base is in none of them, and looked for in none.
    while (end !== null && at < lines.length && source.order((lines[at] as Line).key, end) <= 0) at++;
    if (old.touches(after, end)) covered.push(number);
    const gaps = added.gapsBetween(after, end);
    if (end === null) touched.push({ number, wanted: null });
    else if (at > from || gaps.length > 0) {
      touched.push({ number, wanted: { keys: lines.slice(from, at).map(({ key }) => key), gaps } });
    }
    after = end;
  }
  for (let from = 0; from < touched.length; from += AT_ONCE) {
    progress();
    for (const [number, found] of await readTouched(source, touched.slice(from, from + AT_ONCE))) {
      for (const line of found) {
        if (added.hides(line.key) && !old.hides(line.key)) drop(line);
        if (added.removes(line.key) && leftovers.at(-1) !== number) leftovers.push(number);
      }
    }
  }
  for (const [number, line] of lines.entries()) {
    if (number % SEGMENT_ROWS === SEGMENT_ROWS - 1) {
      progress();
      await pause();
    }
    fingerprint = addFingerprints(fingerprint, fingerprintOf(line));
  }
  hidesAny ||= leftovers.length > 0;
  return {
    rows: rows + lines.length,
    fingerprint,
    gone,
    differing: lines.length - same + gone,
    leftovers: hidesAny ? leftovers : null,
    covered,
    releasesFiles,
  };
}

/** A segment of the base, and what of it is to be looked at; `null`: all rows, as keys do not tell where they are. */
interface Touched {
  number: number;
  wanted: Wanted | null;
}

async function readTouched(source: Source, some: readonly Touched[]): Promise<[number: number, lines: Line[]][]> {
  const segments = await baseSegments(
    source,
    some.map(({ number }) => number),
  );
  const read = some.map(async ({ number, wanted }, at): Promise<[number, Line[]]> => {
    try {
      if (wanted !== null) return [number, touchedLines(source.order, segments[at] as Segment, wanted)];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // It only looked whole: what can be read of it is looked through.
    }
    return [number, linesOf(await baseSegment(source, number))];
  });
  return Promise.all(read);
}

function releases(before: Line, after: Line | undefined, fileColumns: readonly number[]): boolean {
  if (fileColumns.length === 0) return false;
  const names = (line: Line | undefined) => {
    const row = line === undefined ? [] : (JSON.parse(line.text) as WireValue[]);
    return fileColumns.map((column) => row[column] || null);
  };
  const kept = new Set(names(after));
  return names(before).some((name) => name !== null && !kept.has(name));
}
