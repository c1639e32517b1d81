/** How many changes of what, in words. */
import type { Definition, PendingChange } from "../../api";
import type { Formatter } from "../format";
import { findEntity } from "../model";
import { t } from "../texts";

export interface Counted {
  entity: string;
  count: number;
}

/** In the order of the definition, those it does not have last. */
export function countByEntity(definition: Definition | null, changes: readonly PendingChange[]): Counted[] {
  const counts = new Map<string, number>(definition?.entities.map(({ name }) => [name, 0]));
  for (const { entity } of changes) counts.set(entity, (counts.get(entity) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 0).map(([entity, count]) => ({ entity, count }));
}

/** "2 customers and 1 order". */
export function countText(definition: Definition | null, changes: readonly PendingChange[], format: Formatter): string {
  const parts = countByEntity(definition, changes).map(({ entity, count }) => {
    const known = findEntity(definition, entity);
    const label = count === 1 ? known?.label : known?.label_plural;
    return t("results", { number: format.count(count), name: label ?? entity });
  });
  return format.list(parts);
}
