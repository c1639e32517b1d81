/** The messages of `docs/protocol.md`, as this client reads and writes them. */

import type { Definition, Key, SyncError, Trigger, User, WireValue } from "../api";
import type { OutcomeMessage, WireMutation } from "../outbox/types";

export const PROTOCOL = 1;

export interface Session {
  csrf_token: string;
  anonymous: boolean;
  user: User | null;
  /** As in the definition, for a device that has none yet. */
  settings?: Definition["settings"];
}

export interface SyncRequest {
  context: string;
  trigger: Trigger;
  /** Narrows to some entities of the context. */
  entities?: string[];
  cursors: Record<string, string>;
  /** What the device has, to be compared; by entity. */
  ranges?: Record<string, Range[]>;
  /** Own server actions to be done before the rows are read, each once for its id. */
  actions?: CarriedCall[];
  /** Changes of this device, in the order made. The rows are read after they were applied. */
  mutations?: WireMutation[];
  /** Ids of actions and mutations whose outcomes are not asked for again. */
  confirmed?: string[];
}

export interface CarriedCall {
  id: string;
  name: string;
  input: WireValue;
}

/** The keys after the range before, up to and with `last` (`null`: to the end), hold so many rows. */
export type Range = [last: Key | null, rows: number, fingerprint: number];

export interface StartMessage {
  type: "start";
  protocol: number;
  definition: string;
  user: string;
  rows: number;
  bytes: number;
  /** Of the parts that are listed: rows, and bytes as they travel. */
  fetch: { rows: number; bytes: number };
}

export interface DefinitionMessage {
  type: "definition";
  version: string;
  definition: Definition;
}

/** What came of an action: it was done; it was not, nor will it be; or nothing came of it yet. */
export type ActionMessage =
  | { type: "action"; id: string; status: "done"; output: unknown }
  | { type: "action"; id: string; status: "refused" | "error"; error: SyncError };

export interface ReplaceMessage {
  type: "entity";
  entity: string;
  mode: "replace";
  columns: string[];
  rows: number;
  bytes: number;
  fingerprint: number;
  segments: number;
  cursor: string;
}

export interface UnchangedMessage {
  type: "entity";
  entity: string;
  mode: "unchanged";
  /** What the server has; absent where only changes are tracked. */
  rows: number | null;
  fingerprint: number | null;
  cursor: string;
}

export interface DeltaMessage {
  type: "entity";
  entity: string;
  mode: "delta";
  columns: string[];
  rows: number;
  bytes: number;
  segments: number;
  gaps: number;
  cursor: string;
}

/** The rows at an earlier moment, in parts to be fetched; then what changed since, as in a delta. */
export interface SnapshotMessage {
  type: "entity";
  entity: string;
  mode: "snapshot";
  columns: string[];
  parts: number;
  /** Of all parts together: rows, bytes of row lines, bytes compressed. */
  total: number;
  size: number;
  packed: number;
  fingerprint: number;
  /** Of what travels in the answer. */
  rows: number;
  bytes: number;
  segments: number;
  gaps: number;
  cursor: string;
}

/** The changes cannot be told: compare. */
export interface ResetMessage {
  type: "entity";
  entity: string;
  mode: "reset";
  reason: string;
}

export interface RangesMessage {
  type: "entity";
  entity: string;
  mode: "ranges";
  columns: string[];
  rows: number;
  bytes: number;
  segments: number;
  /** Rows and fingerprint of the whole. */
  total: number;
  fingerprint: number;
  cursor: string;
}

export type EntityMessage =
  | ReplaceMessage
  | UnchangedMessage
  | DeltaMessage
  | SnapshotMessage
  | ResetMessage
  | RangesMessage;

/** Where rows of a snapshot are to be had: no content of a sum ever changes. */
export interface PartMessage {
  type: "part";
  number: number;
  /** SHA-256 of its row lines with their line feeds, in hexadecimal digits. */
  sum: string;
  rows: number;
  bytes: number;
  /** Bytes as they travel, compressed. */
  packed: number;
  first: Key;
  last: Key;
}

/** Strictly between these keys nothing remains; `null`: no bound. */
export interface GapMessage {
  type: "gap";
  after: Key | null;
  before: Key | null;
}

/** A segment with the row lines that followed it: their text untouched, line feeds included. */
export interface SegmentMessage {
  type: "segment";
  number: number;
  rows: number;
  /** Of the text. */
  bytes: number;
  /** `null` in a segment without rows. */
  first: Key | null;
  last: Key | null;
  /** Of a comparison: after the first key, up to and with the second, these rows are all. */
  covers: { after: Key | null; until: Key | null } | null;
  text: string;
  /** Sum of the fingerprints of the lines that arrived. */
  fingerprint: number;
}

export type AnswerMessage =
  | StartMessage
  | DefinitionMessage
  | ActionMessage
  | OutcomeMessage
  | EntityMessage
  | PartMessage
  | GapMessage
  | SegmentMessage;
