/** How the values of an attribute are spread over rows: what a filter offers. */

import type { AttributeDefinition, AttributeType, Facet, WireValue } from "../api";
import type { Column } from "./columns";
import { isLocalKey } from "./local-keys";
import { compareNumbers, comparison, isNumeric } from "./order";

const MOST_VALUES = 1000;

/** Their values are measured, not chosen one by one, unless the attribute names choices. */
const RANGES_ONLY: ReadonlySet<AttributeType> = new Set([
  ...(["decimal", "float", "date", "time", "datetime", "duration", "json"] as const),
]);
/** These have a least and a greatest value that mean something to a person. */
const MEASURED: ReadonlySet<AttributeType> = new Set([
  ...(["integer", "decimal", "float", "date", "time", "datetime", "duration"] as const),
]);

/** Whether the values of an attribute are offered one by one. */
export function isChosen({ type, choices, relation }: AttributeDefinition): boolean {
  return choices !== undefined || relation !== undefined || !RANGES_ONLY.has(type);
}

/**
 * `counts`: rows by value, in the order in which the values were met; of what is not chosen any number will do. Keys of
 * records that the server has not got are values, but neither the least nor the greatest.
 */
export function facetOf(attribute: AttributeDefinition, counts: Map<WireValue, number>): Facet {
  const { type } = attribute;
  // Sorting keeps the order of those that are equally common.
  const values = isChosen(attribute) ? [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_VALUES) : [];
  const range = MEASURED.has(type)
    ? rangeOf(
        type,
        [...counts.keys()].filter((value) => !isLocalKey(value)),
      )
    : null;
  return { values, min: range?.min ?? null, max: range?.max ?? null };
}

/** Numbers of a column's values, converted once. */
const converted = new WeakMap<Column, Float64Array>();

/** The least and the greatest of a column's values that occur in some rows; none where there are none but nulls. */
export function endsOf(column: Column, rows: Uint16Array, type: AttributeType): WireValue[] {
  const { values } = column;
  if (!isNumeric(type)) {
    const { min, max } = rangeOf(
      type,
      values.filter((_, id) => rows[id] !== 0),
    );
    return min === null ? [] : [min, max];
  }
  const numbers = converted.get(column) ?? Float64Array.from(values, Number);
  converted.set(column, numbers);
  const before = (id: number, other: number): boolean => {
    const x = numbers[id] as number;
    const y = numbers[other] as number;
    if (x < y || x > y) return x < y;
    return compareNumbers(values[id] as WireValue, values[other] as WireValue) < 0;
  };
  let min = -1;
  let max = -1;
  for (let id = 0; id < values.length; id++) {
    if (rows[id] === 0 || values[id] === null) continue;
    if (min < 0 || before(id, min)) min = id;
    if (max < 0 || before(max, id)) max = id;
  }
  return min < 0 ? [] : [values[min] as WireValue, values[max] as WireValue];
}

function rangeOf(type: AttributeType, values: Iterable<WireValue>): { min: WireValue; max: WireValue } {
  const compare = comparison(type);
  let min: WireValue = null;
  let max: WireValue = null;
  for (const value of values) {
    if (value === null) continue;
    if (min === null || compare(value, min) < 0) min = value;
    if (max === null || compare(value, max) > 0) max = value;
  }
  return { min, max };
}

export function countValues(values: Iterable<WireValue>): Map<WireValue, number> {
  const counts = new Map<WireValue, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
