/**
 * The public types of the client runtime: what `window.offline` offers to an app's own code and to the generated
 * screens. Everything here works without a network unless it says otherwise.
 */

/** A value as it travels and is stored (`docs/protocol.md`, Values). */
export type WireValue = string | number | boolean | null | WireValue[] | { [key: string]: WireValue };

/** One record: values by attribute name. */
export type Row = Record<string, WireValue>;

/** A primary key as it travels. */
export type Key = string | number;

export type AttributeType =
  | "string"
  | "text"
  | "integer"
  | "decimal"
  | "float"
  | "boolean"
  | "date"
  | "time"
  | "datetime"
  | "duration"
  | "uuid"
  | "json"
  | "email"
  | "url"
  | "file"
  | "picture";

export interface AttributeDefinition {
  name: string;
  label: string;
  type: AttributeType;
  null: boolean;
  /** Digits after the point, for decimals. */
  decimal_places?: number;
  /** Of what devices may write: what values are checked by, and what stands where none was given. */
  max_length?: number;
  min_length?: number;
  max_digits?: number;
  /** Bounds, inclusive, as values of the type travel. */
  min?: WireValue;
  max?: WireValue;
  /**
   * Regular expressions, for the flag `u`, of which the text must contain a match; `message` is what a person is told
   * when it does not. An empty text is not looked at.
   */
  patterns?: { regex: string; message: string; ignore_case?: boolean; inverse?: boolean }[];
  default?: WireValue;
  /** A new record begins with the moment, or the day, at which it is made. */
  default_now?: boolean;
  /** Whether people may change it; absent: not. Of the key: whether they type it for a new record. */
  editable?: boolean;
  /** Whether a form must have a value: an empty text is none. */
  required?: boolean;
  help_text?: string;
  /** Many-to-many: the value is an array of keys of `relation`, in key order. */
  many?: boolean;
  /** Names that it had in earlier versions. */
  was?: string[];
  /** `[value, label]` pairs. */
  choices?: [WireValue, string][];
  /** The local entity that the value is a key of. */
  relation?: string;
}

export interface EntityDefinition {
  name: string;
  label: string;
  label_plural: string;
  /** A sync pattern's word; `local` of an entity that only the device has. */
  pattern: string;
  /** Name of the attribute that holds the primary key; always the first attribute. */
  key: string;
  attributes: AttributeDefinition[];
  list_display: string[];
  search_fields: string[];
  list_filter: string[];
  /** Attribute names, a leading `-` for descending. */
  ordering: string[];
  /** Attributes that hold the record's picture; the first that is not empty wins. */
  pictures: string[];
  /** What stands for the entity, as the `d` of an SVG path of strokes on a 24 × 24 grid; `""` for its initial. */
  icon?: string;
  /** What the person may do with its records; absent of those that nobody writes on a device. */
  writable?: { create: boolean; update: boolean; delete: boolean };
  /** Entities whose records are edited inside of the form of this one, and the attribute by which they point at it. */
  inlines?: { entity: string; relation: string }[];
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

/** When an app syncs by itself, as set in the admin: *Offline Data Sync*. */
export interface SyncSettings {
  on_online: boolean;
  on_resume: boolean;
  on_login: boolean;
  on_start: boolean;
  /** After an edit on the device, as soon as it can be sent. */
  on_change: boolean;
  /** Minutes; 0: never. */
  every: number;
  retry: boolean;
  /** Seconds. */
  retry_interval: number;
  not_on_metered: boolean;
}

export interface Definition {
  app: string;
  title: string;
  description: string;
  anonymous: boolean;
  settings?: { sync?: Partial<SyncSettings> };
  contexts: Record<string, string[]>;
  entities: EntityDefinition[];
}

/** What the shell page says about the app before anything was synced. */
export interface AppConfig {
  app: string;
  title: string;
  description: string;
  anonymous: boolean;
  /** Address of the app, with a slash at the end: `/apps/catalog/`. */
  base: string;
  /** Address of its sync API, with a slash at the end: `/api/sync/catalog/`. */
  api: string;
  /** Address of its own `onSync` module; `null` where there is none. */
  on_sync?: string | null;
  /** Addresses of modules with the app's own screens, by entity's name and screen; what is generated is absent. */
  screens?: Record<string, { list?: string; detail?: string }>;
  /** Of screens, labels and messages: `de`, `pt-br`. */
  language: string;
  /** Texts that are not as they are in English; `null` where there are none. */
  texts?: Catalogue | null;
}

/** Translations of one language. */
export interface Catalogue {
  /** Which plural form some numbers get: at least one of each of the language's plural categories. */
  plurals: [count: number, form: number][];
  /** By the English text (after its context and U+0004, where it has one): a text, or the forms of a plural. */
  messages: Record<string, string | string[]>;
}

export interface User {
  key: string;
  name: string;
}

/** Bounds, inclusive; either may be absent. Not for attributes of type `json`. Nulls are never within. */
export type Between = {
  gte?: WireValue;
  lte?: WireValue;
};

export interface ListOptions {
  /** Words that must all occur in the entity's search fields; case and accents do not matter. */
  search?: string;
  /** Attribute values that must be equal; an array means any of its values, `Between` the values within bounds. */
  where?: Record<string, WireValue | WireValue[] | Between>;
  /** Attribute name or names, a leading `-` for descending; default the entity's ordering. Nulls come last. */
  orderBy?: string | string[];
  limit?: number;
  offset?: number;
}

/** How the values of one attribute are spread over the rows that all conditions on *other* attributes leave. */
export interface Facet {
  /** Values and in how many rows they occur, commonest first, at most 1,000; empty for types that have ranges only. */
  values: [WireValue, number][];
  /** `null` where there are none. */
  min: WireValue;
  max: WireValue;
}

export interface EntityApi {
  /** The record with this key, or `null`. */
  get(key: Key): Promise<Row | null>;
  list(options?: ListOptions): Promise<Row[]>;
  count(options?: Pick<ListOptions, "search" | "where">): Promise<number>;
  /** By attribute name. Rejects with `unknown_attribute` for one that there is not. */
  facets(options: { fields: string[] } & Pick<ListOptions, "search" | "where">): Promise<Record<string, Facet>>;
  /**
   * The writing actions reject with code `read_only` on entities with a read-only pattern, with `permission_denied` for
   * what the person may not do, and with `invalid_values` and `fields` for values that a record cannot have. Each is one
   * transaction: when it resolves, it is on the disk, with what is to be sent.
   *
   * Makes a record, or changes the one that has its key: attributes that are not given stay as they are. A new record
   * of a synced entity has a key `local:…` until the server has given it its own; both find it ever after. Saving a
   * record whose change was rejected corrects it, and has it sent again with all that goes together with it.
   */
  createOrUpdate(values: Row): Promise<Key>;
  /** All or none; `fields` then names them by their place: `2.title`. */
  createOrUpdateAll(rows: Row[]): Promise<Key[]>;
  update(key: Key, values: Row): Promise<void>;
  delete(key: Key): Promise<void>;
  deleteAll(): Promise<void>;
}

export type Trigger = "manual" | "start" | "online" | "resume" | "login" | "retry" | "interval" | "change";

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

export interface EntityState {
  rows: number;
  /** Of its rows' text on the device. */
  bytes: number;
  /** ISO 8601, UTC, by the device's clock. */
  syncedAt: string;
}

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

export interface CheckResult {
  status: "complete" | "error";
  /** Rows that were not as the server has them, by entity; empty when all were. */
  repaired: Record<string, number>;
  error?: SyncError;
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

export type NetworkType = "wifi" | "cellular" | "ethernet" | "other" | "unknown" | "none";

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

/** What a sync inside of the app's own `onSync` brought: rows by entity, as in `SyncResult`. */
export interface OnSyncResult {
  received: Record<string, number>;
}

export interface OnSyncActions {
  sync(entities?: string[]): Promise<OnSyncResult>;
  [sync: `SyncLocal${string}`]: () => Promise<OnSyncResult>;
  // biome-ignore lint/suspicious/noExplicitAny: input and output are the project's own.
  [action: string]: (input?: any) => Promise<any>;
}

/** How an entity is asked for: what changed; what differs from what is here; or all, as if nothing were here. */
export type OnSyncHow = "changes" | "compare" | "everything";

/** Where the device stands with an entity, to be sent with `phases.request`. */
export interface OnSyncQuestion {
  readonly entity: string;
  readonly how: OnSyncHow;
}

/** What the server answered, on the device already, and seen by nobody before `phases.apply`. */
export interface OnSyncAnswer {
  readonly entity: string;
  /**
   * How to ask again, where this cannot be applied: the server does not know what changed since, or the rows do not
   * add up to what it says. `null` where it can.
   */
  readonly again: OnSyncHow | null;
  /** The device has all of it. Applying it notes that it was looked after. */
  readonly isUnchanged: boolean;
}

/**
 * The steps of `SyncLocal<Entity>()`, one at a time, as `manage.py createsyncaction` writes them out. One entity goes
 * after the other. What one of them rejects with has changed nothing.
 */
export interface OnSyncPhases {
  /** What to say of what is here. Default `changes`. */
  collect(entity: string, how?: OnSyncHow): Promise<OnSyncQuestion>;
  request(question: OnSyncQuestion): Promise<OnSyncAnswer>;
  /**
   * Sends what this device changed, where there is anything to send and it was not sent in this run; else the first
   * request takes it along. Returns how many changes ended in which way.
   */
  push(): Promise<Pushed>;
  /** Makes it visible in all tabs, in one transaction, with the cursor that belongs to it. */
  apply(answer: OnSyncAnswer): Promise<OnSyncResult>;
  /** Compares with the server, and mends, what turned out to be damaged here; nothing where nothing did. */
  repair(entity: string): Promise<void>;
  /** Fetches pictures and files that are not here yet. */
  files(): Promise<void>;
}

export type OnSyncEntityApi = Pick<EntityApi, "get" | "list" | "count">;

/** What the app's own `onSync` is given: `export default async function onSync({ context, actions }) { … }`. */
export interface OnSyncInput {
  /** As in `onSync(context)`; `""` for everything, as all triggers ask. */
  context: string;
  trigger: Trigger;
  /**
   * `SyncLocal<Entity>()` syncs one entity; `sync(["LocalA", "LocalB"])` several in one request, and `sync()` those of
   * the context. Actions of the app that run on the server are there, too: called in the same turn as a sync, they
   * travel in its request, and are done once however often it is repeated; else each is a request of its own, as on
   * `window.offline`. All reject with what went wrong; when that is not caught, it is what the whole sync ends with.
   */
  actions: OnSyncActions;
  /** The names of the entities that belong to the context, in the app's order. */
  wanted(): Promise<string[]>;
  /** What `SyncLocal<Entity>()` is made of. */
  phases: OnSyncPhases;
  /** For reading what is on the device. */
  entities: Record<string, OnSyncEntityApi>;
  networkType: NetworkType;
  /** Aborted when the sync is cancelled, or takes too long without progress. */
  signal: AbortSignal;
}

/** `window.offline`. */
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

declare global {
  interface Window {
    offline: OfflineApi;
  }
}
