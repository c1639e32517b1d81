/** Sorting many rows at once: each value is compared once, however many rows have it. */

import type { WireValue } from "../api";
import type { Compare } from "./order";

/** Place of each value in their order, in which equal ones share theirs; nulls come last either way. */
export function ranksOf(values: ReadonlySet<WireValue>, compare: Compare, descending: boolean): Map<WireValue, number> {
  const sorted = [...values].filter((value) => value !== null);
  // In the order of their code points they are nearly in the order of people too: comparing as people do costs more.
  if (sorted.every((value) => typeof value === "string")) sorted.sort();
  sorted.sort(compare);
  let rank = 0;
  const ranks = new Map<WireValue, number>();
  for (const [at, value] of sorted.entries()) {
    if (at > 0 && compare(sorted[at - 1] as WireValue, value) !== 0) rank++;
    ranks.set(value, rank);
  }
  if (descending) for (const [value, ascending] of ranks) ranks.set(value, rank - ascending);
  return ranks.set(null, rank + 1);
}

/** The rows by their ranks; those of equal rank stay as they were. */
export function sortByRank(rows: Uint32Array, ranks: Uint32Array): Uint32Array {
  const most = rows.reduce((greatest, row) => Math.max(greatest, ranks[row] as number), 0);
  // How many rows come before those of each rank.
  const next = new Uint32Array(most + 2);
  for (const row of rows) next[(ranks[row] as number) + 1] = (next[(ranks[row] as number) + 1] as number) + 1;
  for (let rank = 1; rank <= most; rank++) next[rank] = (next[rank] as number) + (next[rank - 1] as number);
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) {
    const rank = ranks[row] as number;
    const at = next[rank] as number;
    next[rank] = at + 1;
    sorted[at] = row;
  }
  return sorted;
}
