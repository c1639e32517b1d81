/** Which rows meet conditions: a mark for each row number, kept for the pages and counts that are asked for next. */

import type { WireValue } from "../api";
import { type Base, SEGMENT_NUMBERS } from "./base";
import { foldedLine, markLines } from "./columns";
import { words } from "./fold";
import type { Conditions } from "./table";
import type { Upper } from "./upper";
import { matcher, type Wanted } from "./where";

/** Selections that are kept. */
const MOST_KEPT = 16;

interface Search {
  words: string[];
  marks: Uint8Array;
}

export class Selections {
  /** In order of use, the latest last. */
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  /** The searches that were answered last, the latest last. */
  private searches: Search[] = [];
  private folded: (string | undefined)[] = [];

  constructor(
    private readonly base: Base,
    private readonly upper: Upper,
  ) {}

  /** The rows that meet all conditions; `null` when there are none, and all rows do. */
  async of({ search = "", where = {} }: Conditions): Promise<Uint8Array | null> {
    const conditions = Object.entries(where).map(([name, wanted]) => ({
      id: JSON.stringify([name, wanted]),
      select: () => this.selectWhere(name, wanted),
    }));
    const wanted = words(search);
    if (wanted.length > 0) conditions.push({ id: wanted.join(" "), select: () => this.selectSearch(wanted) });
    if (conditions.length === 0) return null;
    return this.keep(JSON.stringify(conditions.map(({ id }) => id)), async () => {
      const selected = await Promise.all(conditions.map(({ id, select }) => this.keep(id, select)));
      return selected.length === 1 ? (selected[0] as Uint8Array) : intersection(selected);
    });
  }

  /** All rows. */
  all(): Promise<Uint8Array> {
    return this.keep("", async () => {
      const marks = this.upper.newMarks();
      for (const [segment, rows] of (await this.base.sizes()).entries()) {
        const first = segment * SEGMENT_NUMBERS;
        marks.fill(1, first, first + rows);
      }
      return this.finish(marks, () => true);
    });
  }

  private async selectWhere(name: string, wanted: Wanted): Promise<Uint8Array> {
    const matches = matcher(this.base.attribute(name).type, wanted);
    const columns = (await this.base.columns([name])).get(name) ?? [];
    const marks = this.upper.newMarks();
    for (const [segment, { values, ids }] of columns.entries()) {
      const hits = values.map(matches);
      if (!hits.includes(true)) continue;
      const first = segment * SEGMENT_NUMBERS;
      for (let at = 0; at < ids.length; at++) if (hits[ids[at] as number]) marks[first + at] = 1;
    }
    const at = this.base.at(name);
    return this.finish(marks, (_number, row) => matches(row[at] ?? null));
  }

  private async selectSearch(wanted: string[]): Promise<Uint8Array> {
    const folded = await this.base.folded();
    // What was found for less is all that can be found for more.
    const within = this.searches.findLast((before) => isNarrowed(before.words, wanted))?.marks ?? null;
    const marks = this.upper.newMarks();
    for (const [segment, lines] of folded.entries()) {
      const first = segment * SEGMENT_NUMBERS;
      if (within !== null && !within.subarray(first, first + SEGMENT_NUMBERS).includes(1)) continue;
      markLines(lines, wanted, marks, first, within);
    }
    const { searched } = this.base;
    this.finish(marks, (number, row) => {
      this.folded[number - this.base.limit] ??= foldedLine(row, searched);
      const line = this.folded[number - this.base.limit] as string;
      return wanted.every((word) => line.includes(word));
    });
    this.searches = [...this.searches.slice(1 - MOST_KEPT / 2), { words: wanted, marks }];
    return marks;
  }

  private finish(marks: Uint8Array, test: (number: number, row: WireValue[]) => boolean): Uint8Array {
    this.upper.conceal(marks);
    for (const [number, row] of this.upper.live()) marks[number] = Number(test(number, row));
    return marks;
  }

  private keep(id: string, select: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const marks = this.kept.get(id) ?? select();
    this.kept.delete(id);
    this.kept.set(id, marks);
    marks.catch(() => this.kept.delete(id));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(oldest);
    }
    return marks;
  }
}

/** Whether all that has the new words has the old ones. */
function isNarrowed(before: readonly string[], wanted: readonly string[]): boolean {
  return before.every((word) => wanted.some((longer) => longer.includes(word)));
}

function intersection([first, ...others]: readonly Uint8Array[]): Uint8Array {
  return (first ?? new Uint8Array()).map((mark, number) => (others.every((other) => other[number] === 1) ? mark : 0));
}
