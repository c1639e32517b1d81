/**
 * The local store (decision 0006), as the engine sees it. Every method is one transaction. All reject with a
 * `HaversackError`: `quota`, `storage`, or `closed` when the person's data was removed from this device.
 */

import type { Definition, Key, User } from "../api";

/** Rows as they came: lines of text, each with its line feed. */
export interface Segment {
  first: Key;
  last: Key;
  rows: number;
  text: string;
}

/** What the device knows of an entity it has. */
export interface EntityRecord {
  generation: number;
  cursor: string;
  columns: string[];
  rows: number;
  segments: number;
  fingerprint: number;
  /** ISO 8601, UTC, by the device's clock. */
  syncedAt: string;
}

export interface StoredDefinition {
  version: string;
  definition: Definition;
}

export interface Overview {
  /** Random, made with the database: a database that was evicted and made anew is another replica. */
  replica: string;
  definition: StoredDefinition | null;
  entities: Record<string, EntityRecord>;
  /** Time of the last complete sync of each context, ISO 8601. */
  contexts: Record<string, string>;
  /** Files that rows name and that could not be fetched. */
  filesMissing: number;
  /** False when rows changed since files were last looked after. */
  filesSettled: boolean;
}

/** What a sync makes visible at once. */
export interface Switch {
  /** What the entities were when the sync started; any difference now means that another sync was faster. */
  expected: Record<string, EntityRecord | undefined>;
  /** What they become. */
  entities: Record<string, EntityRecord>;
  /** A new definition; entities it does not name are dropped. */
  definition: StoredDefinition | null;
  /** The context that is complete with this, and when; `null` when only a part of it was synced. */
  context: { name: string; at: string } | null;
}

export interface EntityView {
  /** Of the database that was read: what its reader knows of another one is worth nothing (see `Overview.replica`). */
  replica: string;
  /** `null` before the first sync of the entity. */
  record: EntityRecord | null;
  /** `null` when the caller knows this generation already. */
  segments: Segment[] | null;
  version: string | null;
  /** `null` when the caller knows this version already, or there is none. */
  definition: Definition | null;
}

/** What the reader of a view has seen already, and of which replica. */
export interface Known {
  replica: string;
  version: string;
  generation?: number;
}

export interface StoredFile {
  blob: Blob;
  size: number;
  etag: string;
}

export interface Store {
  overview(): Promise<Overview>;

  /** A number that no generation of this database had before. */
  newGeneration(): Promise<number>;
  /** Writes a segment that nobody sees yet. */
  stage(entity: string, generation: number, number: number, segment: Segment): Promise<void>;
  /** Everything becomes visible, or (`false`) nothing: another sync was faster, or swept what was staged. */
  switch(change: Switch): Promise<boolean>;
  /** Removes generations that nobody points at. Only for the holder of the sync lock. */
  sweep(): Promise<void>;
  /** Removes this generation, which is the caller's own, unless it was switched to. */
  discard(generation: number): Promise<void>;

  /** One consistent view of an entity's rows and of the definition that explains them. */
  view(entity: string, known?: Known): Promise<EntityView>;

  fileNames(): Promise<string[]>;
  file(name: string): Promise<StoredFile | null>;
  /** Keeps a file; one that was missing is so no more. */
  putFile(name: string, file: StoredFile): Promise<void>;
  /** Drops files, and notes how many are still missing. */
  settleFiles(drop: string[], missing: number): Promise<void>;

  /** Whether it was closed, here or because another tab destroyed the database: then it stays so. */
  readonly closed: boolean;
  /** Lets the database go; every later call rejects with `closed`. */
  close(): void;
  /** Closes, empties and deletes the database. Resolves as soon as the data is gone. */
  destroy(): Promise<void>;
}

/** A sign-out that the server has not heard of. */
export interface PendingSignOut {
  user: string;
  replica: string;
}

export interface DeviceRecord {
  user: User | null;
  signOuts: PendingSignOut[];
  /** Keys of users whose databases are to be removed: the removal may have been interrupted. */
  wipe: string[];
}

export interface DeviceStore {
  read(): Promise<DeviceRecord>;
  /** Read and write in one transaction. Returns what was written. */
  update(change: (record: DeviceRecord) => DeviceRecord): Promise<DeviceRecord>;
  close(): void;
}
