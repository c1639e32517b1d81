/**
 * The base of an entity (decision 0014), without holding its rows: text is read a segment at a time, and what is needed
 * of all rows is kept in compact form (decision 0016). A row's number says its segment and its place in it.
 */

import type { AttributeDefinition, EntityDefinition, Key, WireValue } from "../api";
import type { Gaps } from "../layers/gaps";
import { ClientError } from "../protocol/errors";
import { type KeyOrder, keyOrder } from "../protocol/keys";
import { firstWhere, Lines } from "../store/lines";
import type { Segment } from "../store/store";
import { type Column, columnOf, foldedLines } from "./columns";
import { Parts } from "./parts";
import { usualColumns } from "./usual";

/** No segment has more rows than numbers. */
export const SEGMENT_NUMBERS = 1024;
/** Characters of the segments read last that are kept: of 100,000 rows all, or nearly. */
const TEXT_KEPT = 32_000_000;
/** Segments that are in memory as rows when all are gone through. */
const AT_ONCE = 8;

/** The rows in the store are not those that were read before: whoever asked has to look again. */
export class Stale extends Error {}

/** What was worked out of one segment, as it was stored. */
export interface StoredPart {
  number: number;
  /** Of the segment: one from which rows were removed since has fewer. */
  rows: number;
  data: unknown;
}

/** Where a base is read from. */
export interface Origin {
  /** `null` for those that are gone. */
  segments(numbers: readonly number[]): Promise<(Segment | null)[]>;
  /** What was stored of this base under this name. */
  parts(name: string): Promise<StoredPart[]>;
}

export interface Place {
  segments: number;
  /** Key of the last row of each segment; `null` where nothing is known of which keys are in it. */
  lasts: readonly (Key | null)[];
  /** Names of the attributes in each row. */
  columns: readonly string[];
}

const SEARCH = "search";
const COLUMN = "column:";

export class Base {
  readonly key: AttributeDefinition;
  readonly keyOrder: KeyOrder;
  /** Names of what stands in rows, and after it of attributes that the definition has and these rows do not. */
  readonly layout: readonly string[];
  /** All numbers of its rows are below. */
  readonly limit: number;
  /** Names of what can be stored of it. */
  readonly usual: string[];
  private readonly counts: (number | undefined)[] = [];
  /** In order of use, the latest last. */
  private readonly texts = new Map<number, Lines>();
  private textKept = 0;
  private readonly parts = new Map<string, Parts>();
  private loading: Promise<unknown> = Promise.resolve();

  constructor(
    readonly entity: EntityDefinition,
    readonly place: Place,
    private readonly origin: Origin,
    /** Characters of text that are kept in memory. */
    private readonly textToKeep = TEXT_KEPT,
  ) {
    this.key = this.attribute(entity.key);
    this.keyOrder = keyOrder(this.key.type);
    const lacking = entity.attributes.map(({ name }) => name).filter((name) => !place.columns.includes(name));
    this.layout = [...place.columns, ...lacking];
    this.limit = place.segments * SEGMENT_NUMBERS;
    this.usual = [SEARCH, ...usualColumns(entity).map((name) => `${COLUMN}${name}`)];
  }

  /** The same with more segments after those there are, of which nothing is worked out anew. */
  grown(segments: number): Base {
    const base = new Base(this.entity, { ...this.place, segments }, this.origin, this.textToKeep);
    for (const [segment, rows] of this.counts.entries()) base.counts[segment] = rows;
    for (const [name, parts] of this.parts) base.parts.set(name, parts.grown(segments));
    return base;
  }

  /** @throws ClientError `unknown_attribute`. */
  attribute(name: string): AttributeDefinition {
    const attribute = this.entity.attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) throw new ClientError("unknown_attribute", `${this.entity.name}.${name}`);
    return attribute;
  }

  /** Place of an attribute in a row; behind its end when the definition is newer than the row. */
  at(name: string): number {
    return this.layout.indexOf(name);
  }

  /** Places of the attributes that search looks at. */
  get searched(): number[] {
    return this.entity.search_fields.map((name) => this.at(name)).filter((at) => at >= 0);
  }

  async rows(numbers: Iterable<number>): Promise<WireValue[][]> {
    const all = [...numbers];
    const lines = await this.lines(new Set(all.map(segmentOf)));
    return all.map((number) => lines.get(segmentOf(number))?.row(number % SEGMENT_NUMBERS) ?? []);
  }

  /** Reads text that will be asked for, as much as is kept: what a search finds is all over the base. */
  async readAhead(): Promise<void> {
    const all = Array.from({ length: this.place.segments }, (_, segment) => segment);
    for (const some of inBatches(all)) {
      if (this.textKept > this.textToKeep * 0.9) return;
      await this.lines(some);
    }
  }

  /** The columns of these attributes, by segment. */
  async columns(names: readonly string[]): Promise<Map<string, Column[]>> {
    for (const name of names) this.attribute(name);
    const parts = await this.load(names.map((name) => `${COLUMN}${name}`));
    return new Map(names.map((name) => [name, parts.get(`${COLUMN}${name}`)?.all as Column[]]));
  }

  /** The folded text of the search fields, by segment: a line a row. */
  async folded(): Promise<string[]> {
    return (await this.load([SEARCH])).get(SEARCH)?.all as string[];
  }

  /** Rows in each segment. */
  async sizes(): Promise<number[]> {
    if (this.counts.filter((count) => count !== undefined).length < this.place.segments) {
      await this.load([`${COLUMN}${this.key.name}`]);
    }
    return this.counts as number[];
  }

  /** What of this name was made since it was read, and is not stored. */
  async unstored(name: string): Promise<StoredPart[]> {
    const parts = (await this.load([name])).get(name);
    const numbers = [...(parts?.made ?? [])];
    return numbers.map((number) => ({ number, rows: this.counts[number] ?? 0, data: parts?.get(number) }));
  }

  stored(name: string, numbers: readonly number[]): void {
    for (const number of numbers) this.parts.get(name)?.made.delete(number);
  }

  /** The numbers of the rows with these keys, by the text of the key. */
  async find(keys: Iterable<Key>): Promise<Map<string, number>> {
    const wanted = new Map<number, Key[]>();
    const all = new Set<string>();
    const { lasts } = this.place;
    const known = lasts.flatMap((last, segment) => (last === null ? [] : [{ last, segment }]));
    for (const key of keys) {
      all.add(String(key));
      const at = firstWhere(known.length, (middle) => this.keyOrder(known[middle]?.last as Key, key) >= 0);
      const segment = known[at]?.segment;
      if (segment !== undefined) wanted.set(segment, [...(wanted.get(segment) ?? []), key]);
    }
    const found = new Map<string, number>();
    if (all.size === 0) return found;
    if (known.length < this.place.segments) await this.findAnywhere(all, found);
    for (const [segment, some] of wanted) {
      const column = this.parts.get(`${COLUMN}${this.key.name}`)?.get(segment) as Column | undefined;
      // Each key once: they stand in the order of their rows.
      if (column === undefined || column.values.length < column.ids.length) continue;
      wanted.delete(segment);
      for (const key of some) {
        const at = firstWhere(column.values.length, (middle) => this.keyOrder(column.values[middle] as Key, key) >= 0);
        if (String(column.values[at]) === String(key)) found.set(String(key), segment * SEGMENT_NUMBERS + at);
      }
    }
    for (const [segment, lines] of await this.lines(wanted.keys())) {
      for (const key of wanted.get(segment) ?? []) {
        const at = lines.first((other) => this.keyOrder(other, key) >= 0);
        if (at < lines.rows && String(lines.key(at)) === String(key)) {
          found.set(String(key), segment * SEGMENT_NUMBERS + at);
        }
      }
    }
    return found;
  }

  /** Looks through the segments of which nothing is known; of rows with the same key the last one counts. */
  private async findAnywhere(keys: ReadonlySet<string>, found: Map<string, number>): Promise<void> {
    const columns = (await this.columns([this.key.name])).get(this.key.name) ?? [];
    for (const [segment, { values, ids }] of columns.entries()) {
      if ((this.place.lasts[segment] ?? null) !== null) continue;
      const wanted = values.map((value) => keys.has(String(value)));
      if (!wanted.includes(true)) continue;
      for (const [at, id] of ids.entries()) {
        if (wanted[id]) found.set(String(values[id]), segment * SEGMENT_NUMBERS + at);
      }
    }
  }

  /** The numbers of the rows whose keys are in gaps. */
  async within(gaps: Gaps): Promise<number[]> {
    const { lasts } = this.place;
    const touched = Array.from({ length: this.place.segments }, (_, segment) => segment).filter((segment) =>
      gaps.touches(lasts[segment - 1] ?? null, lasts[segment] ?? null),
    );
    const found: number[] = [];
    for (const some of inBatches(touched)) {
      for (const [segment, lines] of await this.lines(some)) {
        for (let at = 0; at < lines.rows; at++) {
          if (gaps.has(lines.key(at))) found.push(segment * SEGMENT_NUMBERS + at);
        }
      }
    }
    return found;
  }

  private async lines(segments: Iterable<number>): Promise<Map<number, Lines>> {
    const wanted = [...segments];
    // Taken before anything is waited for: others who read meanwhile may put them out.
    const lines = new Map<number, Lines>();
    for (const segment of wanted) {
      const kept = this.texts.get(segment);
      if (kept !== undefined) lines.set(segment, kept);
    }
    const missing = wanted.filter((segment) => !lines.has(segment));
    const read = missing.length === 0 ? [] : await this.origin.segments(missing);
    for (const [at, segment] of missing.entries()) lines.set(segment, this.opened(segment, read[at] ?? null));
    for (const segment of wanted) this.keep(segment, lines.get(segment) as Lines);
    return lines;
  }

  private opened(number: number, segment: Segment | null): Lines {
    if (segment === null) throw new Stale();
    const lines = new Lines(segment.text);
    if (lines.rows > SEGMENT_NUMBERS) throw new ClientError("internal", `a segment of ${lines.rows} rows`);
    if (!this.agrees(number, lines.rows)) throw new Stale();
    return lines;
  }

  /** As the one that was used last; the oldest go. */
  private keep(number: number, lines: Lines): void {
    this.textKept += lines.text.length - (this.texts.get(number)?.text.length ?? 0);
    this.texts.delete(number);
    this.texts.set(number, lines);
    for (const [oldest, { text }] of this.texts) {
      if (this.textKept <= this.textToKeep || oldest === number) break;
      this.texts.delete(oldest);
      this.textKept -= text.length;
    }
  }

  private agrees(segment: number, rows: number): boolean {
    this.counts[segment] ??= rows;
    return this.counts[segment] === rows;
  }

  /** One after the other: what a second one needs may be there after the first. */
  private load(names: readonly string[]): Promise<ReadonlyMap<string, Parts>> {
    const loaded = this.loading.then(() => this.loadNow(names));
    this.loading = loaded.catch(() => undefined);
    return loaded;
  }

  private async loadNow(names: readonly string[]): Promise<ReadonlyMap<string, Parts>> {
    const { segments } = this.place;
    const missing = names.filter((name) => !this.part(name).isWhole);
    for (const name of missing) {
      for (const { number, rows, data } of await this.origin.parts(name)) {
        if (number < segments && this.agrees(number, rows)) this.part(name).put(number, data);
      }
    }
    let lacking = missing.filter((name) => !this.part(name).isWhole);
    if (lacking.length === 0) return this.parts;
    // Parsing is what costs: what will be asked for next is made along with it.
    if (lacking.some((name) => this.usual.includes(name))) lacking = [...new Set([...lacking, ...this.usual])];
    const without = Array.from({ length: segments }, (_, segment) => segment).filter((segment) =>
      missing.some((name) => this.part(name).get(segment) === undefined),
    );
    for (const some of inBatches(without)) {
      for (const [segment, lines] of await this.lines(some)) this.make(lacking, segment, lines.all());
    }
    return this.parts;
  }

  private make(names: readonly string[], segment: number, rows: readonly WireValue[][]): void {
    for (const name of names) {
      const parts = this.part(name);
      if (parts.get(segment) !== undefined) continue;
      const data =
        name === SEARCH ? foldedLines(rows, this.searched) : columnOf(rows, this.at(name.slice(COLUMN.length)));
      parts.put(segment, data);
      parts.made.add(segment);
    }
  }

  private part(name: string): Parts {
    let parts = this.parts.get(name);
    if (parts === undefined) {
      parts = new Parts(this.place.segments);
      this.parts.set(name, parts);
    }
    return parts;
  }
}

function segmentOf(number: number): number {
  return Math.floor(number / SEGMENT_NUMBERS);
}

function* inBatches(numbers: readonly number[]): Generator<number[]> {
  for (let from = 0; from < numbers.length; from += AT_ONCE) yield numbers.slice(from, from + AT_ONCE);
}
