/** A row that names a file: the server gives a file for a row only (S1). */

import type { Definition, Key, WireValue } from "../api";
import { baseSegment, overlayOf } from "../layers/merge";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { Store } from "../store/store";
import type { FileSource } from "./server";
import { fileColumns } from "./wanted-files";

const ESCAPED = /["\\\p{C}\p{Z}]/u;

/**
 * For each of these pictures a row that has it, where there is one. Rows are looked through as text, a segment at a
 * time, until all are found.
 *
 * @throws ClientError `superseded`: a sync replaced what is being read.
 */
export async function findPictures(
  store: Store,
  definition: Definition,
  names: ReadonlySet<string>,
): Promise<Map<string, FileSource>> {
  const found = new Map<string, FileSource>();
  const { entities } = await store.overview();
  for (const [entity, record] of Object.entries(entities)) {
    const attributes = fileColumns(definition, entity, record.columns).filter(({ picture }) => picture);
    if (attributes.length === 0) continue;
    const note = (row: WireValue[]) => {
      for (const { name: attribute, column } of attributes) {
        const name = row[column];
        if (typeof name !== "string" || !names.has(name) || found.has(name)) continue;
        found.set(name, { name, entity, attribute, key: row[0] as Key, picture: true });
      }
    };
    const order = keyOrder(trackedKeyType(definition, entity) ?? "string");
    const source = { store, entity, order, content: record };
    const overlay = await overlayOf(source);
    for (const { text } of overlay.unsorted()) {
      if (mayName(text, names)) note(JSON.parse(text) as WireValue[]);
    }
    for (let number = 0; number < record.segments && found.size < names.size; number++) {
      const { text } = await baseSegment(source, number);
      if (!mayName(text, names)) continue;
      for (const line of text.split("\n")) {
        if (line === "" || !mayName(line, names)) continue;
        const row = JSON.parse(line) as WireValue[];
        if (!overlay.hides(row[0] as Key)) note(row);
      }
    }
    if (found.size === names.size) break;
  }
  return found;
}

/** Whether one of these names may be in a text of rows: how JSON writes what has to be escaped is up to its writer. */
function mayName(text: string, names: ReadonlySet<string>): boolean {
  for (const name of names) if (ESCAPED.test(name) || text.includes(name)) return true;
  return false;
}
