/**
 * The rows of the layers over a base (decision 0014), and of local changes over both (0030), in memory; and which rows of
 * the base they hide.
 */

import type { Key, LocalFacts, WireValue } from "../api";
import { Gaps } from "../layers/gaps";
import { gapsOf } from "../layers/overlay";
import { parseLines } from "../store/lines";
import type { Segment } from "../store/store";
import type { Base } from "./base";
import { Numbers } from "./numbers";

/** The rows of these numbers as they are now; `null` where there is none to be seen. */
export type Changes = ReadonlyMap<number, WireValue[] | null>;

/** A record that this device changes. */
export interface Laid {
  key: Key;
  /** The server's, if it has the record. */
  below: { number: number; row: WireValue[] } | null;
  /** The device's; `null` when it was deleted here, `undefined` when nothing of it is changed any more. */
  row: WireValue[] | null | undefined;
  facts: LocalFacts | null;
}

export class Upper {
  /** By number less the base's limit; `null` where one is gone, `undefined` where only another table has one. */
  readonly rows: (WireValue[] | null | undefined)[];
  /** Of each of the rows, the generation of the layer that brought it; absent where that is not known. */
  private readonly origins: (number | undefined)[];
  private readonly numbers: Numbers;
  /** Numbers of the base's rows that are not to be seen. */
  private readonly hidden: Uint8Array | null;
  /** What is not as the server has it. */
  readonly local: Map<number, WireValue[] | null>;
  /** How the rows of its own stand that are not. */
  readonly facts: Map<number, LocalFacts>;

  private constructor(
    private readonly base: Base,
    before?: Upper,
  ) {
    this.local = new Map(before?.local);
    this.facts = new Map(before?.facts);
    this.rows = before === undefined ? [] : [...before.rows];
    this.origins = before === undefined ? [] : [...before.origins];
    this.numbers = before?.numbers ?? new Numbers(base.limit);
    this.hidden = before === undefined ? null : (before.hidden?.slice() ?? new Uint8Array(base.limit));
  }

  /** No layers. */
  static none(base: Base): Upper {
    return new Upper(base);
  }

  /** With more layers over it, of these generations, and the rows that came, changed or went with them. */
  async with(
    layers: readonly Segment[][],
    generations: readonly number[] = [],
  ): Promise<{ upper: Upper; changed: Changes }> {
    const upper = new Upper(this.base, this);
    const changed = new Set<number>();
    // One layer after the other: its gaps hide rows of those before.
    for (const [at, layer] of layers.entries()) await upper.lay(layer, generations[at], changed);
    return { upper, changed: new Map([...changed].map((number) => [number, upper.row(number)])) };
  }

  /** With these records as this device has them, over those of `server`, which this one lies over, too. */
  over(server: Upper, records: readonly Laid[]): { upper: Upper; changed: Changes } {
    const upper = new Upper(this.base, this);
    const changed = new Map<number, WireValue[] | null>();
    for (const record of records) upper.layLocal(server, record, changed);
    return { upper, changed };
  }

  private layLocal(server: Upper, { key, below, row, facts }: Laid, changed: Map<number, WireValue[] | null>): void {
    const { limit } = this.base;
    const own = this.numbers.give(key);
    const isBack = row === undefined;
    while (this.rows.length <= own - limit) this.rows.push(undefined);
    this.rows[own - limit] = isBack ? server.rows[own - limit] : row;
    changed.set(own, this.row(own));
    if (below !== null && below.number < limit && this.hidden !== null) {
      this.hidden[below.number] = Number(!isBack);
      changed.set(below.number, isBack ? below.row : null);
    }
    for (const number of [own, ...(below === null ? [] : [below.number])]) {
      if (isBack) this.local.delete(number);
      else this.local.set(number, changed.get(number) ?? null);
    }
    if (facts === null) this.facts.delete(own);
    else this.facts.set(own, facts);
  }

  private async lay(layer: readonly Segment[], generation: number | undefined, changed: Set<number>): Promise<void> {
    const { base, rows } = this;
    const gaps = new Gaps(base.keyOrder, gapsOf(layer));
    if (gaps.list.length > 0) {
      this.hide(await base.within(gaps), changed);
      for (const [at, row] of rows.entries()) {
        if (row === null || row === undefined || !gaps.has(row[0] as Key)) continue;
        rows[at] = null;
        changed.add(base.limit + at);
      }
    }
    const lines = layer.flatMap(({ text }) => parseLines(text));
    const seen = (key: Key) => rows[(this.numbers.find(key) ?? Number.POSITIVE_INFINITY) - base.limit] !== undefined;
    const found = await base.find(lines.map((row) => row[0] as Key).filter((key) => !seen(key)));
    this.hide(found.values(), changed);
    for (const row of lines) {
      const number = this.numbers.give(row[0] as Key);
      while (rows.length <= number - base.limit) rows.push(undefined);
      rows[number - base.limit] = row;
      this.origins[number - base.limit] = generation;
      changed.add(number);
    }
  }

  private hide(numbers: Iterable<number>, changed: Set<number>): void {
    const { hidden } = this;
    if (hidden === null) return;
    for (const number of numbers) {
      if (hidden[number] === 1) continue;
      hidden[number] = 1;
      changed.add(number);
    }
  }

  /** Number of the row with this key, if it is one of its own. */
  find(key: Key): number | undefined {
    const number = this.numbers.find(key);
    return number !== undefined && this.row(number) !== null ? number : undefined;
  }

  /** Its own row of this number. */
  row(number: number): WireValue[] | null {
    return this.rows[number - this.base.limit] ?? null;
  }

  /** Whether the row of this number, of the base or its own, is to be seen. */
  isLive(number: number): boolean {
    return number < this.base.limit ? this.hidden?.[number] !== 1 : this.row(number) !== null;
  }

  /** Its own rows that are to be seen, by number. */
  *live(): Generator<[number: number, row: WireValue[]]> {
    for (const [at, row] of this.rows.entries()) {
      if (row !== null && row !== undefined) yield [this.base.limit + at, row];
    }
  }

  /** The numbers of its rows that layers of other generations than these brought. */
  since(generations: ReadonlySet<number>): number[] {
    const isNew = (number: number) => !generations.has(this.origins[number - this.base.limit] ?? Number.NaN);
    return [...this.live()].map(([number]) => number).filter(isNew);
  }

  /** A mark for each number. */
  newMarks(): Uint8Array {
    return new Uint8Array(this.base.limit + this.rows.length);
  }

  /** Takes the marks off the base's rows that are not to be seen. */
  conceal(marks: Uint8Array): void {
    const { hidden } = this;
    if (hidden === null) return;
    for (let number = 0; number < hidden.length; number++) if (hidden[number] === 1) marks[number] = 0;
  }
}
