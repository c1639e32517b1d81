/** What the stores `rows` and `outbox` hold of local changes (decision 0030). */

import type { ChangeState, Key, Row, SyncError, WireValue } from "../api";

/** In front of the UUID of a record that the server has not got. */
export const LOCAL_KEY = "local:";

export type Op = "create" | "update" | "delete";

/** What this device changes of a record, for people. */
export interface LocalChange {
  id: string;
  op: Op;
  group: string | null;
  /** The whole row as the server had it when the edit began, with `_version`; `null` of a new record. */
  base: Row | null;
  /** ISO 8601, by the device's clock. */
  madeAt: string;
  changedAt: string;
  state: ChangeState;
  error: SyncError | null;
  /** Id of the change that is in the way. */
  waitsFor: string | null;
  /** Of a conflict: the row as the server has it, with `_version`, and where it conflicts. */
  theirs: Row | null;
  attributes: string[];
}

/** A record of the store `rows` for a synced entity, under its key. */
export interface LocalRow {
  /** What is laid over the server's row; of a new record all of it, the key included. */
  values: Row;
  /** What is shown of related records that were chosen here (`customer__company_name`); it never travels. */
  derived: Row;
  change: LocalChange;
}

/** A record of the store `outbox`, under its id. */
export interface Mutation {
  id: string;
  /** In the order made. */
  seq: number;
  /** Of the `LocalChange`. */
  change: string;
  entity: string;
  key: Key;
  op: Op;
  values: Row;
  was: Row;
  base: number | { result_of: string } | null;
  group: string | null;
  madeAt: string;
  /** As it was first sent, never to be changed (W1); `null` while it was not. */
  wire: WireMutation | null;
  /** The server's past was another one: not to be sent before the record was compared. */
  doubt: boolean;
}

/** As it travels (decisions 0007, 0029). */
export interface WireMutation {
  id: string;
  entity: string;
  op: Op;
  key: WireValue;
  base: number | { result_of: string } | null;
  was?: Record<string, WireValue>;
  values: Record<string, WireValue>;
  depends_on: string[];
  group: string | null;
  made_at: string;
}

/** A line of the answer. */
export type OutcomeMessage = { type: "outcome"; id: string } & (
  | { status: "applied"; key: Key; version: number | null }
  | { status: "conflict"; theirs: Row; version: number; attributes: string[] }
  | { status: "gone" }
  | { status: "rejected"; error: SyncError }
  | { status: "waiting"; for: string }
  | { status: "error"; error: SyncError }
  | { status: "doubt" }
);

/**
 * Reading and writing local changes inside of one transaction over `rows`, `outbox` and `meta`, which commits when the
 * work resolves and is undone when it rejects. Nothing else may be awaited in it.
 */
export interface LocalTransaction {
  row(entity: string, key: Key): Promise<LocalRow | undefined>;
  /** Of one entity, or of all. */
  rows(entity?: string): Promise<{ entity: string; key: Key; row: LocalRow }[]>;
  /** `null` removes. Readers see that the entity's local rows are others now. */
  putRow(entity: string, key: Key, row: LocalRow | null): Promise<void>;
  mutation(id: string): Promise<Mutation | undefined>;
  /** In the order made. */
  mutations(): Promise<Mutation[]>;
  putMutation(mutation: Mutation): Promise<void>;
  deleteMutation(id: string): Promise<void>;
  newSeq(): Promise<number>;
  /** The server's key of a record that was made here; `undefined` while there is none. */
  serverKey(local: Key): Promise<Key | undefined>;
  putServerKey(local: Key, entity: string, key: Key): Promise<void>;
  /** Ids whose outcomes are stored, and which the server has not been told of. */
  unconfirmed(): Promise<string[]>;
  setUnconfirmed(ids: string[]): Promise<void>;
}

/** Of the store: `strict` for what a person did, `relaxed` for what can come again. */
export type ChangeLocal = <T>(
  work: (transaction: LocalTransaction) => Promise<T>,
  durability: "strict" | "relaxed",
) => Promise<T>;
