/** What this device changes, until the server has it. */
import type { SyncError } from "./sync";
import type { Key, Row } from "./values";

/** What this device changes of one record, until the server has it. */
export interface PendingChange {
  id: string;
  entity: string;
  /** `local:…` of a record that the server has not got. */
  key: Key;
  /** What the record is called: of the first attribute of its list. */
  title: string;
  op: "create" | "update" | "delete";
  /** What goes together with others, all or nothing, has the same. */
  group: string | null;
  /** By attribute as typed: what changed; of a new record all. */
  values: Row;
  /** The record as the server had it when the edit began; `null` of a new one. */
  base: Row | null;
  /** ISO 8601, by the device's clock: the first edit, and the last. */
  madeAt: string;
  changedAt: string;
  state: ChangeState;
  /**
   * Of `rejected`: why, with `fields` by attribute. With the code `lost`, in any state in which it is a person's turn: the
   * server had it, and was set back to an earlier state. With `retry: true`, of one that is still to be sent: why the server
   * did not manage to take it the last time.
   */
  error: SyncError | null;
  /** Of `waiting`: id of the change that is in the way. */
  waitsFor: string | null;
}

/**
 * How things stand with a change: not sent; sent, and not answered; held back by something that it depends on or goes
 * together with; a person's turn (`rejected`, `conflict`, `gone`); or done (`sent`), and its rows have not come yet.
 */
export type ChangeState = "unsent" | "sending" | "waiting" | "rejected" | "conflict" | "gone" | "sent";

/** `_local` of a row that has changes of this device; rows as the server has them have no `_local`. */
export type LocalFacts = {
  /** The server has the record. */
  isFromServer: boolean;
  /** It has, and the device has other values. */
  isModified: boolean;
  /** It was not deleted here; those that were are not listed. */
  isActive: boolean;
  state: ChangeState;
  /** Id of the change, as in `pending()`. */
  change: string;
};

/** A change of a record that somebody else changed meanwhile. */
export interface Conflict extends PendingChange {
  /** The record as the server has it now. */
  theirs: Row;
  /** Names of those that both changed, in different ways. */
  attributes: string[];
}

/** Per record, or per attribute; attributes that are not named are `mine`. */
export type Choice = "mine" | "theirs" | Record<string, "mine" | "theirs">;

/** One of several edits that are saved together. */
export type Edit =
  /** As `createOrUpdate`; for a new record that others of these edits point at, with a key of `newKey()`. */
  { entity: string; values: Row } | { entity: string; delete: Key };
