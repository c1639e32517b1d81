/** Which files the rows on the device name, and where each can be had. */

import type { Definition, EntityDefinition, Key, WireValue } from "../api";
import { baseSegment, overlayOf, pause, SEGMENT_ROWS } from "../layers/merge";
import { Readable } from "../layers/readable";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import { comparison } from "../query/order";
import { parseLines } from "../store/lines";
import type { EntityRecord, FileKey, Store } from "../store/store";
import type { FileSource } from "./server";

/** The columns of these that name files, by number, and the attributes they are of. */
export function fileColumns(definition: Definition | undefined, entity: string, columns: readonly string[]) {
  const declared = definition?.entities.find(({ name }) => name === entity);
  const files = declared?.attributes.filter(({ type }) => type === "picture" || type === "file") ?? [];
  const found = files.map(({ name, type }) => ({ name, picture: type === "picture", column: columns.indexOf(name) }));
  return found.filter(({ column }) => column >= 0);
}

/** One that rows name, and the first row that does in the order in which a list shows them. */
export interface WantedFile {
  source: FileSource;
  place: Place;
}

/** Where a row stands: its entity's number, its values that the entity is ordered by, and its key. */
interface Place {
  entity: number;
  values: WireValue[];
}

export interface WantedFiles {
  /** By `wantedId`. */
  files: Map<string, WantedFile>;
  /** Whether these are all that rows name; if not, they are those of new rows, and no file lost its last. */
  isAll: boolean;
  /** What was looked at. */
  seen: Record<string, EntityRecord>;
  compare(a: WantedFile, b: WantedFile): number;
}

export interface Looking {
  store: Store;
  definition: Definition;
  /** Called now and then while rows are looked at; may throw to end it. */
  alive(): void;
}

/** The same name may be a picture here and a file there. */
export function wantedId(name: string, picture: boolean): string {
  return `${picture ? "picture" : "file"} ${name}`;
}

export function idOfKey({ kind, name }: FileKey): string {
  return wantedId(name, kind !== "file");
}

/** Reads a segment at a time; and after a delta that released no file, nothing but the delta. */
export async function wantedFiles({ store, definition, alive }: Looking, lookAtAll: boolean): Promise<WantedFiles> {
  const { entities, filesMissing, filesUnseen } = await store.overview();
  const records = Object.entries(entities).map(([entity, record]) => {
    return { entity, record, attributes: fileColumns(definition, entity, record.columns) };
  });
  // What no longer has such columns may have had them.
  const isAll =
    lookAtAll || filesUnseen || filesMissing > 0 || records.some(({ record }) => record.unseenFiles === null);
  let isWhole = true;
  const files = new Map<string, WantedFile>();
  const orders = definition.entities.map((declared) => listOrder(declared, entities[declared.name]?.columns ?? []));
  const compare = (a: Place, b: Place) => a.entity - b.entity || (orders[a.entity]?.compare(a.values, b.values) ?? 0);
  for (const { entity, record, attributes } of records) {
    if (attributes.length === 0) continue;
    const number = definition.entities.findIndex(({ name }) => name === entity);
    const order = orders[number];
    const note = (row: WireValue[]) => {
      let place: Place | null = null;
      for (const { name: attribute, picture, column } of attributes) {
        const name = row[column];
        if (typeof name !== "string" || name === "") continue;
        place ??= { entity: number, values: order?.values(row) ?? [] };
        const id = wantedId(name, picture);
        const known = files.get(id);
        if (known !== undefined && compare(known.place, place) <= 0) continue;
        files.set(id, { place, source: { name, entity, attribute, key: row[0] as Key, picture } });
      }
    };
    const keyType = trackedKeyType(definition, entity) ?? "string";
    const layers = record.layers.filter(({ generation }) => isAll || record.unseenFiles?.includes(generation));
    const source = { store, entity, order: keyOrder(keyType), content: { ...record, layers } };
    const readable = new Readable(source);
    const overlay = await overlayOf(readable.asSource);
    for (let segment = 0; isAll && segment < record.segments; segment++) {
      alive();
      const { text } = await baseSegment(readable.asSource, segment);
      for (const row of parseLines(text)) if (!overlay.hides(row[0] as Key)) note(row);
    }
    for (const [line, { text }] of overlay.lines().entries()) {
      note(JSON.parse(text) as WireValue[]);
      if (line % SEGMENT_ROWS === SEGMENT_ROWS - 1) await pause();
    }
    if (readable.isDamaged) {
      // Rows that cannot be read may name what no other does.
      isWhole = false;
      await store.doubt(entity);
    }
  }
  return { files, isAll: isAll && isWhole, seen: entities, compare: (a, b) => compare(a.place, b.place) };
}

/** The order in which a list of this entity comes: what of a row decides it, and how two of these compare. */
function listOrder({ attributes, key, ordering }: EntityDefinition, columns: readonly string[]) {
  const fields = [...ordering, key].flatMap((field) => {
    const name = field.replace(/^-/, "");
    const attribute = attributes.find((candidate) => candidate.name === name);
    const column = columns.indexOf(name);
    if (attribute === undefined || column < 0) return [];
    return [{ column, sign: field === name ? 1 : -1, compare: comparison(attribute.type) }];
  });
  return {
    values: (row: WireValue[]): WireValue[] => fields.map(({ column }) => row[column] ?? null),
    compare(a: WireValue[], b: WireValue[]): number {
      for (const [at, { sign, compare }] of fields.entries()) {
        const [x = null, y = null] = [a[at], b[at]];
        const result = x === null || y === null ? Number(x === null) - Number(y === null) : sign * compare(x, y);
        if (result !== 0) return result;
      }
      return 0;
    },
  };
}
