/** Events, within a tab and between tabs: who causes one tells its own page and the other tabs, once each. */

import type { OfflineEvents, SyncProgress } from "../api";

/** What a tab tells its page; the state travels with `statechange` and is worked out when it is sent. */
export type EventName = keyof OfflineEvents;

/** Tells this tab's page and the other tabs. */
export type Emit = <T extends EventName>(
  ...event: T extends "statechange" ? [type: T] : [type: T, detail: OfflineEvents[T]]
) => void;

/** Tells this tab's page. */
export type Listener = <T extends EventName>(type: T, detail: OfflineEvents[T]) => void;

/** What tabs tell each other. */
export type TabMessage =
  /** `user`: whose data it is about; tabs that speak for another do not listen. */
  | { kind: "event"; user: string; type: EventName; detail: unknown }
  /** The sync of this tab is slow, not dead. */
  | { kind: "alive"; user: string; syncing: SyncProgress | null }
  /** The sync that runs is to end. */
  | { kind: "cancel"; user: string }
  /** Somebody signed in or out. */
  | { kind: "account" };
