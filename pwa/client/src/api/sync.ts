/** What a sync does, and what comes of it. */

export type Trigger = "manual" | "start" | "online" | "resume" | "login" | "retry" | "interval" | "change";

export type NetworkType = "wifi" | "cellular" | "ethernet" | "other" | "unknown" | "none";

export interface SyncProgress {
  context: string;
  /** `push`: sending changes; `connect`: asking and waiting; `rows`: receiving; `apply`: switching; `files`: pictures. */
  phase: "push" | "connect" | "rows" | "apply" | "files";
  /** Changes, rows, or files, so far and in all. 0 in all while it is not known (`connect`). */
  done: number;
  total: number;
  /** As they travel, so far and in all; 0 while unknown. */
  bytes: number;
  totalBytes: number;
}

export interface SyncResult {
  /** `cancelled`: it was running when `cancel` was called; `discarded`: it had not begun. */
  status: "complete" | "error" | "discarded" | "cancelled";
  context: string;
  /** Rows that arrived, changed or went away, by entity; entities that did not change are absent. */
  received: Record<string, number>;
  /** When all rows were compared with the server's, and how many were not as the server has them, by entity. */
  check?: { at: string; repaired: Record<string, number> };
  /** How many changes ended in which way; absent when none was sent. */
  pushed?: Pushed;
  error?: SyncError;
}

/** Changes of this device by what became of them on the server. */
export interface Pushed {
  applied: number;
  conflict: number;
  rejected: number;
  gone: number;
}

export interface SyncError {
  /** A code of `docs/protocol.md`, or one of the client's own: see `engine/errors.ts`. */
  code: string;
  /** For people. */
  message: string;
  /** Whether the same sync may succeed later. */
  retry: boolean;
  /** Seconds the server asked to wait. */
  retryAfter?: number;
  /** What the server said of inputs, by their names. */
  fields?: Record<string, string[]>;
  /** The change that this is about, the first of them, where all others went on: its id, and what its record is called. */
  about?: { change: string; title: string };
}

export interface CheckResult {
  status: "complete" | "error";
  /** Rows that were not as the server has them, by entity; empty when all were. */
  repaired: Record<string, number>;
  error?: SyncError;
}
