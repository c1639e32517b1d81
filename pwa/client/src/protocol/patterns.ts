/** Sync patterns, by their words in the definition. */

import type { AttributeType, Definition } from "../api";

/** Server to device, only what changed; and what there is can be compared by ranges of keys. */
export const TRACKED = "read-only-optimized";

/** No sync at all: what only this device has. */
export const LOCAL = "local";

/** Type of the key of an entity with a tracked pattern; `null` for any other entity. */
export function trackedKeyType(definition: Definition | undefined, entity: string): AttributeType | null {
  const declared = definition?.entities.find(({ name }) => name === entity);
  return declared?.pattern === TRACKED ? (declared.attributes[0]?.type ?? null) : null;
}
