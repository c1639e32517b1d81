/** What tables answer, worked out as simply as can be: every row is looked at, for every question. */

import type { EntityDefinition, Facet, Key, ListOptions, Row, WireValue } from "../api";
import { keyOrder } from "../protocol/keys";
import { fold, words } from "../query/fold";
import { comparison } from "../query/order";
import { matcher } from "../query/where";

export class Naive {
  private readonly types: Map<string, EntityDefinition["attributes"][number]["type"]>;

  constructor(
    private readonly entity: EntityDefinition,
    private readonly rows: readonly Row[],
  ) {
    this.types = new Map(entity.attributes.map(({ name, type }) => [name, type]));
  }

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
        const compared = comparison(this.type(name))(x, y);
        if (compared !== 0) return field.startsWith("-") ? -compared : compared;
      }
      return keyOrder(this.type(this.entity.key))(a[this.entity.key] as Key, b[this.entity.key] as Key);
    });
    return sorted.slice(offset, offset + limit);
  }

  facet(name: string, { where = {}, ...options }: ListOptions): Facet {
    const { [name]: _, ...others } = where;
    const values = this.matching({ ...options, where: others }).map((row) => row[name] ?? null);
    const counts = [...new Set(values)].map((value): [WireValue, number] => [
      value,
      values.filter((other) => other === value).length,
    ]);
    const type = this.type(name);
    const some = values.filter((value) => value !== null).sort(comparison(type));
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
        Object.entries(where).every(([name, wanted]) => matcher(this.type(name), wanted)(row[name] ?? null)),
    );
  }

  private type(name: string) {
    return this.types.get(name) ?? "string";
  }
}
