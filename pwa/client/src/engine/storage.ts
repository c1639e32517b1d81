/** How much the device holds, and of what. */

import type { StorageReport } from "../api";
import type { StorageFigures } from "../ports";
import type { Content, Store } from "../store/store";

/** `store`: of the person, `null` where nobody is signed in. */
export async function storageReport(store: Store | null, figures: StorageFigures): Promise<StorageReport> {
  const [estimate, persisted] = await Promise.all([figures.estimate(), figures.persisted()]);
  const browser = { usage: estimate?.usage ?? null, quota: estimate?.quota ?? null, persisted };
  if (store === null) return { entities: {}, pictures: { count: 0, bytes: 0, budget: null, missing: 0 }, ...browser };
  const [overview, { kept, budget }] = await Promise.all([store.overview(), store.fileFigures()]);
  const entities: StorageReport["entities"] = {};
  for (const [name, record] of Object.entries(overview.entities)) {
    entities[name] = { rows: record.rows, bytes: textBytes(record) };
  }
  const { small, large, file } = kept;
  const pictures = {
    // A picture in two sizes is one.
    count: Math.max(small.count, large.count) + file.count,
    bytes: small.bytes + large.bytes + file.bytes,
    budget,
    missing: overview.filesMissing,
  };
  return { entities, pictures, ...browser };
}

/** Of the text of an entity's rows, layers included. */
export function textBytes({ bytes, layers }: Content): number {
  return layers.reduce((sum, layer) => sum + layer.bytes, bytes);
}
