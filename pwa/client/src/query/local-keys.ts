/** Keys of records that the server has not got (decision 0030). They come after all others, whatever the type. */

import type { AttributeDefinition, EntityDefinition, WireValue } from "../api";
import { isLocalKey } from "../outbox/types";

export { isLocalKey };

/** Whether values of the attribute are keys of records that may have been made on a device. */
export function holdsKeys(entity: Pick<EntityDefinition, "key">, { name, relation }: AttributeDefinition): boolean {
  return relation !== undefined || name === entity.key;
}

/** Local keys are ordered among themselves by their text, which says nothing: it is random. */
export function localKeysLast<T extends WireValue>(compare: (a: T, b: T) => number): (a: T, b: T) => number {
  return (a, b) => {
    if (!isLocalKey(a) && !isLocalKey(b)) return compare(a, b);
    if (isLocalKey(a) && isLocalKey(b)) return a < b ? -1 : Number(a > b);
    return isLocalKey(a) ? 1 : -1;
  };
}
