/** The rows of an entity at one moment: a base that is read when needed, and the rows of layers over it, in memory. */

import type { Facet, Key, ListOptions, Row, WireValue } from "../api";
import type { Segment } from "../store/store";
import { type Base, SEGMENT_NUMBERS } from "./base";
import type { Column } from "./columns";
import { endsOf, facetOf, isChosen } from "./facets";
import { Orders, type StoredOrder } from "./orders";
import { Selections } from "./selections";
import { Upper } from "./upper";

export type Conditions = Pick<ListOptions, "search" | "where">;
export type FacetOptions = { fields: string[] } & Conditions;
/** Finds an order of exactly a table's rows that was stored. */
export type FindOrder = (fields: string) => Promise<StoredOrder | null>;

const NO_ORDER: FindOrder = async () => null;

/** All questions may fail with `Stale`, when the rows they need are no longer what they were. */
export class Table {
  private readonly selections: Selections;

  private constructor(
    readonly base: Base,
    private readonly upper: Upper,
    private readonly orders: Orders,
  ) {
    this.selections = new Selections(base, upper);
  }

  static of(base: Base, findOrder: FindOrder = NO_ORDER): Table {
    const upper = Upper.none(base);
    return new Table(base, upper, new Orders(base, upper, findOrder));
  }

  /** The table with these layers over its rows (decision 0014). What was worked out of the other rows is kept. */
  async with(layers: readonly Segment[][], findOrder: FindOrder = NO_ORDER): Promise<Table> {
    const { upper, changed } = await this.upper.with(layers);
    return new Table(this.base, upper, await this.orders.with(upper, changed, findOrder));
  }

  async get(key: Key): Promise<Row | null> {
    const own = this.upper.find(key);
    const number = own ?? (await this.base.find([key])).get(String(key));
    if (number === undefined || !this.upper.isLive(number)) return null;
    return (await this.rows([number]))[0] ?? null;
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
    return counts;
  }

  private order(orderBy: ListOptions["orderBy"]): Promise<Uint32Array> {
    return this.orders.of(this.names(orderBy), () => this.selections.all());
  }

  private names(orderBy: ListOptions["orderBy"]): string[] {
    return orderBy === undefined ? this.base.entity.ordering : [orderBy].flat();
  }

  private async rows(numbers: Iterable<number>): Promise<Row[]> {
    const all = [...numbers];
    const { limit } = this.base;
    const below = await this.base.rows(all.filter((number) => number < limit));
    let next = 0;
    const { columns } = this.base.place;
    return all.map((number) => {
      const values = number < limit ? below[next++] : this.upper.row(number);
      return Object.fromEntries(columns.map((name, at) => [name, values?.[at] ?? null]));
    });
  }
}
