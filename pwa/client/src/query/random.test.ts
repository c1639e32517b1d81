import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it } from "vitest";

import type {
  AttributeType,
  ChangeState,
  Definition,
  EntityDefinition,
  Key,
  ListOptions,
  Row,
  WireValue,
} from "../api";
import { compact } from "../layers/compact";
import { removeLeftovers } from "../layers/leftovers";
import { segmentOf } from "../layers/overlay";
import type { LocalRow, Op } from "../outbox/types";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import { keyOrder } from "../protocol/keys";
import { change } from "../store/contract-tools";
import type { EntityRecord, Segment, SingleRow } from "../store/store";
import { IdbStore } from "../store/user";
import { localKey } from "../testing/local";
import { Naive } from "../testing/naive";
import { random } from "../testing/random";
import { entity } from "../testing/server";
import { Tables } from "./tables";

const NAMES = [
  "Côte de Blaye",
  "Chai",
  "chang",
  "Straße\nnach Ålesund",
  "Smørrebrød",
  "ﬁne Æsop",
  "tofu 豆腐",
  "",
  null,
];
const KINDS = ["red", "green", "blue", null];
const SEARCHES = [
  "c",
  "ch",
  "cha",
  "chai",
  "cote blaye",
  "strasse",
  "SMORREBROD",
  "ae fine",
  "de",
  "豆",
  "no such",
  " ",
];

/** A device with one entity, whose rows are known; steps of a history are drawn from a seed. */
class History {
  readonly store = new IdbStore("shop", "ann", () => `replica-${Math.random()}`);
  /** As the server has them, by attribute. */
  readonly rows = new Map<string, WireValue[]>();
  /** What this device changes, and what the server calls what was made here. */
  readonly locals = new Map<Key, LocalRow>();
  readonly serverKeys = new Map<Key, Key>();
  /** The tabs that are open. */
  tabs = [new Tables(this.store, 0)];
  private readonly columns: string[];
  readonly entity: EntityDefinition;
  private version = 0;

  constructor(
    readonly pick: (below: number) => number,
    readonly keyType: AttributeType,
    /** Whether keys come in their order. */
    readonly isOrdered: boolean,
  ) {
    const attributes: [string, AttributeType][] = [
      ...([
        ["id", keyType],
        ["name", "string"],
        ["kind", "string"],
      ] as [string, AttributeType][]),
      ...([
        ["price", "decimal"],
        ["made", "date"],
        ["stock", "integer"],
        ["parent", keyType],
        ["tags", "integer"],
      ] as [string, AttributeType][]),
    ];
    this.entity = { ...entity("LocalThing", attributes, "read-only-optimized"), search_fields: ["name", "kind"] };
    this.entity.list_filter = ["kind", "price"];
    for (const attribute of this.entity.attributes) {
      if (attribute.name === "parent") attribute.relation = "LocalThing";
      if (attribute.name === "tags") Object.assign(attribute, { relation: "LocalTag", many: true });
    }
    const [key = "", ...others] = this.entity.attributes.map(({ name }) => name);
    this.columns = [key, "_version", ...others];
  }

  /** By attribute, with `_version`; `null` where the server has none. */
  onServer(key: Key): Row | null {
    const values = this.rows.get(String(key));
    if (values === undefined) return null;
    return Object.fromEntries(this.columns.map((name, at) => [name, values[at] ?? null]));
  }

  get naive(): Naive {
    const shown = new Map<string, Row>();
    for (const key of this.rows.keys()) shown.set(key, this.onServer(key) as Row);
    for (const [key, { values, derived, change }] of this.locals) {
      const before = shown.get(String(key));
      if (change.op === "delete") shown.delete(String(key));
      else {
        const nulls = Object.fromEntries(this.entity.attributes.map(({ name }) => [name, null]));
        const { state, id } = change;
        const facts = {
          isFromServer: before !== undefined || state === "sent",
          isModified: before !== undefined && state !== "sent",
          ...{ isActive: true, state, change: id },
        };
        shown.set(String(key), { ...(before ?? change.base ?? nulls), ...derived, ...values, _local: facts });
      }
    }
    const rows = [...shown.values()].map(({ _version, ...row }) => row);
    return new Naive(this.entity, rows);
  }

  private one<T>(list: readonly T[]): T {
    return list[this.pick(list.length)] as T;
  }

  private key(): Key {
    const number = this.pick(90);
    return this.keyType === "integer" ? number : this.one(["a", "B", "é", "🍣", "\uffff"]) + number;
  }

  private row(key = this.key()): WireValue[] {
    const price = this.pick(4) === 0 ? null : `${this.pick(20)}.${this.pick(2)}0`;
    const made = `2026-0${1 + this.pick(9)}-1${this.pick(10)}`;
    const tags = Array.from({ length: this.pick(3) }, (_, at) => 10 * at + this.pick(3));
    const values = [this.one(NAMES), this.one(KINDS), price, made, this.pick(30) - 10, this.parent(), tags];
    return [key, this.pick(5), ...values];
  }

  private parent(): Key | null {
    return this.pick(3) === 0 ? null : this.keyType === "integer" ? this.pick(4) : `p${this.pick(4)}`;
  }

  /** A few edits, in one transaction. */
  async edit(): Promise<void> {
    const changed = new Map<Key, LocalRow | null>();
    for (let edits = 1 + this.pick(4); edits > 0; edits--) {
      // More often than not one that was edited before, or that there is.
      const known = this.one([[...this.locals.keys()], [...this.rows.values()].map(([key]) => key as Key), []]);
      const made = this.pick(3) === 0 ? localKey(this.pick(20)) : this.key();
      const key = known[this.pick(Math.max(known.length, 1))] ?? made;
      changed.set(key, this.pick(3) === 0 ? null : this.local(key));
    }
    for (const [key, local] of changed) {
      if (local === null) this.locals.delete(key);
      else this.locals.set(key, local);
    }
    await this.store.changeRows("LocalThing", [], () => changed as ReadonlyMap<Key, SingleRow | null>);
  }

  private local(key: Key): LocalRow {
    const isNew = String(key).startsWith("local:");
    const row = this.row(key);
    const all: Row = Object.fromEntries(this.columns.map((name, at) => [name, row[at] ?? null]));
    delete all._version;
    if (this.pick(3) === 0) all.parent = localKey(this.pick(20));
    // One that came, went, or was changed by somebody else since.
    const base = isNew ? null : this.pick(2) === 0 ? this.onServer(key) : { ...all, _version: 1, name: "base" };
    const op: Op = base === null ? "create" : this.pick(4) === 0 ? "delete" : "update";
    const values = Object.entries(all).filter(([name]) => op === "create" || (name !== "id" && this.pick(2) === 0));
    const state = this.one<ChangeState>(["unsent", "sending", "sent", "rejected", "gone", "conflict", "waiting"]);
    const change = {
      ...{ id: `change ${this.pick(1000)}`, op, base, state, group: null, madeAt: "", changedAt: "", error: null },
      ...{ waitsFor: null, theirs: null, attributes: [] },
    };
    const derived: Row = op !== "create" && this.pick(4) === 0 ? { name: "derived" } : {};
    const own = op === "delete" ? [] : values.filter(([name]) => !(name in derived));
    return { values: Object.fromEntries(own), derived, change };
  }

  private segments(rows: WireValue[][]): Segment[] {
    const order = keyOrder(this.keyType);
    const lines = rows.map((row) => ({ key: row[0] as Key, text: JSON.stringify(row) }));
    if (this.isOrdered) lines.sort((a, b) => order(a.key, b.key));
    const segments: Segment[] = [];
    while (lines.length > 0) {
      const segment = segmentOf(lines.splice(0, 1 + this.pick(12)));
      segments.push(this.isOrdered ? segment : { ...segment, last: null });
    }
    return segments;
  }

  private get record(): Promise<EntityRecord | undefined> {
    return this.store.overview().then(({ entities }) => entities.LocalThing);
  }

  private async stage(segments: readonly Segment[]): Promise<number> {
    const generation = await this.store.newGeneration();
    for (const [number, segment] of segments.entries()) {
      await this.store.stage("LocalThing", generation, number, segment);
    }
    return generation;
  }

  private async switch(before: EntityRecord | undefined, changes: Partial<EntityRecord>): Promise<void> {
    const texts = [...this.rows.values()].map((row) => new TextEncoder().encode(JSON.stringify(row)));
    const fingerprint = texts.reduce((sum, text) => addFingerprints(sum, rowFingerprint(text)), 0);
    const { columns } = this;
    const none = { leftovers: null, unseenFiles: null, syncedAt: "", layers: [], sums: [], bytes: 0 };
    const record = { ...none, ...before, ...changes, columns, fingerprint, rows: this.rows.size };
    const to = { expected: { LocalThing: before }, entities: { LocalThing: record as EntityRecord } };
    const isNew = this.version === 0 || this.pick(8) === 0;
    if (isNew) this.version++;
    const definition = { ...({ app: "" } as Definition), entities: [this.entity] };
    const next = isNew ? { version: `v${this.version}`, definition } : null;
    expect(await this.store.switch(change({ ...to, definition: next }))).toBe(true);
  }

  async replace(): Promise<void> {
    this.rows.clear();
    for (let rows = this.pick(80); rows > 0; rows--) {
      const row = this.row();
      this.rows.set(String(row[0]), row);
    }
    const segments = this.segments([...this.rows.values()]);
    const generation = await this.stage(segments);
    const lasts = segments.map(({ last }) => last);
    const base = { generation, segments: segments.length, lasts, layers: [], leftovers: null };
    await this.switch(await this.record, { ...base, cursor: `c${generation}` });
  }

  async lay(): Promise<void> {
    const before = await this.record;
    if (before === undefined) return this.replace();
    const order = keyOrder(this.keyType);
    const gaps = Array.from({ length: this.pick(3) }, () => {
      const [after, end] = [this.key(), this.key()].sort(order) as [Key, Key];
      return this.pick(5) === 0 ? { after, before: null } : { after, before: end };
    });
    for (const [id, [key]] of this.rows) {
      const isIn = gaps.some(({ after, before: end }) => {
        return order(key as Key, after) > 0 && (end === null || order(key as Key, end) < 0);
      });
      if (isIn) this.rows.delete(id);
    }
    const changed = new Map(Array.from({ length: this.pick(6) }, () => this.row()).map((row) => [String(row[0]), row]));
    for (const [id, row] of changed) this.rows.set(id, row);
    const segments = [segmentOf([]), ...this.segments([...changed.values()])];
    if (segments[0] !== undefined) segments[0].gaps = gaps;
    const generation = await this.stage(segments);
    const layer = { generation, segments: segments.length, size: gaps.length + changed.size, bytes: 0 };
    const leftovers = gaps.length > 0 ? [...Array(before.segments).keys()] : before.leftovers;
    const layers = [...before.layers, layer];
    await this.switch(before, { layers, leftovers, cursor: `c${generation}` });
  }

  async tidy(): Promise<void> {
    const record = await this.record;
    if (record === undefined) return;
    const work = { store: this.store, entity: "LocalThing", order: keyOrder(this.keyType), record, progress() {} };
    if (this.pick(3) > 0) await removeLeftovers(work);
    else if (record.layers.length > 0) await compact("base", work);
  }

  /** Blocks are stored, as far as it comes. */
  async storeBlocks(): Promise<void> {
    let left = this.pick(2) === 0 ? Number.POSITIVE_INFINITY : this.pick(12);
    const progress = () => {
      if (this.pick(2) === 0 && left-- === 0) throw new Error("cut");
    };
    await this.one(this.tabs)
      .storeBlocks("LocalThing", progress)
      .catch((error) => expect(error).toMatchObject({ message: "cut" }));
  }

  /** A tab, whose first list may be found in a block. */
  async open(): Promise<void> {
    const tab = new Tables(this.store, 0);
    this.tabs = [...this.tabs.slice(-1), tab];
    const page = { limit: 1 + this.pick(20), offset: this.pick(10) };
    expect(await tab.list("LocalThing", page)).toEqual(this.naive.list(page));
  }

  private query(): ListOptions {
    const query: ListOptions = {};
    if (this.pick(2) === 0) query.search = this.one(SEARCHES);
    if (this.pick(3) === 0)
      query.orderBy = this.one(["-name", "price", "-made", "kind", "id", "-id", "parent", "-stock"]);
    if (this.pick(4) === 0) query.orderBy = ["kind", "-price"];
    if (this.pick(3) > 0) Object.assign(query, { limit: this.pick(40), offset: this.pick(30) });
    const where: NonNullable<ListOptions["where"]> = {};
    if (this.pick(4) === 0) where.kind = this.one([["red", null], "green", []]);
    if (this.pick(4) === 0) where.price = this.one([{ gte: "5", lte: 12 }, "7.5", null, { lte: "9.00" }]);
    if (this.pick(6) === 0) where.stock = this.one([{ gte: -3 }, [1, 2, 3, 4, 5]]);
    if (this.pick(6) === 0) where.parent = this.one([localKey(this.pick(20)), [this.parent(), localKey("1")], null]);
    if (this.pick(8) === 0) where.tags = this.one([0, [1, 11], 12, null]);
    return { ...query, where };
  }

  async compare(): Promise<void> {
    const { naive } = this;
    const tab = this.one(this.tabs);
    for (let questions = 0; questions < 5; questions++) {
      const query = this.query();
      expect([query, await tab.list("LocalThing", query)]).toEqual([query, naive.list(query)]);
      expect([query, await tab.count("LocalThing", query)]).toEqual([query, naive.count(query)]);
      for (const key of [this.key(), localKey(this.pick(20))]) {
        expect(await tab.get("LocalThing", key)).toEqual(naive.get(key));
        const onServer = this.onServer(key);
        expect(await tab.readBase("LocalThing", [key])).toEqual(new Map(onServer === null ? [] : [[key, onServer]]));
      }
      const fields = ["kind", "price", "made", "stock", "parent", "tags"];
      const facets = await tab.facets("LocalThing", { ...query, fields });
      for (const field of fields) {
        const { values, ...bounds } = naive.facet(field, query);
        expect({ ...bounds, values: new Map(values) }).toEqual({
          ...facets[field],
          values: new Map(facets[field]?.values),
        });
      }
    }
  }
}

describe("tables answer as if every row were looked at", () => {
  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory();
  });

  it.each(
    (["integer", "string"] as const).flatMap((type) =>
      [true, false].flatMap((ordered) => [1, 2, 3, 4].map((seed) => ({ type, ordered, seed }))),
    ),
  )("through histories of $type keys, in order: $ordered, seed $seed", async ({ type, ordered, seed }) => {
    const history = new History(random(seed), type, ordered);
    await history.replace();
    for (let step = 0; step < 25; step++) {
      const turn = history.pick(14);
      if (turn === 0) await history.replace();
      else if (turn < 5) await history.lay();
      else if (turn < 7) await history.tidy();
      else if (turn < 9) await history.storeBlocks();
      else if (turn < 13) await history.edit();
      else await history.open();
      await history.compare();
    }
    history.store.close();
  });
});
