/** Saves edits of an app's records. */
import type { Edit, Key } from "../../api";

/**
 * Saves all of them or none. One edit alone is no group: nothing holds it back but itself.
 *
 * @returns the keys of the records, in the order of the edits; of what is deleted alone none.
 * @throws what `createOrUpdate`, `delete` and `saveTogether` reject with.
 */
export async function write(edits: readonly Edit[]): Promise<(Key | undefined)[]> {
  const [only, ...more] = edits;
  if (!only) return [];
  const api = window.offline.entities[only.entity];
  if (more.length || !api) return window.offline.saveTogether([...edits]);
  if (!("delete" in only)) return [await api.createOrUpdate(only.values)];
  await api.delete(only.delete);
  return [undefined];
}
