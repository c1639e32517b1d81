/** The messages of `docs/protocol.md`, as this client reads and writes them. */

import type { Definition, Key, Trigger, User } from "../api";

export const PROTOCOL = 1;

export interface Session {
  csrf_token: string;
  anonymous: boolean;
  user: User | null;
}

export interface SyncRequest {
  context: string;
  trigger: Trigger;
  /** Narrows to some entities of the context. */
  entities?: string[];
  cursors: Record<string, string>;
}

export interface StartMessage {
  type: "start";
  protocol: number;
  definition: string;
  user: string;
  rows: number;
  bytes: number;
}

export interface DefinitionMessage {
  type: "definition";
  version: string;
  definition: Definition;
}

export interface ReplaceMessage {
  type: "entity";
  entity: string;
  mode: "replace";
  columns: string[];
  rows: number;
  fingerprint: number;
  segments: number;
  cursor: string;
}

export interface UnchangedMessage {
  type: "entity";
  entity: string;
  mode: "unchanged";
  rows: number;
  fingerprint: number;
  cursor: string;
}

/** A segment with the row lines that followed it: their text untouched, line feeds included. */
export interface SegmentMessage {
  type: "segment";
  number: number;
  rows: number;
  first: Key;
  last: Key;
  text: string;
  /** Sum of the fingerprints of the lines that arrived. */
  fingerprint: number;
}

export type AnswerMessage = StartMessage | DefinitionMessage | ReplaceMessage | UnchangedMessage | SegmentMessage;
