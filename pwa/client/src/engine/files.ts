/** Phase: the pictures and files that rows name (decision 0011). A file that fails is missing, not fatal. */

import type { Definition, Key, WireValue } from "../api";
import { baseSegment, overlayOf, pause, SEGMENT_ROWS } from "../layers/merge";
import { asHaversackError, type HaversackError, isUnreachable, needsSignIn } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import { parseLines } from "../store/lines";
import type { EntityRecord, Store, StoredFile } from "../store/store";
import type { FileSource } from "./server";

const AT_ONCE = 6;

export interface Fetching {
  store: Store;
  definition: Definition;
  download(source: FileSource): Promise<StoredFile>;
  progress(done: number, total: number): void;
  /** Called now and then while rows are looked at; may throw to end it. */
  alive(): void;
}

/**
 * Downloads what is wanted and missing, each name once, and drops what no row names any more. Returns why it gave up
 * before it had tried everything, `null` when it did not.
 */
export async function fetchFiles(fetching: Fetching): Promise<HaversackError | null> {
  const { store, download, progress } = fetching;
  const { files: wanted, isAll, seen } = await wantedFiles(fetching);
  const present = new Set(await store.fileNames());
  const queue = [...wanted.values()].filter((source) => !present.has(source.name));
  const total = queue.length;
  // Room is made before it is needed; and if this is interrupted, the count says that files are to be fetched.
  await store.settleFiles(
    [...present].filter((name) => isAll && !wanted.has(name)),
    total,
    seen,
  );
  let tried = 0;
  let error: HaversackError | null = null;

  async function work(): Promise<void> {
    for (let source = queue.shift(); source !== undefined && error === null; source = queue.shift()) {
      try {
        await store.putFile(source.name, await download(source));
      } catch (thrown) {
        const failure = asHaversackError(thrown);
        if (endsPhase(failure)) error = failure;
      }
      progress(++tried, total);
    }
  }

  if (total > 0) progress(0, total);
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return error;
}

/** Whether the next file would fail for the same reason. */
function endsPhase(error: HaversackError): boolean {
  return isUnreachable(error) || needsSignIn(error) || ["quota", "closed", "throttled"].includes(error.code);
}

/** The columns of these that name files, by number, and the attributes they are of. */
export function fileColumns(definition: Definition | undefined, entity: string, columns: readonly string[]) {
  const declared = definition?.entities.find(({ name }) => name === entity);
  const files = declared?.attributes.filter(({ type }) => type === "picture" || type === "file") ?? [];
  const found = files.map(({ name, type }) => ({ name, picture: type === "picture", column: columns.indexOf(name) }));
  return found.filter(({ column }) => column >= 0);
}

interface Wanted {
  /** By name, with one place where each can be had. */
  files: Map<string, FileSource>;
  /** Whether these are all that rows name; if not, they are those of new rows, and no file lost its last. */
  isAll: boolean;
  /** What was looked at. */
  seen: Record<string, EntityRecord>;
}

/** Reads a segment at a time; and after a delta that released no file, nothing but the delta. */
async function wantedFiles({ store, definition, alive }: Fetching): Promise<Wanted> {
  const { entities, filesMissing } = await store.overview();
  const records = Object.entries(entities).map(([entity, record]) => {
    return { entity, record, attributes: fileColumns(definition, entity, record.columns) };
  });
  // What no longer has such columns may have had them.
  const isAll = filesMissing > 0 || records.some(({ record }) => record.unseenFiles === null);
  const files = new Map<string, FileSource>();
  for (const { entity, record, attributes } of records) {
    if (attributes.length === 0) continue;
    const note = (row: WireValue[]) => {
      for (const { name: attribute, picture, column } of attributes) {
        const name = row[column];
        if (typeof name !== "string" || name === "" || files.has(name)) continue;
        files.set(name, { name, entity, attribute, key: row[0] as Key, picture });
      }
    };
    const keyType = trackedKeyType(definition, entity) ?? "string";
    const layers = record.layers.filter(({ generation }) => isAll || record.unseenFiles?.includes(generation));
    const source = { store, entity, order: keyOrder(keyType), content: { ...record, layers } };
    const overlay = await overlayOf(source);
    for (let number = 0; isAll && number < record.segments; number++) {
      alive();
      const { text } = await baseSegment(source, number);
      for (const row of parseLines(text)) if (!overlay.hides(row[0] as Key)) note(row);
    }
    for (const [number, { text }] of overlay.lines().entries()) {
      note(JSON.parse(text) as WireValue[]);
      if (number % SEGMENT_ROWS === SEGMENT_ROWS - 1) await pause();
    }
  }
  return { files, isAll, seen: entities };
}
