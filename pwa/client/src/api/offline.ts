/** `window.offline`. */
import type { Choice, Conflict, Edit, PendingChange } from "./changes";
import type { AppConfig } from "./config";
import type { EntityApi } from "./entities";
import type { AppState, StorageReport, SyncProperties, User } from "./state";
import type { CheckResult, NetworkType, SyncError, SyncProgress, SyncResult, Trigger } from "./sync";
import type { Key, WireValue } from "./values";

export interface OfflineApi {
  /** Resolved when the local store is open and `entities` is filled (it may be empty before the first sync). */
  readonly ready: Promise<void>;
  readonly config: AppConfig;
  /** By local entity's name. Any name gives an object; its actions reject with `unknown_entity` if there is none. */
  readonly entities: Record<string, EntityApi>;
  readonly actions: Actions;
  /**
   * Queues a sync. Never rejects for a failed sync (the result says so); rejects with `unknown_context` for a context
   * that the app does not declare. Syncs that code starts at the end of the one before, again and again, end with the
   * error `sync_loop`; what a person presses is never stopped.
   */
  onSync(context?: string, options?: { discardPending?: boolean }): Promise<SyncResult>;
  /** Ends the sync that runs, in this tab or another, and drops those that wait or are to be tried again. */
  cancel(): Promise<void>;
  addEventListener<T extends keyof OfflineEvents>(
    type: T,
    listener: (event: CustomEvent<OfflineEvents[T]>) => void,
  ): void;
  removeEventListener<T extends keyof OfflineEvents>(
    type: T,
    listener: (event: CustomEvent<OfflineEvents[T]>) => void,
  ): void;
  getNetworkStatus(): Promise<boolean>;
  getNetworkType(): Promise<NetworkType>;
  /** What the server has not taken yet, whatever its state, oldest first. */
  pending(): Promise<PendingChange[]>;
  /** Those of `pending()` that are a conflict. */
  conflicts(): Promise<Conflict[]>;
  /** Settles a conflict; what is mine of it is a new change, sent with the next sync. Rejects with `unknown_conflict`. */
  resolve(id: string, choice: Choice): Promise<void>;
  /** Has changes that are a person's turn sent again as they are; of one that is `gone`, the record made anew. */
  resend(ids: string[]): Promise<void>;
  /**
   * Drops changes, with all that goes together with each or depends on it; returns their ids. Rejects with `in_flight`
   * for one that may have reached the server already: its outcome comes with the next sync.
   */
  discard(ids: string[]): Promise<string[]>;
  /** Several edits, of any entities, in one transaction; the server takes all of them or none. Returns their keys. */
  saveTogether(edits: Edit[]): Promise<Key[]>;
  /** A key for a record that is to be made. */
  newKey(): string;
  syncProperties(): Promise<SyncProperties>;
  state(): Promise<AppState>;
  /** The file of a record as kept on the device, of a picture the largest size that is there; or `null`. */
  file(name: string): Promise<Blob | null>;
  /** A picture in a size that fits a row or a screen, from the device; fetched when it is not there and one is online. */
  picture(name: string, size: "small" | "large"): Promise<Blob | null>;
  /** Compares all rows with the server's, and repairs what differs. Never rejects for a failed comparison. */
  check(): Promise<CheckResult>;
  storage(): Promise<StorageReport>;
  /** Bytes that pictures may take on this device; `null`: no limit, 0: none are kept. */
  setPictureBudget(bytes: number | null): Promise<void>;
  /** Asks the browser not to remove the data by itself. */
  persist(): Promise<boolean>;
  /** Needs the network. Rejects with `invalid_credentials`, `throttled`, `network`, … */
  signIn(username: string, password: string): Promise<User>;
  /** Removes the user's data from this device, without needing the server; the server hears of it when reached. */
  signOut(): Promise<void>;
}

export interface OfflineEvents {
  syncstart: { context: string; trigger: Trigger };
  syncprogress: SyncProgress;
  synccomplete: SyncResult & { trigger: Trigger };
  syncerror: { context: string; trigger: Trigger; error: SyncError };
  networkstatuschange: { online: boolean };
  /** Rows of these entities changed on this device, in this tab or another. */
  datachange: { entities: string[] };
  /** The user, the definition or anything else of `state()` changed. */
  statechange: AppState;
}

/** By name; any name gives a function. */
export interface Actions {
  /** For `LocalProduct`, and for `Product`, `SyncLocalProduct()`. */
  [sync: `SyncLocal${string}`]: () => Promise<SyncResult>;
  /**
   * An action of the app that runs on the server: a function of the project, with its output. Needs the network.
   * Rejects with `network`, `timeout`, `sign_in_required`, `invalid_input` (see `fields`), `unknown_action`, or a code
   * of the action's own. It is sent once: after `network`, `timeout` or `incomplete_response` nobody knows whether it ran.
   */
  [action: string]: (input?: Record<string, WireValue>) => Promise<unknown>;
}

declare global {
  interface Window {
    offline: OfflineApi;
  }
}
