/** Reading and writing the records of one entity: `offline.entities.<LocalEntity>`. */
import type { Key, Row, WireValue } from "./values";

export interface EntityApi {
  /** The record with this key, or `null`. */
  get(key: Key): Promise<Row | null>;
  list(options?: ListOptions): Promise<Row[]>;
  count(options?: Pick<ListOptions, "search" | "where">): Promise<number>;
  /** By attribute name. Rejects with `unknown_attribute` for one that there is not. */
  facets(options: { fields: string[] } & Pick<ListOptions, "search" | "where">): Promise<Record<string, Facet>>;
  /**
   * The writing actions reject with code `read_only` on entities with a read-only pattern, with `permission_denied` for
   * what the person may not do, and with `invalid_values` and `fields` for values that a record cannot have. Each is one
   * transaction: when it resolves, it is on the disk, with what is to be sent.
   *
   * Makes a record, or changes the one that has its key: attributes that are not given stay as they are. A new record
   * of a synced entity has a key `local:…` until the server has given it its own; both find it ever after. Saving a
   * record whose change was rejected corrects it, and has it sent again with all that goes together with it.
   */
  createOrUpdate(values: Row): Promise<Key>;
  /** All or none; `fields` then names them by their place: `2.title`. */
  createOrUpdateAll(rows: Row[]): Promise<Key[]>;
  update(key: Key, values: Row): Promise<void>;
  delete(key: Key): Promise<void>;
  deleteAll(): Promise<void>;
}

export interface ListOptions {
  /** Words that must all occur in the entity's search fields; case and accents do not matter. */
  search?: string;
  /** Attribute values that must be equal; an array means any of its values, `Between` the values within bounds. */
  where?: Record<string, WireValue | WireValue[] | Between>;
  /** Attribute name or names, a leading `-` for descending; default the entity's ordering. Nulls come last. */
  orderBy?: string | string[];
  limit?: number;
  offset?: number;
}

/** Bounds, inclusive; either may be absent. Not for attributes of type `json`. Nulls are never within. */
export type Between = {
  gte?: WireValue;
  lte?: WireValue;
};

/** How the values of one attribute are spread over the rows that all conditions on *other* attributes leave. */
export interface Facet {
  /** Values and in how many rows they occur, commonest first, at most 1,000; empty for types that have ranges only. */
  values: [WireValue, number][];
  /** `null` where there are none. */
  min: WireValue;
  max: WireValue;
}
