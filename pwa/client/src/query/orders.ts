/** The numbers of all rows that are to be seen, in the orders that were asked for. */

import type { Key, Row, WireValue } from "../api";
import { ClientError } from "../protocol/errors";
import { type Base, SEGMENT_NUMBERS } from "./base";
import type { Column } from "./columns";
import { holdsKeys, localKeysLast } from "./local-keys";
import { type Compare, comparison } from "./order";
import { type CompareRows, rearrange } from "./positions";
import { ranksOf, sortByRank } from "./ranks";
import type { Changes, Upper } from "./upper";

/** Changed rows, as a part of all, from which on it costs less to sort them all again than to put each in its place. */
export const MOST_TO_REARRANGE = 0.1;
/** So few are always put in their place. */
const FEW_TO_REARRANGE = 8;

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

/** `generations`: of base and layers of which it was made, or which were joined since. */
export interface FoundOrder extends StoredOrder {
  generations: ReadonlySet<number>;
}

/** Finds an order that was stored of a table's rows, or of those before some of its layers came. */
export type FindOrder = (fields: string) => Promise<FoundOrder | null>;

/** Marks all rows. */
type All = () => Promise<Uint8Array>;

export class Orders {
  /** By names of attributes, joined by commas. */
  private readonly sorted: Map<string, Promise<Uint32Array>>;

  /** `ready`: an order of exactly these rows that needs no sorting, if there is one. */
  private constructor(
    private readonly base: Base,
    private readonly upper: Upper,
    private readonly ready: (fields: string) => Promise<Uint32Array | null>,
    sorted: Iterable<[string, Uint32Array]> = [],
  ) {
    this.sorted = new Map([...sorted].map(([fields, order]) => [fields, Promise.resolve(order)]));
  }

  /** Of rows as the server has them. `sorted`: what is known already. */
  static of(base: Base, upper: Upper, find: FindOrder, sorted: Iterable<[string, Uint32Array]> = []): Orders {
    const ready = async (fields: string) => {
      const stored = await find(fields);
      return stored === null ? null : orders.restored(fields, stored);
    };
    const orders = new Orders(base, upper, ready, sorted);
    return orders;
  }

  /** In this order; ties by key, so that pages neither repeat nor skip. @throws ClientError `unknown_attribute`. */
  of(names: readonly string[], all: All): Promise<Uint32Array> {
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
  async toStore(names: readonly string[], all: All): Promise<StoredOrder> {
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
  async with(upper: Upper, changed: Changes, find: FindOrder): Promise<Orders> {
    return Orders.of(this.base, upper, find, await this.moved(upper, changed));
  }

  /** The same orders of the rows with other local changes. What was not asked for yet comes from the server's. */
  async over(server: Orders, all: All, upper: Upper, changed: Changes): Promise<Orders> {
    const ready = async (fields: string) => {
      const order = await server.of(fields === "" ? [] : fields.split(","), all);
      return this.changed(fields, order, upper, upper.local);
    };
    return new Orders(this.base, upper, ready, await this.moved(upper, changed));
  }

  private async moved(upper: Upper, changed: Changes): Promise<[string, Uint32Array][]> {
    const sorted: [string, Uint32Array][] = [];
    for (const [id, sorting] of this.sorted) {
      const order = await sorting.catch(() => null);
      const moved = order && (await this.changed(id, order, upper, changed));
      if (moved !== null) sorted.push([id, moved]);
    }
    return sorted;
  }

  private changed(id: string, order: Uint32Array, upper: Upper, changed: Changes): Promise<Uint32Array | null> {
    const came = [...changed.keys()].filter((number) => changed.get(number) !== null);
    return this.rearranged(id, order, upper, changed.size, (number) => changed.has(number), came);
  }

  /** What was stored, with what layers brought since in its place. */
  private async restored(id: string, { order, keys, generations }: FoundOrder): Promise<Uint32Array | null> {
    const { base, upper } = this;
    const { limit } = base;
    const nowhere = limit + upper.rows.length;
    const numbers = keys.map((key) => upper.find(key) ?? nowhere);
    const known =
      keys.length === 0 ? order : order.map((one) => (one < limit ? one : (numbers[one - limit] as number)));
    const came = upper.since(generations);
    if (came.length === 0) return known;
    const others = new Set(came);
    return this.rearranged(id, known, upper, came.length, (one) => others.has(one) || !upper.isLive(one), came);
  }

  /** `null` where sorting all again costs less. `changes`: how many rows changed. */
  private async rearranged(
    id: string,
    order: Uint32Array,
    upper: Upper,
    changes: number,
    hasLeft: (number: number) => boolean,
    came: readonly number[],
  ): Promise<Uint32Array | null> {
    if (changes > Math.max(FEW_TO_REARRANGE, order.length * MOST_TO_REARRANGE)) return null;
    return rearrange(order, hasLeft, came, await this.comparing(id, upper));
  }

  private async find(id: string, all: All): Promise<Uint32Array> {
    const fields = this.fields(id);
    const ready = await this.ready(id);
    if (ready !== null) return ready;
    const marks = await all();
    let order: Uint32Array = Uint32Array.from(marks.keys()).filter((number) => marks[number] === 1);
    // From the last to the first: each pass leaves equals as they were.
    for (const field of [...fields, this.byKey].reverse()) order = sortByRank(order, await this.ranks(field));
    return order;
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
      compares.push((a, b) => compareNullsLast(compare, descending, value(a), value(b)));
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
    return fieldsOf(this.base, id === "" ? [] : id.split(","));
  }

  private get byKey(): Field {
    return keyField(this.base);
  }
}

/** Compares rows by attribute: in this order, then by key. @throws ClientError `unknown_attribute`. */
export function rowComparison(base: Base, names: readonly string[]): (a: Row, b: Row) => number {
  const fields = [...fieldsOf(base, names), keyField(base)];
  return (a, b) => {
    for (const { name, compare, descending } of fields) {
      const compared = compareNullsLast(compare, descending, a[name] ?? null, b[name] ?? null);
      if (compared !== 0) return compared;
    }
    return 0;
  };
}

function compareNullsLast(compare: Compare, descending: boolean, x: WireValue, y: WireValue): number {
  if (x === null || y === null) return Number(x === null) - Number(y === null);
  return (descending ? -1 : 1) * compare(x, y);
}

function fieldsOf(base: Base, names: readonly string[]): Field[] {
  return names.map((field) => {
    const descending = field.startsWith("-");
    const name = descending ? field.slice(1) : field;
    const attribute = base.attribute(name);
    // Which of several values should say where a row stands?
    if (attribute.many) throw new ClientError("unknown_attribute", `orderBy ${base.entity.name}.${name}`);
    const compare = comparison(attribute.type);
    return { name, descending, compare: holdsKeys(base.entity, attribute) ? localKeysLast(compare) : compare };
  });
}

function keyField({ key, keyOrder }: Base): Field {
  const compare = localKeysLast((a, b) => keyOrder(a as Key, b as Key));
  return { name: key.name, descending: false, compare };
}
