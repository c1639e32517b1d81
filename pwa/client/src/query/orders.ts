/** The numbers of all rows that are to be seen, in the orders that were asked for. */

import type { Key, WireValue } from "../api";
import { type Base, SEGMENT_NUMBERS } from "./base";
import type { Column } from "./columns";
import { type Compare, comparison } from "./order";
import { type CompareRows, rearrange } from "./positions";
import { ranksOf, sortByRank } from "./ranks";
import type { Upper } from "./upper";

/** Changed rows, as a part of all, from which on it costs less to sort them all again than to put each in its place. */
const MOST_TO_REARRANGE = 0.1;

/** One part of an order. */
interface Field {
  name: string;
  compare: Compare;
  descending: boolean;
}

/** An order as it was stored: numbers beyond the base's are places in `keys`. */
export interface StoredOrder {
  order: Uint32Array;
  keys: Key[];
}

export class Orders {
  /** By names of attributes, joined by commas. */
  private readonly sorted: Map<string, Promise<Uint32Array>>;

  /** `stored`: an order of exactly these rows, if there is one. */
  constructor(
    private readonly base: Base,
    private readonly upper: Upper,
    private readonly stored: (fields: string) => Promise<StoredOrder | null>,
    sorted: Iterable<[string, Uint32Array]> = [],
  ) {
    this.sorted = new Map([...sorted].map(([fields, order]) => [fields, Promise.resolve(order)]));
  }

  /** In this order; ties by key, so that pages neither repeat nor skip. @throws ClientError `unknown_attribute`. */
  of(names: readonly string[], all: () => Promise<Uint8Array>): Promise<Uint32Array> {
    const id = names.join();
    let order = this.sorted.get(id);
    if (order === undefined) {
      order = this.find(id, all);
      this.sorted.set(id, order);
      order.catch(() => this.sorted.delete(id));
    }
    return order;
  }

  /** For storing. */
  async toStore(names: readonly string[], all: () => Promise<Uint8Array>): Promise<StoredOrder> {
    const { limit } = this.base;
    const keys: Key[] = [];
    const places = new Map<number, number>();
    for (const [number, row] of this.upper.live()) {
      places.set(number, limit + keys.length);
      keys.push(row[0] as Key);
    }
    return { order: (await this.of(names, all)).map((number) => places.get(number) ?? number), keys };
  }

  /** The same orders of the rows as they are with other layers. */
  async with(upper: Upper, changed: ReadonlySet<number>, stored: Orders["stored"]): Promise<Orders> {
    const sorted: [string, Uint32Array][] = [];
    for (const [id, sorting] of this.sorted) {
      const order = await sorting.catch(() => null);
      if (order === null || changed.size > order.length * MOST_TO_REARRANGE) continue;
      const compare = await this.comparing(id, upper);
      const came = [...changed].filter((number) => upper.isLive(number));
      sorted.push([id, rearrange(order, (number) => changed.has(number), came, compare)]);
    }
    return new Orders(this.base, upper, stored, sorted);
  }

  private async find(id: string, all: () => Promise<Uint8Array>): Promise<Uint32Array> {
    const fields = this.fields(id);
    const stored = await this.stored(id);
    if (stored !== null) return this.restored(stored);
    const marks = await all();
    let order: Uint32Array = Uint32Array.from(marks.keys()).filter((number) => marks[number] === 1);
    // From the last to the first: each pass leaves equals as they were.
    for (const field of [...fields, this.byKey].reverse()) order = sortByRank(order, await this.ranks(field));
    return order;
  }

  private restored({ order, keys }: StoredOrder): Uint32Array {
    const { limit } = this.base;
    if (keys.length === 0) return order;
    const numbers = keys.map((key) => this.upper.find(key) ?? 0);
    return order.map((number) => (number < limit ? number : (numbers[number - limit] as number)));
  }

  private async ranks({ name, compare, descending }: Field): Promise<Uint32Array> {
    const columns = await this.column(name);
    const at = this.base.at(name);
    const own = [...this.upper.live()].map(([number, row]): [number, WireValue] => [number, row[at] ?? null]);
    const values = new Set<WireValue>(own.map(([, value]) => value));
    for (const column of columns) for (const value of column.values) values.add(value);
    const byValue = ranksOf(values, compare, descending);
    const ranks = new Uint32Array(this.base.limit + this.upper.rows.length);
    for (const [segment, column] of columns.entries()) {
      const bySegment = column.values.map((value) => byValue.get(value) ?? 0);
      const first = segment * SEGMENT_NUMBERS;
      for (let row = 0; row < column.ids.length; row++) ranks[first + row] = bySegment[column.ids[row] as number] ?? 0;
    }
    for (const [number, value] of own) ranks[number] = byValue.get(value) ?? 0;
    return ranks;
  }

  private async comparing(id: string, upper: Upper): Promise<CompareRows> {
    const compares: CompareRows[] = [];
    for (const { name, compare, descending } of [...this.fields(id), this.byKey]) {
      const columns = await this.column(name);
      const at = this.base.at(name);
      const value = (number: number) => {
        if (number >= this.base.limit) return upper.row(number)?.[at] ?? null;
        const column = columns[Math.floor(number / SEGMENT_NUMBERS)];
        return column?.values[column.ids[number % SEGMENT_NUMBERS] as number] ?? null;
      };
      const sign = descending ? -1 : 1;
      compares.push((a, b) => {
        const x = value(a);
        const y = value(b);
        if (x === null || y === null) return Number(x === null) - Number(y === null);
        return sign * compare(x, y);
      });
    }
    return (a, b) => {
      for (const compare of compares) {
        const result = compare(a, b);
        if (result !== 0) return result;
      }
      return a - b;
    };
  }

  private async column(name: string): Promise<Column[]> {
    return (await this.base.columns([name])).get(name) ?? [];
  }

  private fields(id: string): Field[] {
    const names = id === "" ? [] : id.split(",");
    return names.map((field) => {
      const descending = field.startsWith("-");
      const name = descending ? field.slice(1) : field;
      return { name, descending, compare: comparison(this.base.attribute(name).type) };
    });
  }

  private get byKey(): Field {
    const { key, keyOrder } = this.base;
    return { name: key.name, descending: false, compare: (a, b) => keyOrder(a as Key, b as Key) };
  }
}
