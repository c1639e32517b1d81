/** The rows of an entity with the pattern `read-only-optimized`, as the server's change tracking tells of them. */

import type { EntityDefinition, Key, WireValue } from "../api";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import type { KeyOrder } from "../protocol/keys";
import type { Range } from "../protocol/messages";
import { columnsOf } from "./pushed";

const encoder = new TextEncoder();

/** Lines of an entity: its message, and what follows it. */
export interface Told {
  message: { mode: string; rows?: number; bytes?: number; [key: string]: unknown };
  lines: string[];
}

interface Line {
  key: Key;
  text: string;
}

interface Moment {
  columns: string;
  lines: Map<string, Line>;
}

/** What every pull of an entity saw, by the token of the cursor it gave: enough to tell what came since. */
export class TrackedEntity {
  private readonly moments = new Map<string, Moment>();
  private made = 0;
  /** The snapshot that is served to devices which have nothing. */
  private snapshot: { cursor: string; parts: Line[][] } | null = null;

  constructor(private readonly name: string) {}

  /** Another history: no cursor means anything any more. */
  forget(): void {
    this.moments.clear();
  }

  /** Whether this history handed out the cursor. */
  knows(cursor: string): boolean {
    return this.moments.has(cursor);
  }

  tell(
    entity: EntityDefinition,
    rows: WireValue[][],
    cursor: string | undefined,
    ranges: Range[] | undefined,
    segmentRows: number,
    sortAs: ((key: Key) => number) | null,
    /** Keeps parts to be fetched, when entities of this size have some. */
    publish: Publish | null,
  ): Told {
    const type = entity.attributes[0]?.type ?? "string";
    const order = type === "integer" ? byValue : byCodePoint;
    const isOrdered = type !== "decimal" && sortAs === null;
    const lines = rows.map((row) => ({ key: row[0] as Key, text: JSON.stringify(row) }));
    lines.sort((a, b) => (sortAs === null ? order(a.key, b.key) : sortAs(a.key) - sortAs(b.key)));
    const columns = columnsOf(entity);
    const moment = { columns: columns.join(), lines: new Map(lines.map((line) => [String(line.key), line])) };
    const old = cursor === undefined ? undefined : this.moments.get(cursor);
    const told = (mode: string, more: object, parts: string[][], following: string[] = []) => {
      const segments = parts.map(([message = "", ...texts], number) => [
        message.replace("{", `{"number":${number},`),
        ...texts,
      ]);
      const bytes = parts.reduce((sum, [, ...texts]) => sum + bytesOf(texts), 0);
      const count = parts.reduce((sum, part) => sum + part.length - 1, 0);
      const same = old !== undefined && cursor !== undefined && isSame(old, moment);
      const token = same ? cursor : this.remember(moment);
      const counts = mode === "unchanged" ? {} : { columns, rows: count, bytes, segments: parts.length };
      const message = { type: "entity", entity: this.name, mode, ...counts, ...more, cursor: token };
      return { message, lines: [...following, ...segments.flat()] };
    };
    const since = (of: Moment) => ({
      changed: lines.filter(({ key, text }) => of.lines.get(String(key))?.text !== text),
      gone: [...of.lines.values()].filter(({ key }) => !moment.lines.has(String(key))),
    });
    const inParts = (keep: Publish) => {
      const made = this.snapshot === null ? undefined : this.moments.get(this.snapshot.cursor);
      const then = made === undefined || made.columns !== moment.columns ? null : since(made);
      const isFew = then !== null && then.changed.length + then.gone.length <= Math.max(10, lines.length / 5);
      if (this.snapshot === null || !isFew || (then.gone.length > 0 && !isOrdered)) {
        this.snapshot = {
          cursor: this.remember(moment),
          parts: recut(lines, this.snapshot?.parts ?? [], order, segmentRows),
        };
      }
      const { cursor: from, parts } = this.snapshot;
      const { changed, gone } = since(this.moments.get(from) as Moment);
      const listed = listOf(
        parts.map((part) => part.map(({ text }) => text)),
        keep,
      );
      const gaps = gapsAround(lines, gone, order);
      const whole = { ...listed.message, fingerprint: sum(parts.flat()), gaps: gaps.length };
      return told(
        "snapshot",
        whole,
        cut(changed, segmentRows).map((part) => segment(part)),
        [...listed.lines, ...gaps],
      );
    };
    const replace = () => {
      if (publish !== null) return inParts(publish);
      return told(
        "replace",
        { fingerprint: sum(lines) },
        cut(lines, segmentRows).map((part) => segment(part)),
      );
    };
    const reset = (reason: string) => {
      return { message: { type: "entity", entity: this.name, mode: "reset", reason }, lines: [] };
    };

    if (ranges !== undefined) {
      const isOther = old !== undefined && old.columns !== moment.columns;
      if (isOther || !ranges.some(([, count]) => count > 0)) return replace();
      const whole = { total: lines.length, fingerprint: sum(lines) };
      if (isOrdered) return told("ranges", whole, compare(lines, ranges, order, segmentRows));
      const has = ranges.reduce((all, [, count]) => all + count, 0);
      const fingerprint = ranges.reduce((all, [, , one]) => addFingerprints(all, one), 0);
      return has === whole.total && fingerprint === whole.fingerprint ? told("ranges", whole, []) : replace();
    }
    if (cursor === undefined) return replace();
    if (old === undefined) return reset("history");
    if (old.columns !== moment.columns) return replace();
    const { changed, gone } = since(old);
    if (changed.length === 0 && gone.length === 0) return told("unchanged", {}, []);
    if (gone.length > 0 && !isOrdered) return reset("keys");
    const gaps = gapsAround(lines, gone, order);
    return told(
      "delta",
      { gaps: gaps.length },
      cut(changed, segmentRows).map((part) => segment(part)),
      gaps,
    );
  }

  private remember(moment: Moment): string {
    const token = `${this.name}.${++this.made}`;
    this.moments.set(token, moment);
    return token;
  }
}

/** Keeps the text of a part; returns its sum. */
export type Publish = (text: string) => string;

/** What a snapshot of these parts says, and its part lines. */
export function listOf(parts: string[][], publish: Publish): Told {
  const lines = parts.map((texts, number) => {
    const [first, last] = [texts[0], texts.at(-1)].map((text) => JSON.parse(text ?? "[]")[0]);
    const bytes = bytesOf(texts);
    const sum = publish(texts.map((text) => `${text}\n`).join(""));
    return { type: "part", number, sum, rows: texts.length, bytes, packed: Math.ceil(bytes / 3), first, last };
  });
  const all = (count: "rows" | "bytes" | "packed") => lines.reduce((total, line) => total + line[count], 0);
  const message = {
    mode: "snapshot",
    parts: lines.length,
    total: all("rows"),
    size: all("bytes"),
    packed: all("packed"),
  };
  return { message, lines: lines.map((line) => JSON.stringify(line)) };
}

/** Parts with the bounds of those before, as far as they are not too large. */
function recut(lines: Line[], before: Line[][], order: KeyOrder, segmentRows: number): Line[][] {
  const bounds = before.map((part) => part.at(-1)?.key as Key);
  const parts = [...bounds, null].map((until, at) => {
    const after = bounds[at - 1];
    return lines.filter(({ key }) => {
      return (after === undefined || order(key, after) > 0) && (until === null || order(key, until) <= 0);
    });
  });
  return parts.flatMap((part) => cut(part, segmentRows));
}

/** Whether ranges rise, and only the last is open: others the server does not take. */
export function areOrdered(ranges: Range[], type: string): boolean {
  const order = type === "integer" ? byValue : byCodePoint;
  return ranges.every(([last], at) => {
    const before = ranges[at - 1]?.[0] ?? null;
    if (last === null || at === ranges.length - 1) return last === null && at === ranges.length - 1;
    return before === null || order(before, last) < 0;
  });
}

/** Another way to the same order as the client's: what is tested is not its own witness. */
function byValue(a: Key, b: Key): number {
  return BigInt(a) < BigInt(b) ? -1 : Number(BigInt(a) > BigInt(b));
}

function byCodePoint(a: Key, b: Key): number {
  const hex = (key: Key) =>
    Array.from(String(key), (one) => one.codePointAt(0)?.toString(16).padStart(6, "0")).join("");
  return hex(a) < hex(b) ? -1 : Number(hex(a) > hex(b));
}

function isSame(a: Moment, b: Moment): boolean {
  const same = [...b.lines].every(([id, { text }]) => a.lines.get(id)?.text === text);
  return same && a.columns === b.columns && a.lines.size === b.lines.size;
}

/** The ranges that differ, whole. */
function compare(lines: Line[], ranges: Range[], order: KeyOrder, segmentRows: number): string[][] {
  const found: string[][] = [];
  let after: Key | null = null;
  for (const [last, count, fingerprint] of ranges) {
    const from: Key | null = after;
    const here = lines.filter(({ key }) => {
      return (from === null || order(key, from) > 0) && (last === null || order(key, last) <= 0);
    });
    if (here.length !== count || sum(here) !== fingerprint) {
      let start = from;
      const parts = here.length === 0 ? [[]] : cut(here, segmentRows);
      for (const [number, part] of parts.entries()) {
        const until: Key | null = number === parts.length - 1 ? last : (part.at(-1)?.key ?? null);
        found.push(segment(part, { after: start, until }));
        start = until;
      }
    }
    after = last;
  }
  return found;
}

/** Between which neighbours that remain the others were. */
function gapsAround(lines: Line[], gone: Line[], order: KeyOrder): string[] {
  const gaps = gone.map(({ key }) => {
    const at = lines.findIndex((line) => order(line.key, key) > 0);
    const after = at < 0 ? lines.at(-1) : lines[at - 1];
    return JSON.stringify({ type: "gap", after: after?.key ?? null, before: lines[at]?.key ?? null });
  });
  return [...new Set(gaps)];
}

function segment(part: Line[], bounds: object = {}): string[] {
  const texts = part.map(({ text }) => text);
  const [first = null, last = null] = [part[0]?.key, part.at(-1)?.key];
  const head = { type: "segment", rows: part.length, bytes: bytesOf(texts), first, last, ...bounds };
  return [JSON.stringify(head), ...texts];
}

function bytesOf(texts: string[]): number {
  return texts.reduce((all, text) => all + encoder.encode(text).length + 1, 0);
}

function sum(lines: Line[]): number {
  return lines.reduce((all, { text }) => addFingerprints(all, rowFingerprint(encoder.encode(text))), 0);
}

function cut<T>(all: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
