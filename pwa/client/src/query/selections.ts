/** Which rows meet conditions: a mark for each row number, kept for the pages and counts that are asked for next. */

import type { WireValue } from "../api";
import { type Base, SEGMENT_NUMBERS } from "./base";
import { foldedLine, markLines } from "./columns";
import { words } from "./fold";
import type { Conditions } from "./table";
import type { Changes, Upper } from "./upper";
import { matcher, type Wanted } from "./where";

/** Selections that are kept. */
const MOST_KEPT = 16;

type Test = (row: WireValue[]) => boolean;

interface Condition {
  id: string;
  /** Whether a row meets it. */
  test: Test;
  /** Marks the rows of the base that meet it. `searches`: what was found before. */
  mark(marks: Uint8Array, searches: readonly Search[]): Promise<void>;
  /** Of a search. */
  words?: string[];
}

interface Search {
  words: string[];
  marks: Uint8Array;
}

interface Kept {
  test: Test;
  marks: Promise<Uint8Array>;
}

export class Selections {
  /** In order of use, the latest last. */
  private readonly kept: Map<string, Kept>;

  /** `server`: of the rows without local changes, if these are with them. */
  private constructor(
    private readonly base: Base,
    private readonly upper: Upper,
    private readonly server: Selections | null,
    kept: Iterable<[string, Kept]> = [],
    /** The searches that were answered last, the latest last. */
    private searches: Search[] = [],
    private readonly folded = new WeakMap<WireValue[], string>(),
  ) {
    this.kept = new Map(kept);
  }

  static of(base: Base, upper: Upper): Selections {
    return new Selections(base, upper, null);
  }

  /** The same of the rows as they are with other layers: only what changed is looked at. */
  async with(upper: Upper, changed: Changes): Promise<Selections> {
    return new Selections(this.base, upper, null, await this.changed(upper, changed), this.searches, this.folded);
  }

  /** The same of the rows with other local changes. What was not asked for yet comes from the server's. */
  async over(server: Selections, upper: Upper, changed: Changes): Promise<Selections> {
    return new Selections(this.base, upper, server, await this.changed(upper, changed), [], this.folded);
  }

  private async changed(upper: Upper, changed: Changes): Promise<[string, Kept][]> {
    const kept: [string, Kept][] = [];
    for (const [id, { test, marks: marking }] of this.kept) {
      const marks = await marking.catch(() => null);
      if (marks !== null) kept.push([id, { test, marks: Promise.resolve(changedMarks(marks, test, upper, changed)) }]);
    }
    return kept;
  }

  /** The rows that meet all conditions; `null` when there are none, and all rows do. */
  async of({ search = "", where = {} }: Conditions): Promise<Uint8Array | null> {
    const conditions = Object.entries(where).map(([name, wanted]) => this.equality(name, wanted));
    const wanted = words(search);
    if (wanted.length > 0) conditions.push(this.search(wanted));
    if (conditions.length === 0) return null;
    const id = JSON.stringify(conditions.map((condition) => condition.id));
    const test: Test = (row) => conditions.every((condition) => condition.test(row));
    return this.keep(id, test, async () => {
      const selected = await Promise.all(conditions.map((condition) => this.one(condition)));
      return selected.length === 1 ? (selected[0] as Uint8Array) : intersection(selected);
    });
  }

  /** All rows. */
  all(): Promise<Uint8Array> {
    const mark = async (marks: Uint8Array) => {
      for (const [segment, rows] of (await this.base.sizes()).entries()) {
        const first = segment * SEGMENT_NUMBERS;
        marks.fill(1, first, first + rows);
      }
    };
    return this.one({ id: "", test: () => true, mark });
  }

  private equality(name: string, wanted: Wanted): Condition {
    const matches = matcher(this.base.attribute(name), wanted);
    const at = this.base.at(name);
    const mark = async (marks: Uint8Array) => {
      const columns = (await this.base.columns([name])).get(name) ?? [];
      for (const [segment, { values, ids }] of columns.entries()) {
        const hits = values.map(matches);
        if (!hits.includes(true)) continue;
        const first = segment * SEGMENT_NUMBERS;
        for (let row = 0; row < ids.length; row++) if (hits[ids[row] as number]) marks[first + row] = 1;
      }
    };
    return { id: JSON.stringify([name, wanted]), test: (row) => matches(row[at] ?? null), mark };
  }

  private search(wanted: string[]): Condition {
    const { searched } = this.base;
    const test: Test = (row) => {
      let line = this.folded.get(row);
      if (line === undefined) {
        line = foldedLine(row, searched);
        this.folded.set(row, line);
      }
      return wanted.every((word) => (line as string).includes(word));
    };
    const mark = async (marks: Uint8Array, searches: readonly Search[]) => {
      const folded = await this.base.folded();
      // What was found for less is all that can be found for more.
      const within = searches.findLast((before) => isNarrowed(before.words, wanted))?.marks ?? null;
      for (const [segment, lines] of folded.entries()) {
        const first = segment * SEGMENT_NUMBERS;
        if (within !== null && !within.subarray(first, first + SEGMENT_NUMBERS).includes(1)) continue;
        markLines(lines, wanted, marks, first, within);
      }
    };
    return { id: wanted.join(" "), test, mark, words: wanted };
  }

  private one(condition: Condition): Promise<Uint8Array> {
    return this.keep(condition.id, condition.test, async () => {
      const { server, upper } = this;
      if (server !== null) return changedMarks(await server.one(condition), condition.test, upper, upper.local);
      return this.select(condition);
    });
  }

  private async select({ test, mark, words: searched }: Condition): Promise<Uint8Array> {
    const marks = this.upper.newMarks();
    await mark(marks, this.searches);
    this.upper.conceal(marks);
    for (const [number, row] of this.upper.live()) marks[number] = Number(test(row));
    if (searched !== undefined) {
      this.searches = [...this.searches.slice(1 - MOST_KEPT / 2), { words: searched, marks }];
    }
    return marks;
  }

  private keep(id: string, test: Test, select: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const marks = this.kept.get(id)?.marks ?? select();
    this.kept.delete(id);
    this.kept.set(id, { test, marks });
    marks.catch(() => this.kept.delete(id));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(oldest);
    }
    return marks;
  }
}

function changedMarks(marks: Uint8Array, test: Test, upper: Upper, changed: Changes): Uint8Array {
  const next = upper.newMarks();
  next.set(marks);
  for (const [number, row] of changed) next[number] = Number(row !== null && test(row));
  return next;
}

/** Whether all that has the new words has the old ones. */
function isNarrowed(before: readonly string[], wanted: readonly string[]): boolean {
  return before.every((word) => wanted.some((longer) => longer.includes(word)));
}

function intersection([first, ...others]: readonly Uint8Array[]): Uint8Array {
  return (first ?? new Uint8Array()).map((mark, number) => (others.every((other) => other[number] === 1) ? mark : 0));
}
