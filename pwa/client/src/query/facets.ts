/** How the values of an attribute are spread over rows: what a filter offers. */

import type { AttributeDefinition, AttributeType, Facet, WireValue } from "../api";
import { comparison } from "./order";

const MOST_VALUES = 1000;

/** Their values are measured, not chosen one by one, unless the attribute names choices. */
const RANGES_ONLY: ReadonlySet<AttributeType> = new Set([
  ...(["decimal", "float", "date", "time", "datetime", "duration", "json"] as const),
]);
/** These have a least and a greatest value that mean something to a person. */
const MEASURED: ReadonlySet<AttributeType> = new Set([
  ...(["integer", "decimal", "float", "date", "time", "datetime", "duration"] as const),
]);

/** `counts`: rows by value, in the order in which the values were met. */
export function facetOf({ type, choices, relation }: AttributeDefinition, counts: Map<WireValue, number>): Facet {
  const isChosen = choices !== undefined || relation !== undefined || !RANGES_ONLY.has(type);
  // Sorting keeps the order of those that are equally common.
  const values = isChosen ? [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_VALUES) : [];
  const facet: Facet = { values, min: null, max: null };
  if (!MEASURED.has(type)) return facet;
  const compare = comparison(type);
  for (const value of counts.keys()) {
    if (value === null) continue;
    if (facet.min === null || compare(value, facet.min) < 0) facet.min = value;
    if (facet.max === null || compare(value, facet.max) > 0) facet.max = value;
  }
  return facet;
}

export function countValues(values: Iterable<WireValue>): Map<WireValue, number> {
  const counts = new Map<WireValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
