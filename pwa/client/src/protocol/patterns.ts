/** Sync patterns, by their words in the definition. */

import type { AttributeType, Definition } from "../api";

/** Server to device, only what changed; and what there is can be compared by ranges of keys. */
export const TRACKED = "read-only-optimized";

/** Both ways; of two who change the same, the last one wins. */
export const READ_WRITE = "read-write";

/** Both ways; who changes what somebody else has changed meanwhile is asked. */
export const READ_WRITE_CONFLICTS = "read-write-conflicts";

/** No sync at all: what only this device has. */
export const LOCAL = "local";

/** Whether devices change its records, which are sent to the server. Their rows have a `_version`. */
export function isWritable(pattern: string): boolean {
  return pattern === READ_WRITE || pattern === READ_WRITE_CONFLICTS;
}

/** Whether only what changed travels. */
export function isTracked(pattern: string): boolean {
  return pattern === TRACKED || isWritable(pattern);
}

/** Type of the key of an entity with a tracked pattern; `null` for any other entity. */
export function trackedKeyType(definition: Definition | undefined, entity: string): AttributeType | null {
  const declared = definition?.entities.find(({ name }) => name === entity);
  return declared !== undefined && isTracked(declared.pattern) ? (declared.attributes[0]?.type ?? null) : null;
}
