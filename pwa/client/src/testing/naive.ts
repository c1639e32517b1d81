/** What tables answer, worked out as simply as can be: every row is looked at, for every question. */

import type { AttributeDefinition, EntityDefinition, Facet, Key, ListOptions, Row, WireValue } from "../api";
import { keyOrder } from "../protocol/keys";
import { fold, words } from "../query/fold";
import { comparison } from "../query/order";
import { matcher } from "../query/where";

export class Naive {
  constructor(
    private readonly entity: EntityDefinition,
    private readonly rows: readonly Row[],
  ) {}

  get(key: Key): Row | null {
    return this.rows.find((row) => String(row[this.entity.key]) === String(key)) ?? null;
  }

  count(options: ListOptions): number {
    return this.matching(options).length;
  }

  list(options: ListOptions): Row[] {
    const { orderBy = this.entity.ordering, offset = 0, limit = this.rows.length } = options;
    const fields = [orderBy].flat();
    const sorted = this.matching(options).sort((a, b) => {
      for (const field of fields) {
        const name = field.replace(/^-/, "");
        const [x = null, y = null] = [a[name], b[name]];
        if (x === null && y === null) continue;
        if (x === null || y === null) return x === null ? 1 : -1;
        const compared = this.localLast(name, x, y) || comparison(this.type(name))(x, y);
        if (compared !== 0) return field.startsWith("-") ? -compared : compared;
      }
      const { key } = this.entity;
      const [x, y] = [a[key] as Key, b[key] as Key];
      return this.localLast(key, x, y) || keyOrder(this.type(key))(x, y);
    });
    return sorted.slice(offset, offset + limit);
  }

  facet(name: string, { where = {}, ...options }: ListOptions): Facet {
    const { [name]: _, ...others } = where;
    const values = this.matching({ ...options, where: others }).flatMap((row) => {
      const value = row[name] ?? null;
      if (!this.attribute(name).many) return [value];
      return Array.isArray(value) && value.length > 0 ? value : [null];
    });
    const counts = [...new Set(values)].map((value): [WireValue, number] => [
      value,
      values.filter((other) => other === value).length,
    ]);
    const type = this.type(name);
    const some = values.filter((value) => value !== null && !isLocal(value)).sort(comparison(type));
    const isMeasured = type === "integer" || type === "decimal" || type === "date";
    return {
      values: type === "decimal" || type === "date" ? [] : counts,
      min: isMeasured ? (some[0] ?? null) : null,
      max: isMeasured ? (some.at(-1) ?? null) : null,
    };
  }

  private matching({ search = "", where = {} }: ListOptions): Row[] {
    const texts = (row: Row) => this.entity.search_fields.map((name) => fold(String(row[name] ?? "")));
    return this.rows.filter(
      (row) =>
        words(search).every((word) => texts(row).some((text) => text.includes(word))) &&
        Object.entries(where).every(([name, wanted]) => matcher(this.attribute(name), wanted)(row[name] ?? null)),
    );
  }

  private localLast(name: string, x: WireValue, y: WireValue): number {
    if (name !== this.entity.key && this.attribute(name).relation === undefined) return 0;
    if (isLocal(x) && isLocal(y)) return String(x) < String(y) ? -1 : Number(x !== y);
    return Number(isLocal(x)) - Number(isLocal(y));
  }

  private attribute(name: string): AttributeDefinition {
    const attribute = this.entity.attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) throw new Error(name);
    return attribute;
  }

  private type(name: string) {
    return this.attribute(name).type;
  }
}

function isLocal(value: WireValue): boolean {
  return String(value).startsWith("local:");
}
