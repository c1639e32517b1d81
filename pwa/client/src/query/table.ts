/** The rows of an entity, in memory: read once, changed by layers, searched and sorted many times. */

import type { AttributeDefinition, EntityDefinition, Facet, Key, ListOptions, Row, WireValue } from "../api";
import { Gaps } from "../layers/gaps";
import { gapsOf } from "../layers/overlay";
import { ClientError } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { parseLines } from "../store/lines";
import type { Segment } from "../store/store";
import { countValues, facetOf } from "./facets";
import { fold, words } from "./fold";
import { Numbers } from "./numbers";
import { comparison } from "./order";
import { type CompareRows, rearrange } from "./positions";
import { matcher } from "./where";

export type FacetOptions = { fields: string[] } & Pick<ListOptions, "search" | "where">;

type Test = (row: number) => boolean;

/** Changed rows, as a part of all, from which on it costs less to sort them all again than to put each in its place. */
const MOST_TO_REARRANGE = 0.1;

export class Table {
  /** By number, which a row keeps while it lives; `null` where one is gone. */
  private rows: (WireValue[] | null)[];
  private size: number;
  private numbers: Numbers | null = null;
  private folded: string[] | null = null;
  private readonly orders = new Map<string, Uint32Array>();

  constructor(
    private readonly entity: EntityDefinition,
    private readonly columns: string[],
    segments: Segment[],
  ) {
    this.rows = segments.flatMap((segment) => parseLines(segment.text));
    this.size = this.rows.length;
  }

  /** The table with these layers over its rows (decision 0014). What was worked out of the other rows is kept. */
  with(layers: readonly Segment[][]): Table {
    const next = new Table(this.entity, this.columns, []);
    next.rows = [...this.rows];
    next.numbers = this.byKey();
    next.size = this.size;
    const changed = new Set<number>();
    for (const layer of layers) next.lay(layer, changed);
    const live = [...changed].filter((row) => next.rows[row] !== null);
    if (this.folded !== null) {
      next.folded = [...this.folded];
      for (const row of live) next.folded[row] = next.searchText(row);
    }
    if (changed.size <= next.rows.length * MOST_TO_REARRANGE) {
      for (const [fields, order] of this.orders) {
        const compare = next.compareBy(fields);
        next.orders.set(
          fields,
          rearrange(order, (row) => changed.has(row), live, compare),
        );
      }
    }
    return next;
  }

  private lay(layer: readonly Segment[], changed: Set<number>): void {
    const numbers = this.byKey();
    const gaps = new Gaps(keyOrder(this.attribute(this.entity.key).type), gapsOf(layer));
    if (gaps.list.length > 0) {
      for (const [row, values] of this.rows.entries()) {
        if (values === null || !gaps.has(values[0] as Key)) continue;
        this.rows[row] = null;
        this.size--;
        changed.add(row);
      }
    }
    for (const values of layer.flatMap((segment) => parseLines(segment.text))) {
      const row = numbers.give(values[0] as Key);
      // Numbers in between are those of rows that only another table has.
      while (this.rows.length <= row) this.rows.push(null);
      if (this.rows[row] === null) this.size++;
      this.rows[row] = values;
      changed.add(row);
    }
  }

  get(key: Key): Row | null {
    const row = this.byKey().find(key);
    return row === undefined || (this.rows[row] ?? null) === null ? null : this.row(row);
  }

  private byKey(): Numbers {
    this.numbers ??= new Numbers(this.rows.map((values) => values?.[0] as Key));
    return this.numbers;
  }

  count({ search, where }: Pick<ListOptions, "search" | "where">): number {
    const test = this.filter(search, where);
    if (test === null) return this.size;
    let count = 0;
    for (let row = 0; row < this.rows.length; row++) if (this.rows[row] !== null && test(row)) count++;
    return count;
  }

  /** @throws ClientError `unknown_attribute`. */
  facets({ fields, search, where }: FacetOptions): Record<string, Facet> {
    return Object.fromEntries(fields.map((name) => [name, this.facet(name, search, where)]));
  }

  private facet(name: string, search: ListOptions["search"], where: ListOptions["where"]): Facet {
    const attribute = this.attribute(name);
    const others = Object.entries(where ?? {}).filter(([other]) => other !== name);
    const test = this.filter(search, Object.fromEntries(others));
    const column = this.column(name);
    const live = this.rows.filter((values, row) => values !== null && (test === null || test(row)));
    return facetOf(attribute, countValues(live.map((values) => values?.[column] ?? null)));
  }

  list({ search, where, orderBy, limit = Number.POSITIVE_INFINITY, offset = 0 }: ListOptions): Row[] {
    const test = this.filter(search, where);
    const order = this.order(orderBy === undefined ? this.entity.ordering : [orderBy].flat());
    if (test === null) return Array.from(order.subarray(offset, offset + limit), (row) => this.row(row));
    const found: Row[] = [];
    let skip = offset;
    for (const row of order) {
      if (found.length >= limit) break;
      if (test(row) && skip-- <= 0) found.push(this.row(row));
    }
    return found;
  }

  private row(index: number): Row {
    const values = this.rows[index] as WireValue[];
    return Object.fromEntries(this.columns.map((name, column) => [name, values[column] ?? null]));
  }

  private filter(search: ListOptions["search"], where: ListOptions["where"]): Test | null {
    const tests: Test[] = Object.entries(where ?? {}).map(([name, wanted]) => {
      const column = this.column(name);
      const matches = matcher(this.attribute(name).type, wanted);
      return (row) => matches(this.rows[row]?.[column] ?? null);
    });
    const wanted = words(search ?? "");
    if (wanted.length > 0) {
      const texts = this.searchTexts();
      tests.push((row) => wanted.every((word) => texts[row]?.includes(word)));
    }
    if (tests.length <= 1) return tests[0] ?? null;
    return (row) => tests.every((test) => test(row));
  }

  private searchTexts(): string[] {
    this.folded ??= Array.from(this.rows.keys(), (row) => this.searchText(row));
    return this.folded;
  }

  private searchText(row: number): string {
    const columns = this.entity.search_fields.map((name) => this.column(name)).filter((column) => column >= 0);
    // Words have no line feeds, so none is found across two fields.
    return fold(columns.map((column) => text(this.rows[row]?.[column])).join("\n"));
  }

  /** Row numbers in this order; ties by key, so that pages neither repeat nor skip. */
  private order(fields: string[]): Uint32Array {
    const id = fields.join();
    let order = this.orders.get(id);
    if (order === undefined) {
      order = Uint32Array.from(this.rows.keys())
        .filter((row) => this.rows[row] !== null)
        .sort(this.compareBy(id));
      this.orders.set(id, order);
    }
    return order;
  }

  /** `fields`: names joined by commas, as in `orders`. */
  private compareBy(fields: string): CompareRows {
    const names = fields === "" ? [] : fields.split(",");
    const compares = [...names, this.entity.key].map((field) => this.compare(field));
    return (a, b) => {
      for (const compare of compares) {
        const result = compare(a, b);
        if (result !== 0) return result;
      }
      return a - b;
    };
  }

  private compare(field: string): CompareRows {
    const descending = field.startsWith("-");
    const name = descending ? field.slice(1) : field;
    const compare = comparison(this.attribute(name).type);
    const column = this.column(name);
    const sign = descending ? -1 : 1;
    const { rows } = this;
    return (a, b) => {
      const x = rows[a]?.[column] ?? null;
      const y = rows[b]?.[column] ?? null;
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      return sign * compare(x, y);
    };
  }

  private attribute(name: string): AttributeDefinition {
    const attribute = this.entity.attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) throw new ClientError("unknown_attribute", `${this.entity.name}.${name}`);
    return attribute;
  }

  /** -1 when the definition is newer than the rows, and these do not have the attribute yet. */
  private column(name: string): number {
    return this.columns.indexOf(name);
  }
}

function text(value: WireValue | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
