/** Sets of keys, as intervals between keys. */

import type { Key } from "../api";
import type { KeyOrder } from "../protocol/keys";
import type { Gap } from "../store/store";

export class Gaps {
  /** In order, none overlapping another. */
  readonly list: readonly Gap[];

  constructor(
    private readonly order: KeyOrder,
    gaps: readonly Gap[],
  ) {
    const joined: Gap[] = [];
    for (const gap of [...gaps].sort((a, b) => this.compareStarts(a, b))) {
      const last = joined.at(-1);
      // Two that only touch stay two: the key between them may belong to neither.
      if (last !== undefined && this.joins(last, gap)) joined[joined.length - 1] = this.join(last, gap);
      else joined.push(gap);
    }
    this.list = joined;
  }

  has(key: Key): boolean {
    const gap = this.list[this.firstAtOrAfter(key) - 1];
    return gap !== undefined && this.contains(gap, key);
  }

  /** Those that may have a key after the first, up to and with the second; `null`: no bound. */
  between(after: Key | null, until: Key | null): readonly Gap[] {
    const end = until === null ? this.list.length : this.firstAtOrAfter(until);
    let start = end;
    while (start > 0 && this.reaches(this.list[start - 1] as Gap, after)) start--;
    return this.list.slice(start, end);
  }

  /** Whether there is such a one. */
  touches(after: Key | null, until: Key | null): boolean {
    const end = until === null ? this.list.length : this.firstAtOrAfter(until);
    const gap = this.list[end - 1];
    return gap !== undefined && this.reaches(gap, after);
  }

  /** The one that all of this gap is in, if it was among those that were joined. */
  around(gap: Gap): Gap {
    const { after } = gap;
    if (after === null) return this.list[0] ?? gap;
    const next = this.firstAtOrAfter(after);
    const start = this.list[next]?.after ?? null;
    return (start !== null && this.order(start, after) === 0 ? this.list[next] : this.list[next - 1]) ?? gap;
  }

  /** Number of the first gap that begins at this key or after it. */
  private firstAtOrAfter(key: Key): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const after = this.list[middle]?.after ?? null;
      if (after === null || this.order(after, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private contains({ before, closed }: Gap, key: Key): boolean {
    if (before === null) return true;
    const compared = this.order(key, before);
    return compared < 0 || (closed === true && compared === 0);
  }

  /** Whether the gap goes on after this key (`null`: before all keys). */
  private reaches({ before }: Gap, after: Key | null): boolean {
    return before === null || after === null || this.order(after, before) < 0;
  }

  /** Whether nothing is between a gap and one that begins no earlier. */
  private joins(last: Gap, { after }: Gap): boolean {
    if (this.reaches(last, after)) return true;
    return last.closed === true && after !== null && last.before !== null && this.order(after, last.before) === 0;
  }

  private join(a: Gap, b: Gap): Gap {
    if (a.before === null || b.before === null) return { after: a.after, before: null };
    const compared = this.order(a.before, b.before);
    const longer = compared > 0 || (compared === 0 && a.closed) ? a : b;
    return { ...longer, after: a.after };
  }

  private compareStarts(a: Gap, b: Gap): number {
    if (a.after === null || b.after === null) return Number(b.after === null) - Number(a.after === null);
    return this.order(a.after, b.after);
  }
}
