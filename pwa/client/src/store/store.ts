/**
 * The local store (decision 0006), as the engine sees it. Every method is one transaction. All reject with a
 * `HaversackError`: `quota`, `storage`, or `closed` when the person's data was removed from this device.
 */

import type { AppState, AttributeType, Definition, Key, Row, User } from "../api";
import type { ChangeLocal, LocalRow, LocalTransaction } from "../outbox/types";
import type { Agenda } from "./agenda";

/** Keys strictly between two others, or with the second of them; `null`: no bound. */
export interface Gap {
  after: Key | null;
  before: Key | null;
  /** `before` is part of it. */
  closed?: true;
}

/** Rows as they came: lines of text, each with its line feed. */
export interface Segment {
  /** `null` where there are no rows. */
  first: Key | null;
  /** `null` also where the rows of an entity whose changes are tracked are not in key order. */
  last: Key | null;
  rows: number;
  text: string;
  /** In a layer: where nothing remains of what lies below it. */
  gaps?: Gap[];
}

/** Changes over what lies below (decision 0014): all its gaps first, then its rows, which are new or replace others. */
export interface Layer {
  generation: number;
  segments: number;
  /** Rows and gaps in it. */
  size: number;
  /** Of its rows' text. */
  bytes: number;
}

/** Where the rows of an entity are: a base, and layers over it, the oldest first. */
export interface Content {
  generation: number;
  segments: number;
  /** Key of the last row of each segment of the base; `null` where nothing is known of which keys are in it. */
  lasts: (Key | null)[];
  /** Of each segment of the base that is a part of the server's snapshot, its sum; `null` where it is none any more. */
  sums: (string | null)[];
  /** Of the text of the base. */
  bytes: number;
  layers: Layer[];
}

/** What the device knows of an entity it has. `rows` and `fingerprint` are those of the whole. */
export interface EntityRecord extends Content {
  cursor: string;
  columns: string[];
  rows: number;
  fingerprint: number;
  /** ISO 8601, UTC, by the device's clock. */
  syncedAt: string;
  /**
   * Set while rows are on the device that gaps of layers hide, which must not stay (S1): the segments of the base that
   * may have some. Others may be in layers.
   */
  leftovers: number[] | null;
  /** Generations of layers whose rows may name files that were not looked for; `null`: all rows have to be looked at. */
  unseenFiles: number[] | null;
}

/** A segment in the place where it is, with less in it than before. */
export interface Pruned {
  generation: number;
  number: number;
  segment: Segment;
}

/** Where a segment is. */
export interface Place {
  generation: number;
  number: number;
}

/** A comparison that is not complete: what to go on from when it was cut (P2). */
export interface PartialCopy {
  /** Of the base that is shown, and of layers over it; their segments are those that are there. */
  generation: number;
  layers: number[];
  /** Of the key, which says how keys are ordered. */
  keyType: AttributeType;
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
  partials: Record<string, PartialCopy>;
  /** Parts of snapshots that are here and not shown yet, by entity and sum: a download goes on with them (P2). */
  parts: Record<string, Record<string, Place>>;
  /** Entities whose rows on the device may not be what they should be: the next sync compares them (P5). */
  doubts: string[];
  /** The last comparison of all rows with the server's; `null` before the first. */
  lastCheck: Check | null;
  /** Time of the last complete sync of each context, ISO 8601. */
  contexts: Record<string, string>;
  /** Files that rows name and that could not be fetched. */
  filesMissing: number;
  /** False when rows changed since files were last looked after. */
  filesSettled: boolean;
  /** True when all rows have to be looked at for files: there is more room for them than there was. */
  filesUnseen: boolean;
  agenda: Agenda;
  /** How many single rows each entity has; absent where none ever was. */
  singles: Record<string, number>;
  /** Ids of actions whose outcomes are not asked for again, as the next sync tells the server. */
  confirmed: string[];
  /** Ids of changes whose outcomes are stored, likewise. */
  unconfirmed: string[];
  /** How often outcomes of changes were stored. */
  settlings: number;
}

/** A call of an own server action that travels with a sync. */
export interface SentCall {
  id: string;
  /** Its name and input, as JSON. */
  asked: string;
  /** Of the sync. */
  context: string;
  /** The sync was complete, or the action was refused: the same call again is another. */
  isOver: boolean;
}

/** A comparison of all rows with the server's. */
export interface Check {
  /** ISO 8601, UTC, by the device's clock. */
  at: string;
  /** Rows that were not as the server has them, by entity. */
  repaired: Record<string, number>;
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
  /** What the server has of local changes goes with it, where its rows show it now (P6). */
  caughtUp?: CaughtUp;
}

/**
 * Local changes that rows of an answer are newer than: those whose outcome was stored before it was asked for
 * (`upTo`), or came with it (`own`). Marks of `Outbox.collect` and `Outbox.settle`.
 */
export interface CaughtUp {
  /** Those that the answer has rows of, or says are unchanged. */
  entities: string[];
  upTo: number;
  own: number[];
}

/**
 * A row of which this device alone knows, as it is kept: with attributes that the definition has no more. Of a synced
 * entity: what this device changes of one, with all of a `LocalRow`.
 */
export type SingleRow = { values: Row } & Partial<LocalRow>;

/** The single rows of an entity; `rows` is `null` where the caller knows them as they are. */
export interface SingleRows {
  /** Another one whenever any of them changes. */
  change: number;
  rows: SingleRow[] | null;
}

/** The same, by their keys. */
export interface KeyedRows {
  change: number;
  rows: ReadonlyMap<Key, SingleRow> | null;
  /** In place of `rows`: those that may be others since, `null` for those that are gone. */
  since?: ReadonlyMap<Key, SingleRow | null>;
}

export interface EntityView {
  /** Of the database that was read: what its reader knows of another one is worth nothing (see `Overview.replica`). */
  replica: string;
  /** `null` before the first sync of the entity. */
  record: EntityRecord | null;
  /** How often rows were removed from a base of the entity: with another number its segments are other ones. */
  pruned: number;
  /** Whether the reader knows this base as it is. */
  isKnown: boolean;
  /** The layers that the reader does not know, each with its segments, to be laid over what it has in this order. */
  layers: Segment[][];
  version: string | null;
  /** `null` when the caller knows this version already, or there is none. */
  definition: Definition | null;
  /** Rows that only this device has; of a synced entity, what it changes of the server's. */
  local: KeyedRows;
}

/** What the reader of a view has seen already, and of which replica. */
export interface Known {
  replica: string;
  version: string;
  generation?: number;
  pruned?: number;
  /** Generations of the layers over it. */
  layers?: number[];
  /** Of single rows: see `SingleRows`. */
  change?: number;
  /** Whether those of them that may be others since are enough. */
  wantsSince?: boolean;
}

/** What a block was made of: it says nothing of anything else. */
export interface Made {
  /** Of the definition. */
  version: string;
  /** Of the base, and of the layers over it. */
  generations: number[];
  /** See `EntityView`. */
  pruned: number;
}

/** Something worked out of rows (decision 0016). */
export interface Block {
  name: string;
  /** Of the segment of the base that it was made of; -1 when it was made of all rows as they are. */
  number: number;
  /** Of what it was made of. */
  rows: number;
  data: unknown;
}

/** What there is of an entity, and a block of all of it, which may be of before some of the layers came. */
export interface Whole {
  /** Of the server. */
  rows: number;
  singles: number;
  /** What is there now. */
  made: Made;
  block: (Block & { made: Made }) | null;
}

/** A picture in one of its sizes, or a file as it is. */
export type FileKind = "small" | "large" | "file";

export interface FileKey {
  kind: FileKind;
  /** The storage name that rows have. */
  name: string;
}

export interface StoredFile {
  blob: Blob;
  size: number;
  etag: string;
}

/** What is kept of each kind. */
export type FilesKept = Record<FileKind, { count: number; bytes: number }>;

export interface FileFigures {
  kept: FilesKept;
  /** Bytes that all of them together may take; `null`: no limit. */
  budget: number | null;
}

export interface PresentFiles {
  keys: FileKey[];
  /** Names of files that a version without sizes has left. */
  old: string[];
}

export interface Store {
  overview(): Promise<Overview>;

  /** A number that no generation of this database had before. */
  newGeneration(): Promise<number>;
  /** Writes a segment that nobody sees yet. */
  stage(entity: string, generation: number, number: number, segment: Segment): Promise<void>;
  /**
   * Writes a part of a snapshot that nobody sees yet; it is kept until its entity is complete. `moved`: where else it
   * is staged, and then is no more.
   */
  stagePart(entity: string, place: Place, sum: string, segment: Segment, moved?: Place): Promise<void>;
  /** Forgets all parts that are not shown. */
  dropParts(): Promise<void>;
  /** A segment of a generation, visible or not; `null` when there is none of this number. */
  segment(entity: string, generation: number, number: number): Promise<Segment | null>;
  /** The segments of a generation, visible or not: those there are, but no more than `most`. */
  segments(entity: string, generation: number, most?: number): Promise<Segment[]>;
  /**
   * Notes what to go on from if the comparison of an entity is cut; its generations are kept until it is complete. Not
   * noted (`false`) when the entity is no longer what was expected: readers of what it is now could not go on from it.
   */
  keepPartial(entity: string, partial: PartialCopy, expected: EntityRecord | undefined): Promise<boolean>;
  /** Forgets incomplete comparisons, all or that of an entity, with what is staged of them. */
  dropPartials(entity?: string): Promise<void>;
  /**
   * Everything becomes visible, or (`false`) nothing: another sync was faster, or swept what was staged. What was
   * kept of cut downloads and comparisons of these entities, and what a new definition makes useless, is forgotten.
   */
  switch(change: Switch): Promise<boolean>;
  /**
   * Writes a segment anew, without what layers hide, and what the record says then of where its rows are. Nothing is
   * written (`false`) when the entity has another cursor or other generations than this record.
   */
  prune(entity: string, record: EntityRecord, pruned: Pruned | null): Promise<boolean>;
  /**
   * Notes that what is on the device of an entity is not what it should be. Until it was compared, readers get what can
   * be read of it, and no blocks of before. `made`: what was read; nothing is noted when the rows are others by now.
   */
  doubt(entity: string, made?: Made): Promise<void>;
  /** Notes that these entities are as the server has them; `check`: and that all are. */
  noteCompared(entities: string[], check: Check | null): Promise<void>;
  /** Removes generations that nobody points at. Only for the holder of the sync lock. */
  sweep(): Promise<void>;
  /** Removes this generation, which is the caller's own, unless it was switched to or is kept to go on with. */
  discard(generation: number): Promise<void>;

  /** The segments of a base that have these numbers, in this order; `null` for those that are gone. */
  baseSegments(entity: string, generation: number, numbers: readonly number[]): Promise<(Segment | null)[]>;

  /**
   * Where an entity's rows are, the layers and the local changes over them, and the definition that explains them: all of
   * one moment.
   */
  view(entity: string, known?: Known): Promise<EntityView>;

  /** Reads and changes what people changed of synced entities. */
  changeLocal: ChangeLocal;
  /** Reads it only: nothing can be put. */
  readLocal<T>(work: (transaction: LocalTransaction) => Promise<T>): Promise<T>;
  /** The server's key of a record that was made here; `undefined` while there is none. */
  serverKey(local: Key): Promise<Key | undefined>;
  outboxFigures(): Promise<NonNullable<AppState["pending"]>>;

  /** Rows that only this device has, or local rows of a synced entity, in the order of their keys. */
  singleRows(entity: string, known?: number): Promise<SingleRows>;
  /**
   * Changes such rows in one transaction with `strict` durability (L2): when it resolves they are on the disk.
   *
   * @param keys: of those that `change` is to see; `null`: all.
   * @param change: says what rows become, `null` for those that go. What it throws undoes all of it.
   */
  changeRows(
    entity: string,
    keys: readonly Key[] | null,
    change: (found: ReadonlyMap<Key, SingleRow>) => ReadonlyMap<Key, SingleRow | null>,
  ): Promise<void>;

  /** Notes that a context is complete since `at`, ISO 8601. */
  complete(context: string, at: string): Promise<void>;
  /** Changes what is still to be done. Returns what was written. */
  plan(change: (agenda: Agenda) => Agenda): Promise<Agenda>;
  /** Changes what is remembered of actions that travel with syncs; on the disk when it resolves. */
  noteCalls(change: (calls: SentCall[], newId: () => string) => SentCall[]): Promise<void>;

  /** How many rows of the server an entity has, and how many single rows; `null` before its first sync. */
  rows(entity: string): Promise<{ rows: number | null; singles: number }>;
  /**
   * The same, and the block of this name of the whole. What it was made of are the server's rows as they are, or as they
   * were before layers came that add and change some, and take none away.
   */
  whole(entity: string, name: string): Promise<Whole | null>;
  /** Blocks of this name of segments of a base. */
  blocks(entity: string, name: string, made: Made): Promise<Block[]>;
  /** Keeps blocks; nothing is written (`false`) when the entity is no longer what they were made of. */
  putBlocks(entity: string, made: Made, blocks: readonly Block[]): Promise<boolean>;
  /** Removes all blocks, of all entities. */
  dropBlocks(): Promise<void>;

  fileKeys(): Promise<PresentFiles>;
  fileFigures(): Promise<FileFigures>;
  /** What is kept; of a picture that only a version without sizes has left, that. */
  file(key: FileKey): Promise<StoredFile | null>;
  /**
   * Keeps a file, if the budget allows it; one that was missing is so no more. Where there is no room, large pictures
   * are dropped for it if `makeRoom`, those that nobody has looked at for longest.
   *
   * @param at: now, in milliseconds.
   * @returns whether it is kept.
   */
  putFile(key: FileKey, file: StoredFile, at: number, makeRoom: boolean): Promise<boolean>;
  /** Somebody looks at it. */
  seeFile(key: FileKey, at: number): Promise<void>;
  /** Drops files, and notes how many are still missing, and that the rows of these entities were looked at. */
  settleFiles(drop: FileKey[], missing: number, seen?: Record<string, EntityRecord>): Promise<void>;
  /** Notes how many files are missing. */
  noteMissing(missing: number): Promise<void>;
  /** Takes over a file that a version without sizes has left. */
  adoptFile(name: string): Promise<void>;
  /** Drops what a version without sizes has left. */
  dropOldFiles(): Promise<void>;
  /**
   * Sets how many bytes files may take. When there are more, large pictures go first, those that nobody has looked at
   * for longest; then small ones, the last that came; then files.
   *
   * @returns whether there is room for more than before: then all rows are to be looked at for files.
   */
  setFileBudget(budget: number | null): Promise<boolean>;

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
