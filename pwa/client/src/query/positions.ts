/** Row numbers in an order, kept in it while some of them change. */

export type CompareRows = (a: number, b: number) => number;

/**
 * The same order without those that left it and with those that came, in any order, each put where it belongs: no
 * other rows are compared.
 */
export function rearrange(
  order: Uint32Array,
  hasLeft: (row: number) => boolean,
  came: readonly number[],
  compare: CompareRows,
): Uint32Array {
  const stayed = order.filter((row) => !hasLeft(row));
  const result = new Uint32Array(stayed.length + came.length);
  let from = 0;
  let length = 0;
  for (const row of [...came].sort(compare)) {
    const at = firstAfter(stayed, row, compare, from);
    result.set(stayed.subarray(from, at), length);
    length += at - from;
    result[length++] = row;
    from = at;
  }
  result.set(stayed.subarray(from), length);
  return result;
}

/** The first place, from `low` on, whose row comes after this one. */
function firstAfter(order: Uint32Array, row: number, compare: CompareRows, low: number): number {
  let from = low;
  let to = order.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare(order[middle] as number, row) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
