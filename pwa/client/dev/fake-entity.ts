/** One entity of the fake: the reading half of `EntityApi` over rows in memory. */
import type { AttributeDefinition, EntityApi, EntityDefinition, Facet, Key, ListOptions, Row } from "../src/api";
import { countValues, facetOf } from "../src/query/facets";
import { matcher } from "../src/query/where";

export class FakeEntity implements EntityApi {
  constructor(
    readonly definition: EntityDefinition,
    public rows: Row[],
    /** Never answers, for looking at skeletons. */
    readonly stuck = false,
  ) {}

  async get(key: Key): Promise<Row | null> {
    return this.rows.find((row) => row[this.definition.key] === key) ?? null;
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
    if (!search && !Object.keys(where).length) return this.rows;
    const words = fold(search).split(/\s+/).filter(Boolean);
    return this.rows.filter((row) => {
      const text = fold(this.definition.search_fields.map((name) => row[name]).join(" "));
      return (
        words.every((word) => text.includes(word)) &&
        Object.entries(where).every(([name, wanted]) => matcher(this.#attribute(name).type, wanted)(row[name] ?? null))
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

  createOrUpdate = refuse;
  createOrUpdateAll = refuse;
  update = refuse;
  delete = refuse;
  deleteAll = refuse;
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

async function refuse(): Promise<never> {
  throw Object.assign(new Error("This entity is read-only."), { code: "read_only" });
}
