/** A person's changes without an engine around them: the real store, and a server's rows in memory. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

import type { AttributeDefinition, Definition, EntityDefinition, Key, PendingChange, Row } from "../api";
import { KeptBook } from "../outbox/kept";
import { Outbox } from "../outbox/outbox";
import type { LocalRow, Mutation, OutboxWorld } from "../outbox/types";
import { Writing } from "../outbox/writing";
import type { CaughtUp } from "../store/store";
import { IdbStore } from "../store/user";

export function editable(name: string, more: Partial<AttributeDefinition> = {}): AttributeDefinition {
  return { name, label: name, type: "string", null: false, editable: true, default: "", ...more };
}

/** A writable entity whose key is an `id` that the server gives. */
export function writable(
  name: string,
  attributes: AttributeDefinition[],
  more: Partial<EntityDefinition> = {},
): EntityDefinition {
  return {
    ...{ name, label: name, label_plural: `${name}s`, pattern: "read-write-conflicts", key: "id" },
    attributes: [{ name: "id", label: "id", type: "integer", null: false }, ...attributes],
    ...{ list_display: [attributes[0]?.name ?? "id"], search_fields: [], list_filter: [], ordering: [], pictures: [] },
    writable: { create: true, update: true, delete: true },
    ...more,
  };
}

export const CUSTOMER = writable("Customer", [editable("name"), editable("city"), editable("note", { null: true })]);
export const ORDER = writable(
  "Order",
  [
    editable("place"),
    { ...editable("customer", { type: "integer", null: true, relation: "Customer" }), default: null },
    { name: "customer__name", label: "customer", type: "string", null: true },
    editable("tags", { type: "string", many: true, relation: "Tag", default: [] }),
    { name: "made", label: "made", type: "datetime", null: false },
  ],
  { inlines: [{ entity: "Line", relation: "order" }] },
);
export const LINE = writable("Line", [
  editable("text", { required: true }),
  { name: "order", label: "order", type: "integer", null: false, relation: "Order", editable: true, required: true },
]);
/** People type its key. */
export const TAG = writable("Tag", [editable("label")], {
  key: "code",
  attributes: [
    { name: "code", label: "code", type: "string", null: false, editable: true, required: true, max_length: 3 },
    editable("label"),
  ],
});
export const NOTE = writable("Note", [], {
  pattern: "local",
  attributes: [{ name: "id", label: "id", type: "uuid", null: false }, editable("text")],
});

export class Device {
  /** What the server's rows on the device are. */
  readonly rows: Record<string, Map<Key, Row>>;
  readonly changed: string[][] = [];
  now = Date.parse("2026-01-31T09:30:00Z");
  /** Called before rows of the server are read. */
  reading: () => Promise<void> = async () => undefined;
  readonly writing: Writing;
  readonly outbox: Outbox;
  private readonly world: OutboxWorld;
  private uuids: { given: number };

  /** `beside`: another tab. */
  private constructor(
    readonly store: IdbStore,
    readonly definition: Definition,
    beside?: Device,
  ) {
    this.rows = beside?.rows ?? {};
    this.uuids = beside?.uuids ?? { given: 0 };
    const world: OutboxWorld = {
      store,
      kept: new KeptBook(),
      readBase: async (entity, keys) => {
        const all = this.rows[entity] ?? new Map<Key, Row>();
        const found = new Map([...all].filter(([key]) => keys?.includes(key) ?? true));
        await this.reading();
        return found;
      },
      uuid: () => `00000000-0000-4000-8000-${String(++this.uuids.given).padStart(12, "0")}`,
      now: () => this.now,
      changed: (entities) => this.changed.push(entities),
    };
    this.world = world;
    this.writing = new Writing(world);
    this.outbox = new Outbox(world);
  }

  static async open(entities = [CUSTOMER, ORDER, LINE, TAG, NOTE]): Promise<Device> {
    globalThis.indexedDB = new IDBFactory();
    const store = new IdbStore("shop", "ann", () => "replica");
    const device = new Device(store, {
      ...{ app: "shop", title: "Shop", description: "", anonymous: false, contexts: {} },
      entities,
    });
    await device.define(entities);
    return device;
  }

  /** As after a crash: what was not on the disk is not there. */
  reopened(): Device {
    this.store.close();
    return this.beside();
  }

  /** Another tab. */
  beside(): Device {
    return new Device(new IdbStore("shop", "ann", () => "replica"), this.definition, this);
  }

  /** Changes as who knows nothing finds them in the store. */
  pendingAnew(): Promise<PendingChange[]> {
    return new Outbox({ ...this.world, kept: new KeptBook() }).pending();
  }

  /** The app has this definition from now on. */
  async define(entities: EntityDefinition[]): Promise<void> {
    this.definition.entities = entities;
    const definition = structuredClone(this.definition);
    const switched = await this.store.switch({
      ...{ expected: {}, entities: {}, context: null },
      definition: { version: JSON.stringify(entities), definition },
    });
    if (!switched) throw new Error("not switched");
  }

  /** Rows of the server, with their version. */
  has(entity: string, ...rows: Row[]): void {
    const all = this.rows[entity] ?? new Map<Key, Row>();
    this.rows[entity] = all;
    const key = this.definition.entities.find(({ name }) => name === entity)?.key ?? "id";
    for (const row of rows) all.set(row[key] as Key, row);
  }

  /** A pull makes what it brings visible. */
  async catchUp(caughtUp: CaughtUp): Promise<void> {
    await this.store.switch({ expected: {}, entities: {}, context: null, definition: null, caughtUp });
  }

  local(entity: string, key: Key): Promise<LocalRow | undefined> {
    return this.store.readLocal((transaction) => transaction.row(entity, key));
  }

  mutations(): Promise<Mutation[]> {
    return this.store.readLocal((transaction) => transaction.mutations());
  }

  /** What people see of an entity, by key. */
  async view(entity: string): Promise<Map<Key, Row>> {
    const seen = new Map(this.rows[entity]);
    for (const { entity: of, key, row } of await this.store.readLocal((transaction) => transaction.rows())) {
      if (of !== entity) continue;
      if (row.change.op === "delete") seen.delete(key);
      else seen.set(key, { ...(seen.get(key) ?? row.change.base), ...row.values, ...row.derived });
    }
    return seen;
  }

  /** All that can be sent now. */
  async send(without: string[] = []) {
    return (await this.outbox.collect({ mutations: 1000, bytes: 1_000_000 }, new Set(without))).wires;
  }
}
