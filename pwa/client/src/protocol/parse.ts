/** Messages from lines of JSON: strict about every key that is needed, deaf to those that are not known. */

import type { Key, Row, SyncError } from "../api";
import type { OutcomeMessage } from "../outbox/types";
import { ClientError } from "./errors";
import {
  type ActionMessage,
  type DefinitionMessage,
  type EntityMessage,
  type GapMessage,
  type PartMessage,
  PROTOCOL,
  type SegmentMessage,
  type StartMessage,
} from "./messages";

export type Fields = Record<string, unknown>;

export function asStart(fields: Fields): StartMessage {
  if (fields.protocol !== PROTOCOL) throw new ClientError("protocol_unsupported", fields.protocol);
  return {
    type: "start",
    protocol: PROTOCOL,
    definition: text(fields, "definition"),
    user: text(fields, "user"),
    rows: count(fields, "rows"),
    bytes: count(fields, "bytes"),
    fetch: fields.fetch === undefined ? { rows: 0, bytes: 0 } : fetchOf(fields.fetch),
  };
}

function fetchOf(value: unknown): StartMessage["fetch"] {
  if (typeof value !== "object" || value === null) throw corrupt("fetch is no object");
  const fields = value as Fields;
  return { rows: count(fields, "rows"), bytes: count(fields, "bytes") };
}

export function asDefinition(fields: Fields): DefinitionMessage {
  const definition = fields.definition as DefinitionMessage["definition"] | undefined;
  if (!Array.isArray(definition?.entities) || typeof definition.contexts !== "object") {
    throw corrupt("a definition without entities or contexts");
  }
  return { type: "definition", version: text(fields, "version"), definition };
}

export function asAction(fields: Fields): ActionMessage {
  const head = { type: "action", id: text(fields, "id") } as const;
  const { status, output } = fields;
  if (status === "done") return { ...head, status, output };
  if (status !== "refused" && status !== "error") throw corrupt(`an action that ended as ${String(status)}`);
  return { ...head, status, error: errorOf(fields) };
}

export function asOutcome(fields: Fields): OutcomeMessage {
  const head = { type: "outcome", id: text(fields, "id") } as const;
  const { status } = fields;
  switch (status) {
    case "applied": {
      const version = fields.version === null ? null : count(fields, "version");
      return { ...head, status, key: key(fields, "key"), version };
    }
    case "conflict": {
      const { theirs, attributes } = fields;
      if (!isObject(theirs)) throw corrupt("a conflict without the record");
      if (!Array.isArray(attributes) || attributes.some((name) => typeof name !== "string")) {
        throw corrupt("a conflict without its attributes");
      }
      return { ...head, status, theirs: theirs as Row, version: count(fields, "version"), attributes };
    }
    case "rejected":
      return { ...head, status, error: { ...errorOf(fields), retry: false } };
    case "error":
      return { ...head, status, error: { ...errorOf(fields), retry: true } };
    case "waiting":
      return { ...head, status, for: text(fields, "for") };
    case "gone":
    case "doubt":
      return { ...head, status };
    default:
      throw corrupt(`a change that ended as ${String(status)}`);
  }
}

function errorOf(fields: Fields): SyncError {
  const { error } = fields;
  if (!isObject(error) || typeof error.code !== "string" || typeof error.message !== "string") {
    throw corrupt(`${String(fields.type)} ${String(fields.id)} without its error`);
  }
  return { ...(error as unknown as SyncError), retry: error.retry === true };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asEntity(fields: Fields): EntityMessage {
  const head = { type: "entity", entity: text(fields, "entity") } as const;
  switch (fields.mode) {
    case "unchanged": {
      const tracked = fields.rows === undefined && fields.fingerprint === undefined;
      const rows = tracked ? null : count(fields, "rows");
      const fingerprint = tracked ? null : count(fields, "fingerprint");
      return { ...head, mode: "unchanged", rows, fingerprint, cursor: text(fields, "cursor") };
    }
    case "replace":
      return { ...head, mode: "replace", ...rowsOf(fields), fingerprint: count(fields, "fingerprint") };
    case "delta":
      return { ...head, mode: "delta", ...rowsOf(fields), gaps: count(fields, "gaps") };
    case "snapshot": {
      const parts = { parts: count(fields, "parts"), size: count(fields, "size"), packed: count(fields, "packed") };
      const whole = { total: count(fields, "total"), fingerprint: count(fields, "fingerprint") };
      return { ...head, mode: "snapshot", ...rowsOf(fields), ...parts, ...whole, gaps: count(fields, "gaps") };
    }
    case "ranges": {
      const whole = { total: count(fields, "total"), fingerprint: count(fields, "fingerprint") };
      return { ...head, mode: "ranges", ...rowsOf(fields), ...whole };
    }
    case "reset":
      return { ...head, mode: "reset", reason: text(fields, "reason") };
    default:
      throw corrupt(`${head.entity}: unknown mode ${String(fields.mode)}`);
  }
}

export function asGap(fields: Fields): GapMessage {
  return { type: "gap", after: keyOrNull(fields, "after"), before: keyOrNull(fields, "before") };
}

// Memory is bounded by a segment (P3).
const MOST_SEGMENT_ROWS = 1000;
const SUM = /^[0-9a-f]{64}$/;

export function asPart(fields: Fields): PartMessage {
  const sum = text(fields, "sum");
  if (!SUM.test(sum)) throw corrupt("sum is no SHA-256");
  const part = { type: "part", number: count(fields, "number"), sum, rows: count(fields, "rows") } as const;
  if (part.rows === 0 || part.rows > MOST_SEGMENT_ROWS) throw corrupt(`a part has ${part.rows} rows`);
  const sizes = { bytes: count(fields, "bytes"), packed: count(fields, "packed") };
  return { ...part, ...sizes, first: key(fields, "first"), last: key(fields, "last") };
}

/** What a segment's own line says, and how many bytes of rows follow. */
export function asSegment(fields: Fields): Omit<SegmentMessage, "text" | "fingerprint"> {
  const rows = count(fields, "rows");
  if (rows > MOST_SEGMENT_ROWS) throw corrupt(`a segment has ${rows} rows`);
  const covers = fields.after !== undefined || fields.until !== undefined;
  return {
    type: "segment",
    number: count(fields, "number"),
    rows,
    bytes: count(fields, "bytes"),
    first: rows === 0 ? null : key(fields, "first"),
    last: rows === 0 ? null : key(fields, "last"),
    covers: covers ? { after: keyOrNull(fields, "after"), until: keyOrNull(fields, "until") } : null,
  };
}

export function corrupt(detail: unknown): ClientError {
  return new ClientError("corrupt_response", detail);
}

/** What every mode says that brings rows. */
function rowsOf(fields: Fields) {
  const columns = fields.columns;
  if (!Array.isArray(columns) || columns.length === 0 || columns.some((name) => typeof name !== "string")) {
    throw corrupt(`${String(fields.entity)}: columns`);
  }
  return {
    columns: columns as string[],
    rows: count(fields, "rows"),
    bytes: count(fields, "bytes"),
    segments: count(fields, "segments"),
    cursor: text(fields, "cursor"),
  };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw corrupt(`${name} is not a string`);
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw corrupt(`${name} is not a count`);
  }
  return value;
}

function key(fields: Fields, name: string): Key {
  const value = fields[name];
  if (typeof value !== "string" && typeof value !== "number") throw corrupt(`${name} is not a key`);
  return value;
}

function keyOrNull(fields: Fields, name: string): Key | null {
  return fields[name] === null ? null : key(fields, name);
}
