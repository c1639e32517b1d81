/** What the database of one person holds (decision 0006), and how its parts are read and written. */

import type { DBSchema, IDBPTransaction, StoreNames } from "idb";

import type { Definition, Key } from "../api";
import type { Acknowledged, Mutation, Target } from "../outbox/types";
import type { Agenda } from "./agenda";
import type {
  Block,
  Check,
  EntityRecord,
  FileKind,
  FilesKept,
  Made,
  Overview,
  PartialCopy,
  Segment,
  SentCall,
  SingleRow,
  StoredFile,
} from "./store";

export type SegmentKey = [entity: string, generation: number, number: number];
/** `number`: of a segment of the base, or `WHOLE`. */
export type BlockKey = [entity: string, name: string, number: number];

export type SingleKey = [entity: string, key: Key];

/** Under which `meta` has what is known of a file without reading it. */
export type FileInfoKey = ["file", kind: FileKind, name: string];

/** Under which `meta` has what the server calls a record that was made here. */
export type LocalKeyKey = ["key", local: string];

export interface FileInfo {
  bytes: number;
  /** When it came, or was last looked at, in milliseconds. */
  at: number;
}

export interface UserSchema extends DBSchema {
  meta: { key: string | FileInfoKey | LocalKeyKey; value: unknown };
  segments: { key: SegmentKey; value: Segment };
  /** A name alone is of a version that knew no sizes. */
  files: { key: [kind: FileKind, name: string] | string; value: StoredFile };
  blocks: { key: BlockKey; value: Block & { made: Made } };
  /** `state`: of rows with changes, by state and when they were made. */
  rows: { key: SingleKey; value: SingleRow; indexes: { state: [state: string, madeAt: string] } };
  /** `seq`: of mutations; what was acknowledged has none. */
  outbox: { key: string; value: Mutation | Acknowledged; indexes: { seq: number } };
}

/** Of an entity: how often its single rows changed, and how many only this device has. */
export interface SingleChanges {
  change: number;
  rows: number;
  /** How often local changes gave way to rows of the server. */
  settled?: number;
  /** The keys of each of the last changes, the latest last: as many as are few. */
  recent?: Key[][];
}

export type Names = StoreNames<UserSchema>;
/** What `meta` holds, by name. */
interface Meta {
  replica: string;
  version: string;
  definition: Definition;
  entities: Record<string, EntityRecord>;
  partials: Record<string, PartialCopy>;
  parts: Overview["parts"];
  doubts: string[];
  lastCheck: Check;
  contexts: Record<string, string>;
  generation: number;
  /** How often rows were removed from the base of an entity, of any generation. */
  pruned: Record<string, number>;
  filesMissing: number;
  filesSettled: boolean;
  filesUnseen: boolean;
  /** Absent in databases of a version that knew no sizes. */
  filesKept: FilesKept;
  fileBudget: number | null;
  agenda: Agenda;
  singles: Record<string, SingleChanges>;
  /** How often transactions changed single rows or mutations. */
  localChanges: number;
  calls: SentCall[];
  unconfirmed: string[];
  pastOther: Target[] | null;
  /** How often outcomes were stored. */
  settlings: number;
}

export type AnyTransaction = IDBPTransaction<UserSchema, Names[], "readonly" | "readwrite" | "versionchange">;
export type Writing = IDBPTransaction<UserSchema, Names[], "readwrite">;

export type State = Pick<Overview, "entities" | "partials" | "parts">;

const OLD = { lasts: [], sums: [], bytes: 0, layers: [], leftovers: null, unseenFiles: null };

export async function get<Name extends keyof Meta>(
  transaction: AnyTransaction,
  name: Name,
): Promise<Meta[Name] | undefined> {
  return (await transaction.objectStore("meta").get(name)) as Meta[Name] | undefined;
}

export async function getState(transaction: AnyTransaction): Promise<State> {
  const [entities, partials, parts] = await Promise.all([
    get(transaction, "entities"),
    get(transaction, "partials"),
    get(transaction, "parts"),
  ]);
  // Records written by a version that knew no layers have none, and older layers do not say how large they are.
  const complete = Object.entries(entities ?? {}).map(([name, record]) => {
    const layers = (record.layers ?? []).map((layer) => ({ ...layer, bytes: layer.bytes ?? 0 }));
    return [name, { ...OLD, ...record, layers }];
  });
  return { entities: Object.fromEntries(complete), partials: partials ?? {}, parts: parts ?? {} };
}

export async function put<Name extends keyof Meta>(transaction: Writing, name: Name, value: Meta[Name]): Promise<void> {
  await transaction.objectStore("meta").put(value, name);
}

/** All of a generation, or the first `most` of its segments. */
export function generationRange(entity: string, generation: number, most?: number): IDBKeyRange {
  // An array sorts after every number.
  return IDBKeyRange.bound([entity, generation], [entity, generation, most ?? []], false, most !== undefined);
}

export function everything(): IDBKeyRange {
  return IDBKeyRange.lowerBound([]);
}
