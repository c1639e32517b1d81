/** How things stand on the device: `offline.state()`, `storage()` and `syncProperties()`. */
import type { Definition } from "./definition";
import type { SyncError, SyncProgress } from "./sync";

export interface AppState {
  user: User | null;
  /** True when the app wants a signed-in user and there is none on this device. */
  signInNeeded: boolean;
  /** True when the device knows its user but the server no longer accepts the session. */
  sessionExpired: boolean;
  definition: Definition | null;
  /** Changes when the definition does; `null` while there is none. */
  definitionVersion: string | null;
  /** Random, made with the person's database on this device: another one after signing out and in again. */
  replica: string | null;
  /** By entity; absent until its first sync. */
  entities: Record<string, EntityState>;
  /** Time of the last complete sync of the empty context, ISO 8601; `null` before the first. */
  lastSync: string | null;
  /** The sync that runs now, in this tab or another. */
  syncing: SyncProgress | null;
  /** The last sync's error, `null` after a success. */
  lastError: SyncError | null;
  /** When what failed is tried again, ISO 8601; `null` when it is not, or not by itself. */
  retryAt: string | null;
  /**
   * Pictures (each size is one) and files that are wanted within the budget and not on the device yet; `null` while not
   * counted: a sync was cut off after its rows, or the budget was raised.
   */
  filesMissing: number | null;
  /**
   * Rows that can be read while the first download runs in this tab, by entity, in the order of their keys; empty at
   * other times.
   */
  preview?: Record<string, number>;
  /** Rows that only this device has, by entity: they go when their person signs out. */
  onlyHere?: Record<string, number>;
  /** Changes of records that the server has not taken; all of them go when their person signs out. */
  pending?: {
    /** Not sent, or sent and not answered. */
    unsent: number;
    /** A person's turn: rejected and gone; conflicts. What waits for those is in neither. */
    attention: number;
    conflicts: number;
    waiting: number;
    /** When the oldest of all was made, ISO 8601; `null` when there is none. */
    oldest: string | null;
  };
  /** The last comparison with the server's rows (`check`), ISO 8601, and the rows it repaired, by entity. */
  lastCheck: { at: string; repaired: Record<string, number> } | null;
  online: boolean;
}

export interface User {
  key: string;
  name: string;
}

export interface EntityState {
  rows: number;
  /** Of its rows' text on the device. */
  bytes: number;
  /** ISO 8601, UTC, by the device's clock. */
  syncedAt: string;
}

export interface StorageReport {
  entities: Record<string, { rows: number; bytes: number }>;
  /** `budget`: bytes that pictures may take, `null` for no limit. `missing`: wanted within it, and not here yet. */
  pictures: { count: number; bytes: number; budget: number | null; missing: number };
  /** Bytes, of everything this origin keeps, and about what it may; `null` where the browser does not say. */
  usage: number | null;
  quota: number | null;
  /** Whether the browser promised not to remove it by itself; `null` where it does not say. */
  persisted: boolean | null;
}

export interface SyncProperties {
  entities: Record<string, { cursor: string; rows: number; fingerprint: number; syncedAt: string }>;
  /** Time of the last complete sync of each context, ISO 8601. */
  contexts: Record<string, string>;
  replica: string;
  definition: string;
}
