/** What can be read of a segment that was damaged on the device (P5): its rows, without those that are none. */

import type { Key, WireValue } from "../api";
import { Lines, parseLines } from "./lines";
import type { Segment } from "./store";

/** Which keys can be in a segment, where that is known. */
export interface Bounds {
  /** Negative when the first of two keys comes first. */
  order(a: Key, b: Key): number;
  after: Key | null;
  last: Key;
}

export interface Mended {
  segment: Segment;
  isDamaged: boolean;
}

/** `found`: what is stored, which may be anything. */
export function mend(found: Partial<Segment> | null | undefined, bounds: Bounds | null = null): Mended {
  if (found !== null && found !== undefined && isWhole(found as Segment, bounds)) {
    return { segment: found as Segment, isDamaged: false };
  }
  const text: unknown = found?.text;
  const lines = typeof text === "string" ? text.split("\n").filter((line) => isRow(parsed(line))) : [];
  let before = bounds?.after ?? null;
  const kept: { key: Key; line: string }[] = [];
  for (const line of lines) {
    const key = (parsed(line) as WireValue[])[0] as Key;
    if (bounds !== null && !isBetween(key, before, bounds)) continue;
    before = key;
    kept.push({ key, line });
  }
  const gaps = Array.isArray(found?.gaps) ? { gaps: found.gaps } : {};
  const segment = {
    first: kept[0]?.key ?? null,
    last: kept.at(-1)?.key ?? null,
    rows: kept.length,
    text: kept.map(({ line }) => `${line}\n`).join(""),
    ...gaps,
  };
  return { segment, isDamaged: true };
}

/** Whether as many rows are there as should be, and the first and last are where they should be. */
export function looksWhole(found: Segment | null, bounds: Bounds | null): boolean {
  if (typeof found?.text !== "string" || (found.text !== "" && !found.text.endsWith("\n"))) return false;
  const lines = new Lines(found.text);
  if (lines.rows !== found.rows) return false;
  if (bounds === null || lines.rows === 0) return true;
  const { order, after, last } = bounds;
  try {
    return (after === null || order(after, lines.key(0)) < 0) && order(lines.key(lines.rows - 1), last) <= 0;
  } catch {
    return false;
  }
}

function isWhole({ text, rows, gaps }: Segment, bounds: Bounds | null): boolean {
  if (typeof text !== "string" || (text !== "" && !text.endsWith("\n"))) return false;
  if (gaps !== undefined && !Array.isArray(gaps)) return false;
  let all: unknown[];
  try {
    all = parseLines(text);
  } catch {
    return false;
  }
  if (all.length !== rows || text.split("\n").length !== rows + 1 || !all.every(isRow)) return false;
  if (bounds === null) return true;
  let before = bounds.after;
  for (const [key] of all as [Key][]) {
    if (!isBetween(key, before, bounds)) return false;
    before = key;
  }
  return true;
}

function isBetween(key: Key, before: Key | null, { order, last }: Bounds): boolean {
  return (before === null || order(before, key) < 0) && order(key, last) <= 0;
}

function isRow(value: unknown): boolean {
  return Array.isArray(value) && (typeof value[0] === "string" || typeof value[0] === "number");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
