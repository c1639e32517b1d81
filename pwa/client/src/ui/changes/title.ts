/** What the record of a change is called, as lists call it. */
import type { Definition, PendingChange } from "../../api";
import { format } from "../format";
import { findEntity, keyTitle, recordTitle, titleAttribute } from "../model";

export function changeTitle(definition: Definition | null, change: PendingChange): string {
  const { title, key, base, values } = change;
  const entity = findEntity(definition, change.entity);
  if (!entity) return title;
  const row = { ...base, ...values, [entity.key]: key };
  const named = titleAttribute(entity);
  if (named && named.name in row && named.name !== entity.key) return recordTitle(entity, row, format());
  // What is carried along of another record is with the row, not with the change, which has it in words.
  return title === String(key) ? keyTitle(entity, key) : title;
}
