/** The rows of one generation of an entity, in memory: read once, searched and sorted many times. */

import type { AttributeDefinition, EntityDefinition, Key, ListOptions, Row, WireValue } from "../api";
import { ClientError } from "../protocol/errors";
import { parseLines } from "../store/lines";
import type { Segment } from "../store/store";
import { fold, words } from "./fold";
import { comparison } from "./order";
import { matcher } from "./where";

type Test = (row: number) => boolean;

export class Table {
  private readonly rows: WireValue[][];
  private keys: Map<string, number> | null = null;
  private folded: string[] | null = null;
  private readonly orders = new Map<string, Uint32Array>();

  constructor(
    private readonly entity: EntityDefinition,
    private readonly columns: string[],
    segments: Segment[],
  ) {
    this.rows = segments.flatMap((segment) => parseLines(segment.text));
  }

  get(key: Key): Row | null {
    this.keys ??= new Map(this.rows.map((values, row) => [String(values[0]), row]));
    const row = this.keys.get(String(key));
    return row === undefined ? null : this.row(row);
  }

  count({ search, where }: Pick<ListOptions, "search" | "where">): number {
    const test = this.filter(search, where);
    if (test === null) return this.rows.length;
    let count = 0;
    for (let row = 0; row < this.rows.length; row++) if (test(row)) count++;
    return count;
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
    if (this.folded === null) {
      const columns = this.entity.search_fields.map((name) => this.column(name)).filter((column) => column >= 0);
      // Words have no line feeds, so none is found across two fields.
      this.folded = this.rows.map((values) => fold(columns.map((column) => text(values[column])).join("\n")));
    }
    return this.folded;
  }

  /** Row numbers in this order; ties by key, so that pages neither repeat nor skip. */
  private order(fields: string[]): Uint32Array {
    const id = fields.join();
    let order = this.orders.get(id);
    if (order === undefined) {
      const compares = [...fields, this.entity.key].map((field) => this.compare(field));
      order = Uint32Array.from(this.rows.keys()).sort((a, b) => {
        for (const compare of compares) {
          const result = compare(a, b);
          if (result !== 0) return result;
        }
        return a - b;
      });
      this.orders.set(id, order);
    }
    return order;
  }

  private compare(field: string): (a: number, b: number) => number {
    const descending = field.startsWith("-");
    const name = descending ? field.slice(1) : field;
    const compare = comparison(this.attribute(name).type);
    const column = this.column(name);
    const values = this.rows.map((row) => row[column] ?? null);
    const sign = descending ? -1 : 1;
    return (a, b) => {
      const x = values[a] as WireValue;
      const y = values[b] as WireValue;
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
