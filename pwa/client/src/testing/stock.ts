import { IDBFactory } from "fake-indexeddb";
import { type IDBPDatabase, openDB } from "idb";
import { expect } from "vitest";

import type { AttributeType, Key, WireValue } from "../api";
import { parseLines } from "../store/lines";
import type { EntityRecord, Segment } from "../store/store";
import { IdbStore } from "../store/user";
import { FakeLocks } from "./locks";
import { type Asked, entity, FakeServer } from "./server";
import { type Tab, World } from "./world";

/** Rows `[key, name, picture]` with these keys. */
export function rowsOf(keys: Iterable<number>, name = "thing"): WireValue[][] {
  return Array.from(keys, (key) => [key, `${name} ${key}`, ""]);
}

/** Numbers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** A device in front of a server whose things are tracked (`read-only-optimized`) and whose kinds are not. */
export class Stock {
  readonly server: FakeServer;
  readonly world: World;

  private constructor(keyType: AttributeType) {
    const attributes: [string, AttributeType][] = [
      ["id", keyType],
      ["name", "string"],
      ["picture", "picture"],
    ];
    const kinds: [string, AttributeType][] = [
      ["id", "integer"],
      ["name", "string"],
    ];
    const things = entity("LocalThing", attributes, "read-only-optimized");
    this.server = new FakeServer([things, entity("LocalKind", kinds)]);
    this.server.rows.LocalKind = [[1, "Drink"]];
    this.world = new World(this.server);
  }

  static async open(keyType: AttributeType = "integer") {
    const stock = new Stock(keyType);
    const { server, world } = stock;
    return { stock, server, world, tab: await world.tab() };
  }

  /** The sums of the parts that are on the device and not shown. */
  async keptParts(): Promise<string[]> {
    const store = new IdbStore("shop", "anonymous", () => "");
    const { parts } = await store.overview();
    store.close();
    return Object.keys(parts.LocalThing ?? {});
  }

  /** The device lost its data. Returns the tab that is open on it then. */
  async empty(): Promise<Tab> {
    globalThis.indexedDB = new IDBFactory();
    return this.world.tab({ locks: new FakeLocks() });
  }

  get rows(): WireValue[][] {
    return this.server.rows.LocalThing ?? [];
  }

  set rows(rows: WireValue[][]) {
    this.server.rows.LocalThing = rows;
  }

  /** The row with this key is so now, or new. */
  put(...row: WireValue[]): void {
    this.rows = [...this.rows.filter(([key]) => key !== row[0]), row];
  }

  remove(...keys: WireValue[]): void {
    this.rows = this.rows.filter(([key]) => !keys.includes(key as WireValue));
  }

  /** The last request of a sync. */
  get lastAsked() {
    const posts = this.server.asked.filter(({ method }) => method === "POST");
    return posts.at(-1)?.body as { cursors: Record<string, string>; ranges?: Record<string, unknown[][]> };
  }

  /** What the last answer said of the things. */
  get told() {
    return this.server.told.LocalThing;
  }

  /** Answers end after these many bytes. */
  cutAfter(bytes: number): void {
    this.server.damage = (all) => all.subarray(0, bytes);
  }

  /** Answers end before the segment of this number, if they have one. */
  cutBefore(segment: number): void {
    this.server.damage = (all) => {
      const [before = "", ...rest] = new TextDecoder().decode(all).split(`"number":${segment},`);
      return rest.length > 0 ? new TextEncoder().encode(before) : all;
    };
  }

  /** Requests for parts, from the one of this number (from 0), are answered so. */
  failParts(from: number, answer: (asked: Asked) => Response | undefined | Promise<Response | undefined>): void {
    let count = 0;
    this.server.intercept = (asked) => {
      return asked.path.startsWith("segments/") && count++ >= from ? answer(asked) : undefined;
    };
  }

  /** The part of this number (from 0) that is asked for ends after these bytes, if it has more; later ones are lost. */
  cutParts(from: number, bytes: number): void {
    let isFirst = true;
    this.failParts(from, ({ path }) => {
      if (!isFirst) throw new TypeError("Failed to fetch");
      isFirst = false;
      const text = new TextEncoder().encode(this.server.parts.get(path.slice("segments/".length, -1)) ?? "");
      return new Response(text.slice(0, bytes), { headers: { "Content-Type": "application/x-ndjson" } });
    });
  }

  /** The paths of the parts that were asked for, oldest first. */
  get partsAsked(): string[] {
    return this.server.asked.map(({ path }) => path).filter((path) => path.startsWith("segments/"));
  }

  heal(): void {
    this.server.damage = null;
    this.server.intercept = null;
  }

  /** Changes what the device's database holds, as no code of the app does. */
  async meddle(
    change: (db: IDBPDatabase, record: EntityRecord) => Promise<unknown>,
    entity = "LocalThing",
  ): Promise<void> {
    const db = await openDB("haversack/shop/anonymous");
    const entities = await db.get("meta", "entities");
    await change(db, entities[entity]);
    db.close();
  }

  /** Everything that the device's database holds, as text; files by their names. */
  async stored(): Promise<string> {
    const db = await openDB("haversack/shop/anonymous");
    const all: unknown[] = [];
    for (const name of db.objectStoreNames) all.push(await db.getAllKeys(name), await db.getAll(name));
    db.close();
    return JSON.stringify(all);
  }

  /** S1: the device holds no row that the server has not, in any store. */
  async expectNoLeftovers(): Promise<void> {
    const db = await openDB("haversack/shop/anonymous");
    const segments = (await db.getAll("segments")) as Segment[];
    const keys = await db.getAllKeys("segments");
    db.close();
    const things = segments.filter((_, at) => String(keys[at]).startsWith("LocalThing,"));
    const known = new Set(this.rows.map(([key]) => String(key)));
    const left = things.flatMap(({ text }) => parseLines(text)).filter(([key]) => !known.has(String(key)));
    expect(left).toEqual([]);
  }

  /** The tab shows the server's rows, says how many they are, and knows their fingerprint. */
  async expectEqual(tab: Tab): Promise<void> {
    const byKey = (a: WireValue[], b: WireValue[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
    const shown = (await tab.engine.list("LocalThing")).map(({ id, name, picture }) => [id, name, picture]);
    expect((shown as WireValue[][]).sort(byKey)).toEqual([...this.rows].sort(byKey));
    expect(await tab.engine.count("LocalThing")).toBe(this.rows.length);
    for (const [id = null, name] of this.rows.slice(0, 3)) {
      expect(await tab.engine.get("LocalThing", id as Key)).toMatchObject({ id, name });
    }
    const { rows, fingerprint } = (await tab.engine.syncProperties()).entities.LocalThing ?? {};
    expect({ rows, fingerprint }).toEqual(this.server.contentOf("LocalThing"));
  }
}
