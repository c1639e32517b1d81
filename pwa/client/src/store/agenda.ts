/** What a person's database says of syncs that are still to be done: it survives the closing of the browser. */

import type { SyncError, Trigger } from "../api";

/** A sync, as it was asked for. */
export interface Task {
  context: string;
  trigger: Trigger;
  /** Only these entities. */
  entities?: string[];
  /** No rows: only the files that those on the device name. */
  filesOnly?: true;
}

export interface Retry {
  /** When the next attempt is due, and when that was decided. Milliseconds since 1970, by the device's clock. */
  at: number;
  decided: number;
  /** How many times in a row it failed; 0: it was not tried to its end. */
  failures: number;
  /** Each as it was first asked for. */
  tasks: Task[];
}

/** The last sync that failed. Milliseconds since 1970. */
export interface Failure {
  began: number;
  ended: number;
  error: SyncError;
}

export interface Agenda {
  /** What failed and is to be tried again; `null` when nothing is. */
  retry: Retry | null;
  /** What waits or runs in some tab: a browser that is closed leaves it behind. Kept by apps that try again. */
  unfinished: Task[];
  /** `null` when none failed since one was complete. */
  failure: Failure | null;
  /** Until then nothing starts by itself: the server asked to wait. Milliseconds since 1970. */
  notBefore: number;
}

export const EMPTY_AGENDA: Agenda = { retry: null, unfinished: [], failure: null, notBefore: 0 };
