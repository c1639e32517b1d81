/**
 * The rows of an entity at one moment: a base that is read when needed, and over it, in memory, the rows of layers and
 * of local changes.
 */

import type { Facet, Key, ListOptions, Row, WireValue } from "../api";
import type { Segment } from "../store/store";
import { type Base, SEGMENT_NUMBERS } from "./base";
import type { Column } from "./columns";
import { endsOf, facetOf, isChosen } from "./facets";
import { isLocalKey } from "./local-keys";
import { type FindOrder, Orders, type StoredOrder } from "./orders";
import { Selections } from "./selections";
import { type Laid, Upper } from "./upper";

export type Conditions = Pick<ListOptions, "search" | "where">;
export type FacetOptions = { fields: string[] } & Conditions;

const NO_ORDER: FindOrder = async () => null;

/** In rows of what devices may write: for the server, and for nobody else. */
const VERSION = "_version";

/** All questions may fail with `Stale`, when the rows they need are no longer what they were. */
export class Table {
  private constructor(
    readonly base: Base,
    private readonly upper: Upper,
    private readonly orders: Orders,
    private readonly selections: Selections,
  ) {}

  static of(base: Base, findOrder: FindOrder = NO_ORDER): Table {
    const upper = Upper.none(base);
    return new Table(base, upper, Orders.of(base, upper, findOrder), Selections.of(base, upper));
  }

  /**
   * The table with these layers over its rows (decision 0014). What was worked out of the other rows is kept.
   * `generations`: of the layers, by which `findOrder` says what it found.
   */
  async with(
    layers: readonly Segment[][],
    findOrder: FindOrder = NO_ORDER,
    generations: readonly number[] = [],
  ): Promise<Table> {
    const { upper, changed } = await this.upper.with(layers, generations);
    const orders = await this.orders.with(upper, changed, findOrder);
    return new Table(this.base, upper, orders, await this.selections.with(upper, changed));
  }

  /**
   * The table with these records as this device has them (decision 0030), over those of `server`, which is what this one
   * was made of, or this one. What was worked out of other rows is kept.
   */
  async over(server: Table, records: readonly Laid[]): Promise<Table> {
    const { upper, changed } = this.upper.over(server.upper, records);
    const orders = await this.orders.over(server.orders, () => server.selections.all(), upper, changed);
    return new Table(this.base, upper, orders, await this.selections.over(server.selections, upper, changed));
  }

  /** Of those of these keys that are to be seen, by the text of the key: where they are, and their values. */
  async find(keys: readonly Key[]): Promise<Map<string, { number: number; row: WireValue[] }>> {
    const numbers = await this.numbers(keys);
    const rows = await this.values([...numbers.values()]);
    return new Map([...numbers].map(([key, number], at) => [key, { number, row: rows[at] ?? [] }]));
  }

  /** Whole rows by attribute, `_version` included, in this order, `null` where there is none; or all of them. */
  async whole(keys: readonly Key[] | null): Promise<(Row | null)[]> {
    const { columns } = this.base.place;
    if (keys === null) {
      const marks = await this.selections.all();
      const numbers = [...marks.keys()].filter((number) => marks[number] === 1);
      return (await this.values(numbers)).map((row) => named(columns, row));
    }
    const found = await this.find(keys);
    return keys.map((key) => {
      const row = found.get(String(key))?.row;
      return row === undefined ? null : named(columns, row);
    });
  }

  async get(key: Key): Promise<Row | null> {
    return (await this.some([key]))[0] ?? null;
  }

  /** Those of these keys that there are. */
  async some(keys: readonly Key[]): Promise<Row[]> {
    return this.rows((await this.numbers(keys)).values());
  }

  /** @throws ClientError `unknown_attribute`. */
  async count(conditions: Conditions): Promise<number> {
    const marks = (await this.selections.of(conditions)) ?? (await this.selections.all());
    let count = 0;
    for (const mark of marks) count += mark;
    return count;
  }

  /** @throws ClientError `unknown_attribute`. */
  async list(options: ListOptions): Promise<Row[]> {
    const { search = "", where = {}, orderBy, limit = Number.POSITIVE_INFINITY, offset = 0 } = options;
    const marks = await this.selections.of({ search, where });
    const order = await this.order(orderBy);
    if (marks === null) return this.rows(order.subarray(offset, offset + limit));
    const found: number[] = [];
    let skip = offset;
    for (const number of order) {
      if (found.length >= limit) break;
      if (marks[number] === 1 && skip-- <= 0) found.push(number);
    }
    return this.rows(found);
  }

  /** @throws ClientError `unknown_attribute`. */
  async facets({ fields, search = "", where = {} }: FacetOptions): Promise<Record<string, Facet>> {
    const columns = await this.base.columns(fields);
    const facets: Record<string, Facet> = {};
    for (const name of fields) {
      const others = Object.entries(where).filter(([other]) => other !== name);
      const conditions = { search, where: Object.fromEntries(others) };
      const marks = (await this.selections.of(conditions)) ?? (await this.selections.all());
      facets[name] = facetOf(this.base.attribute(name), this.counts(name, columns.get(name) ?? [], marks));
    }
    return facets;
  }

  /** Gets ready for what is asked first: the rest of the usual list, and a search. */
  async prepare(): Promise<void> {
    await this.order(undefined);
    await this.base.folded();
    await this.base.readAhead();
  }

  /** The usual order, as `FindOrder` finds it. */
  orderToStore(): Promise<StoredOrder> {
    return this.orders.toStore(this.base.entity.ordering, () => this.selections.all());
  }

  /** Rows by value, of those that are marked. */
  private counts(name: string, columns: readonly Column[], marks: Uint8Array): Map<WireValue, number> {
    const attribute = this.base.attribute(name);
    const counts = new Map<WireValue, number>();
    const add = (value: WireValue, rows: number) => {
      if (rows > 0) counts.set(value, (counts.get(value) ?? 0) + rows);
    };
    for (const [segment, column] of columns.entries()) {
      const { values, ids } = column;
      const rows = new Uint16Array(values.length);
      const first = segment * SEGMENT_NUMBERS;
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at] as number;
        rows[id] = (rows[id] as number) + (marks[first + at] as number);
      }
      if (isChosen(attribute)) {
        for (const [id, value] of values.entries()) add(value, rows[id] as number);
        continue;
      }
      // Nearly every row may have a value of its own: of a segment the ends are enough.
      for (const value of endsOf(column, rows, attribute.type)) add(value, 1);
    }
    const at = this.base.at(name);
    for (const [number, row] of this.upper.live()) add(row[at] ?? null, marks[number] as number);
    return attribute.many ? countedEach(counts) : counts;
  }

  private order(orderBy: ListOptions["orderBy"]): Promise<Uint32Array> {
    return this.orders.of(this.names(orderBy), () => this.selections.all());
  }

  private names(orderBy: ListOptions["orderBy"]): string[] {
    return orderBy === undefined ? this.base.entity.ordering : [orderBy].flat();
  }

  /** Of those of these keys that are to be seen, by the text of the key. */
  private async numbers(keys: readonly Key[]): Promise<Map<string, number>> {
    const numbers = new Map<string, number>();
    const below: Key[] = [];
    for (const key of keys) {
      const own = this.upper.find(key);
      if (own !== undefined) numbers.set(String(key), own);
      else if (!isLocalKey(key)) below.push(key);
    }
    for (const [key, number] of await this.base.find(below)) if (this.upper.isLive(number)) numbers.set(key, number);
    return numbers;
  }

  private async values(numbers: readonly number[]): Promise<WireValue[][]> {
    const { limit } = this.base;
    const below = await this.base.rows(numbers.filter((number) => number < limit));
    let next = 0;
    return numbers.map((number) => (number < limit ? below[next++] : this.upper.row(number)) ?? []);
  }

  private async rows(numbers: Iterable<number>): Promise<Row[]> {
    const all = [...numbers];
    const { place, layout } = this.base;
    const [shown, shownLocally] = [place.columns, layout].map((names) =>
      names.map((name) => (name === VERSION ? null : name)),
    );
    return (await this.values(all)).map((values, at) => {
      const facts = this.upper.facts.get(all[at] as number);
      return facts === undefined ? named(shown, values) : { ...named(shownLocally, values), _local: facts };
    });
  }
}

/** A row as lists have it, whose values stand under these names. */
export function shownRow(columns: readonly string[], values: readonly WireValue[]): Row {
  return named(
    columns.map((name) => (name === VERSION ? null : name)),
    values,
  );
}

/** `null` among the names: of what is left out. */
function named(names: readonly (string | null)[] = [], values: readonly WireValue[]): Row {
  const row: Row = {};
  for (const [at, name] of names.entries()) if (name !== null) row[name] = values[at] ?? null;
  return row;
}

/** Of values that are several: how often each of them occurs, and `null` for none. */
function countedEach(counts: ReadonlyMap<WireValue, number>): Map<WireValue, number> {
  const each = new Map<WireValue, number>();
  for (const [value, rows] of counts) {
    const values = Array.isArray(value) && value.length > 0 ? value : [null];
    for (const one of values) each.set(one, (each.get(one) ?? 0) + rows);
  }
  return each;
}
