/** What the stores `rows` and `outbox` hold of local changes (decision 0030). */

import type { Choice, Conflict, Key, PendingChange, Row, SyncError, WireValue } from "../api";
import type { Store } from "../store/store";
import type { KeptBook } from "./kept";

/** In front of the UUID of a record that the server has not got. */
export const LOCAL_KEY = "local:";

const FORM = new RegExp(`^${LOCAL_KEY}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`);

/** Whether it is the key of a record that the server has not got; people may type others that begin like one. */
export function isLocalKey(key: unknown): key is string {
  return typeof key === "string" && key.startsWith(LOCAL_KEY) && FORM.test(key);
}

export type Op = PendingChange["op"];

/** What people are told of a change as it is kept. */
type Told = Pick<PendingChange, "id" | "op" | "group" | "madeAt" | "changedAt" | "state" | "error" | "waitsFor">;

/** What this device changes of a record, for people. */
export interface LocalChange extends Told {
  /** The whole row as the server had it when the edit began, with `_version`; `null` of a new record. */
  base: Row | null;
  /** Of a conflict: the row as the server has it, with `_version`, and where it conflicts. */
  theirs: Row | null;
  attributes: string[];
  /**
   * What of its values points at keys under which the server has something else since its past is another one (T4):
   * asked about before it is sent. Absent where there is none.
   */
  unsure?: { name: string; key: Key }[];
}

/** A record of the store `rows` for a synced entity, under its key. */
export interface LocalRow {
  /** What is laid over the server's row; of a new record all of it, the key included. */
  values: Row;
  /** What is shown of related records that were chosen here (`customer__company_name`); it never travels. */
  derived: Row;
  /**
   * What of `values` the server has, and its rows on this device do not show yet: it goes with the switch that brings
   * them (P6). Absent where there is none. `mark`: of the settling that made it so.
   */
  sent?: { attributes: string[]; mark: number };
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
  /** `awaited` since it was handed out to be sent; `no` when its outcome is final, and it has no effect. */
  answer: "awaited" | "no" | null;
}

/**
 * What the server has acknowledged, for the case that it is set back to an earlier state (W6): a record of the store
 * `outbox` beside the mutations, which it is none of any more.
 */
export interface Acknowledged {
  /** In the order acknowledged. */
  id: string;
  entity: string;
  op: Op;
  /** The server's. */
  key: Key;
  /** Of a record that was made here: what it was called before. */
  local: Key | null;
  group: string | null;
  /** Keys in them are the server's. */
  values: Row;
  was: Row;
  /** The row as the server had it before, with `_version`; `null` of a new record. */
  base: Row | null;
  /** What it came to; `null` of a deletion. */
  version: number | null;
  madeAt: string;
  /** When its outcome was stored, in milliseconds. */
  at: number;
  /**
   * The row as the device had it when it learned that the server's past is another one; absent before, and where the
   * rows did not show yet what was acknowledged.
   */
  known?: Row | null;
}

/** A record that changes point at, as it was here in the server's old past (decision 0032); `null`: it was not here. */
export interface Target {
  entity: string;
  key: Key;
  row: Row | null;
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
  /** Another one whenever rows or mutations are others, in whichever tab, and in whichever database. */
  stamp(): Promise<string>;
  /** What it is after this transaction. To be asked when `stamp` is known. */
  stampAfter(): string;
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
  /** What was acknowledged lately, in that order. */
  acknowledged(): Promise<Acknowledged[]>;
  /** Notes more of it, and forgets what is old, or too much. */
  acknowledge(more: readonly Omit<Acknowledged, "id">[]): Promise<void>;
  putAcknowledged(one: Acknowledged): Promise<void>;
  forgetAcknowledged(id: string): Promise<void>;
  /** What changes pointed at when the server's past turned out to be another one; `null` when that was judged by. */
  pastOther(): Promise<Target[] | null>;
  setPastOther(targets: Target[] | null): Promise<void>;
  /** As of the store, in this transaction. */
  changeRows: Store["changeRows"];
  /** How often outcomes were stored. */
  mark(): Promise<number>;
  newMark(): Promise<number>;
  /** How often local changes of an entity gave way to rows of the server. */
  settled(entity: string): Promise<number>;
}

/** Of the store: `strict` for what a person did, `relaxed` for what can come again. */
export type ChangeLocal = <T>(
  work: (transaction: LocalTransaction) => Promise<T>,
  durability: "strict" | "relaxed",
) => Promise<T>;

/**
 * Rows of a synced entity as the server has them, base and layers, without what is local: by their keys, with
 * `_version`; those that are not there are left out. `null`: of all keys. None of an entity that was never synced.
 */
export type ReadBase = (entity: string, keys: readonly Key[] | null) => Promise<ReadonlyMap<Key, Row>>;

export interface OutboxWorld {
  store: Pick<Store, "overview" | "changeRows" | "changeLocal" | "readLocal">;
  readBase: ReadBase;
  /** What the last decision of this tab left. */
  kept: KeptBook;
  uuid(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Rows of these entities, or what is to be said of them, are others now. */
  changed(entities: string[]): void;
}

/** What one request may carry. */
export interface CollectLimits {
  mutations: number;
  /** Of their JSON as UTF-8. */
  bytes: number;
}

/** What is to be sent now. */
export interface Collected {
  /** In the order in which they are to travel; members of a group stand next to each other. */
  wires: WireMutation[];
  /** Ids of stored outcomes, to be told with it. */
  confirmed: string[];
  /** Whether that is all that can be sent: the pull goes with the last. */
  isAll: boolean;
  /** For `CaughtUp.upTo` of the switch that the answer leads to. */
  mark: number;
  /** Ids of those of which the server has nothing yet, for certain: they were not sent before, or came back. */
  fresh: string[];
}

export interface Settled {
  /** For `CaughtUp.own` of the switch that the answer leads to; `null` where nothing was applied. */
  mark: number | null;
  /** How many records' mutations ended how. */
  ended: { applied: number; conflict: number; rejected: number; gone: number };
  /** By id of a mutation with the outcome `error`: the change, and what its record is called. */
  troubled: ReadonlyMap<string, { change: string; title: string }>;
  /** Whether something waited for what nobody knows any more, and can be sent without. */
  isFreed: boolean;
}

/** What the push phase needs: `new Outbox(world)`. Each is one transaction, on the disk when it resolves. */
export interface Pushing {
  /**
   * Freezes what is to be sent (W1), in an order in which nothing comes before what it depends on. Mutations that were
   * sent and have no final outcome come again.
   *
   * @param without: ids that had an answer in this sync already, which was not final: what depends on them waits, too.
   */
  collect(limits: CollectLimits, without?: ReadonlySet<string>): Promise<Collected>;
  /** Of these ids nothing reached the server: whoever wants to undo them can. */
  release(ids: readonly string[]): Promise<void>;
  /** Stores outcomes, in any order, and any number of times. Those of unknown ids are passed over. */
  settle(outcomes: readonly OutcomeMessage[]): Promise<Settled>;
  /**
   * The server's past is another one: what was acknowledged may be lost, and what is to be sent be about other records
   * (T4). To be called before rows of the new past are visible; an outcome `doubt` does it, too. Returns whether there
   * is anything to look into: then nothing new is sent before that.
   */
  suspectPast(): Promise<boolean>;
  /** Whether that was said, and was not looked into. */
  isPastSuspected(): Promise<boolean>;
  /**
   * Makes a person's turn of what is lost, and of what may be about other records. To be called when all rows on the
   * device are of the new past.
   */
  judgePast(): Promise<void>;
  /** The server was told that these outcomes are stored. */
  confirmedTold(ids: readonly string[]): Promise<void>;
}

/** What people see of it, and do with it: as in `OfflineApi`. Of `new Outbox(world)`, too. */
export interface Attending {
  pending(): Promise<PendingChange[]>;
  conflicts(): Promise<Conflict[]>;
  resolve(id: string, choice: Choice): Promise<void>;
  resend(ids: readonly string[]): Promise<void>;
  discard(ids: readonly string[]): Promise<string[]>;
}
