/** What an `onSync` of the app's own works with. */
import type { EntityApi } from "./entities";
import type { NetworkType, Pushed, Trigger } from "./sync";

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

export interface OnSyncActions {
  sync(entities?: string[]): Promise<OnSyncResult>;
  [sync: `SyncLocal${string}`]: () => Promise<OnSyncResult>;
  // biome-ignore lint/suspicious/noExplicitAny: input and output are the project's own.
  [action: string]: (input?: any) => Promise<any>;
}

/** What a sync inside of the app's own `onSync` brought: rows by entity, as in `SyncResult`. */
export interface OnSyncResult {
  received: Record<string, number>;
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

export type OnSyncEntityApi = Pick<EntityApi, "get" | "list" | "count">;
