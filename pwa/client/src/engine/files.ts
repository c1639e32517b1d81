/** Phase: the pictures and files that rows name (decision 0011). A file that fails is missing, not fatal. */

import type { Definition, Key, WireValue } from "../api";
import { Overlay } from "../layers/overlay";
import { asHaversackError, type HaversackError, isUnreachable, needsSignIn } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { parseLines } from "../store/lines";
import type { Store, StoredFile } from "../store/store";
import type { FileSource } from "./server";

const AT_ONCE = 6;

export interface Fetching {
  store: Store;
  definition: Definition;
  download(source: FileSource): Promise<StoredFile>;
  progress(done: number, total: number): void;
}

/**
 * Downloads what is wanted and missing, each name once, and drops what no row names any more. Returns why it gave up
 * before it had tried everything, `null` when it did not.
 */
export async function fetchFiles({ store, definition, download, progress }: Fetching): Promise<HaversackError | null> {
  const wanted = await wantedFiles(store, definition);
  const present = new Set(await store.fileNames());
  const queue = [...wanted.values()].filter((source) => !present.has(source.name));
  const total = queue.length;
  // Room is made before it is needed; and if this is interrupted, the count says that files are to be fetched.
  await store.settleFiles(
    [...present].filter((name) => !wanted.has(name)),
    total,
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

/** Every file that a row names, by name, with one place where it can be had. */
async function wantedFiles(store: Store, definition: Definition): Promise<Map<string, FileSource>> {
  const wanted = new Map<string, FileSource>();
  for (const entity of definition.entities) {
    const attributes = entity.attributes.filter(({ type }) => type === "picture" || type === "file");
    if (attributes.length === 0) continue;
    const { record, segments, layers } = await store.view(entity.name);
    const overlay = new Overlay(keyOrder(entity.attributes[0]?.type ?? "string"), layers);
    for (const { name: attribute, type } of attributes) {
      const column = record?.columns.indexOf(attribute) ?? -1;
      if (column < 0) continue;
      const note = (row: WireValue[]) => {
        const name: WireValue | undefined = row[column];
        if (typeof name !== "string" || name === "" || wanted.has(name)) return;
        const key = row[0] as Key;
        wanted.set(name, { name, entity: entity.name, attribute, key, picture: type === "picture" });
      };
      for (const segment of segments ?? []) {
        for (const row of parseLines(segment.text)) if (!overlay.hides(row[0] as Key)) note(row);
      }
      for (const { text } of overlay.lines()) note(JSON.parse(text) as WireValue[]);
    }
  }
  return wanted;
}
