/** One entity of the fake: `EntityApi` over rows in memory, with what was changed of them here laid over. */
import type { AttributeDefinition, EntityApi, EntityDefinition, Facet, Key, ListOptions, Row } from "../src/api";
import { countValues, facetOf } from "../src/query/facets";
import { matcher } from "../src/query/where";
import type { FakeChanges } from "./fake-changes";

export class FakeEntity implements EntityApi {
  /** Absent while it is made. */
  changes?: FakeChanges;

  constructor(
    readonly definition: EntityDefinition,
    /** As the server has them. */
    public rows: Row[],
    /** Never answers, for looking at skeletons. */
    readonly stuck = false,
  ) {}

  async get(asked: Key): Promise<Row | null> {
    const key = this.changes?.names.get(asked) ?? asked;
    const base = this.rows.find((row) => row[this.definition.key] === key) ?? null;
    return (
      this.changes?.laid(this.definition.name, key, base) ?? (this.changes?.all.has(this.#place(key)) ? null : base)
    );
  }

  async list(options: ListOptions = {}): Promise<Row[]> {
    if (this.stuck) await new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { offset = 0, limit = Number.POSITIVE_INFINITY } = options;
    return this.#sorted(this.#matching(options), options.orderBy ?? this.definition.ordering).slice(
      offset,
      offset + limit,
    );
  }

  async count(options: Pick<ListOptions, "search" | "where"> = {}): Promise<number> {
    return this.#matching(options).length;
  }

  async facets(options: { fields: string[] } & ListOptions): Promise<Record<string, Facet>> {
    const facet = (name: string): Facet => {
      const { [name]: _, ...where } = options.where ?? {};
      const rows = this.#matching({ ...options, where });
      return facetOf(this.#attribute(name), countValues(rows.map((row) => row[name] ?? null)));
    };
    return Object.fromEntries(options.fields.map((name) => [name, facet(name)]));
  }

  #attribute(name: string): AttributeDefinition {
    const attribute = this.definition.attributes.find((candidate) => candidate.name === name);
    if (attribute === undefined) throw Object.assign(new Error(name), { code: "unknown_attribute" });
    return attribute;
  }

  #matching({ search = "", where = {} }: ListOptions): Row[] {
    const shown = this.#shown();
    if (!search && !Object.keys(where).length) return shown;
    const words = fold(search).split(/\s+/).filter(Boolean);
    return shown.filter((row) => {
      const text = fold(this.definition.search_fields.map((name) => row[name]).join(" "));
      return (
        words.every((word) => text.includes(word)) &&
        Object.entries(where).every(([name, wanted]) => matcher(this.#attribute(name), wanted)(row[name] ?? null))
      );
    });
  }

  #sorted(rows: Row[], orderBy: string | string[]): Row[] {
    const [order = ""] = [orderBy].flat();
    if (!order || (rows.length > 1_000 && order === "name")) return rows;
    const name = order.replace(/^-/, "");
    const sign = order.startsWith("-") ? -1 : 1;
    const numeric = this.definition.attributes.some(
      (attribute) => attribute.name === name && attribute.type === "decimal",
    );
    const value = (row: Row) => (numeric && row[name] !== null ? Number(row[name]) : row[name]);
    return rows.toSorted((a, b) => {
      const [one, two] = [value(a), value(b)];
      if (one === null || two === null || one === undefined || two === undefined)
        return Number(one === null) - Number(two === null);
      return sign * (typeof one === "string" ? one.localeCompare(String(two)) : Number(one) - Number(two));
    });
  }

  #place(key: Key): string {
    return `${this.definition.name} ${key}`;
  }

  #shown(): Row[] {
    const { name, key } = this.definition;
    const local = this.changes?.of(name) ?? [];
    if (!this.changes || local.length === 0) return this.rows;
    const changed = new Map(
      local.map(({ change }) => [change.key, this.changes?.laid(name, change.key, change.base) ?? null]),
    );
    const made = local.filter(({ change }) => change.op === "create").map(({ change }) => changed.get(change.key));
    const rows = this.rows.map((row) => (changed.has(row[key] as Key) ? changed.get(row[key] as Key) : row));
    return [...made, ...rows].filter((row) => row !== null && row !== undefined);
  }

  async createOrUpdate(values: Row): Promise<Key> {
    const [key] = await this.#writable().save([{ entity: this.definition.name, values }], "one");
    return key as Key;
  }

  async createOrUpdateAll(rows: Row[]): Promise<Key[]> {
    return this.#writable().save(
      rows.map((values) => ({ entity: this.definition.name, values })),
      "several",
    );
  }

  async update(key: Key, values: Row): Promise<void> {
    await this.createOrUpdate({ ...values, [this.definition.key]: key });
  }

  async delete(key: Key): Promise<void> {
    await this.#writable().save([{ entity: this.definition.name, delete: key }], "one");
  }

  async deleteAll(): Promise<void> {
    for (const row of this.#shown()) await this.delete(row[this.definition.key] as Key);
  }

  #writable(): FakeChanges {
    if (this.changes === undefined || this.definition.writable === undefined) {
      throw Object.assign(new Error("These records cannot be changed on this device."), { code: "read_only" });
    }
    return this.changes;
  }
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
