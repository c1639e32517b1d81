/** The entities of one person as tables: looked for in the store when asked for, and read as far as a question needs. */

import type { Definition, EntityDefinition, Facet, Key, ListOptions, Row } from "../api";
import { ClientError } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { visibleGenerations } from "../store/references";
import type { Known, Made, Store } from "../store/store";
import { Base, type Origin, Stale } from "./base";
import { findHead, orderFinder, storeBlocks } from "./blocks";
import { words } from "./fold";
import { onDeviceTable } from "./on-device";
import type { Preview } from "./preview";
import { type Conditions, type FacetOptions, Table } from "./table";

/** What tables are read from, and where blocks are kept. */
export type Shelf = Pick<
  Store,
  "rows" | "view" | "baseSegments" | "whole" | "blocks" | "putBlocks" | "doubt" | "singleRows"
>;

interface Opened {
  replica: string;
  made: Made;
  table: Table;
}

/** `made`: what the table was made of; `null` of a preview. */
type Ask<T> = (table: Table, made: Made | null) => Promise<T>;

/** How often rows may change while they are read: so quickly they do not, and something is wrong. */
const MOST_TRIES = 4;
/** Fewer rows are read as quickly as blocks of them. */
const FEW_ROWS = 1000;

export class Tables {
  private readonly cache = new Map<string, Opened>();
  private readonly opening = new Map<string, Promise<unknown>>();
  /** What there is of entities that are not here yet. */
  preview: Preview | null = null;
  private known: { replica: string; version: string; definition: Definition } | null = null;

  constructor(
    private readonly store: Shelf,
    private readonly fewRows = FEW_ROWS,
  ) {}

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  async list(name: string, options: ListOptions): Promise<Row[]> {
    if (!this.cache.has(name)) {
      const head = await findHead(this.store, name, options);
      if (head !== null) {
        // What is shown first is shown before anything else is read; the next question comes soon.
        void this.read(name, undefined, (table) => table.prepare()).catch(() => undefined);
        return head;
      }
    }
    return this.read(name, [], (table) => table.list(options));
  }

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  async count(name: string, conditions: Conditions): Promise<number> {
    const { search = "", where = {} } = conditions;
    if (words(search).length === 0 && Object.keys(where).length === 0) {
      const rows = (await this.store.rows(name)) ?? this.preview?.rows[name] ?? null;
      if (rows !== null) return rows;
    }
    return this.read(name, 0, (table) => table.count(conditions));
  }

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  facets(name: string, options: FacetOptions): Promise<Record<string, Facet>> {
    return this.read(name, {}, (table) => table.facets(options));
  }

  /** @throws ClientError `unknown_entity`. */
  get(name: string, key: Key): Promise<Row | null> {
    return this.read(name, null, (table) => table.get(key));
  }

  /** @throws ClientError `unknown_entity`, also for one that only this device has. */
  async checkSynced(name: string): Promise<void> {
    await this.read(name, undefined, async () => undefined);
    const entity = this.known?.definition.entities.find((candidate) => candidate.name === name);
    if (entity?.pattern === LOCAL) throw new ClientError("unknown_entity", `${name} is never synced`);
  }

  /** Stores index blocks (decision 0016) of an entity that has many rows. `progress` may throw to end it. */
  async storeBlocks(name: string, progress: () => void): Promise<void> {
    if (((await this.store.rows(name)) ?? 0) <= this.fewRows) return;
    await this.read(name, undefined, async (table, made) => {
      if (made !== null) await storeBlocks({ store: this.store, entity: name, progress, table, made });
    });
  }

  /** The answer of the table as it is now; `none` before the entity's first sync. */
  private async read<T>(name: string, none: T, ask: Ask<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const opened = await this.table(name);
        return opened === null ? await this.look(name, none, ask) : await ask(opened.table, opened.made);
      } catch (error) {
        // Rows that were damaged on the device: what can be read of them is shown, and the next sync repairs them (P5).
        const isDamaged = error instanceof SyntaxError || (error instanceof Stale && tries > 1);
        if (!isDamaged && !(error instanceof Stale)) throw error;
        if (isDamaged) await this.store.doubt(name);
        if (tries === MOST_TRIES) throw new ClientError("storage", error);
        this.cache.delete(name);
      }
    }
  }

  /** The answer of what has come of a first download. What is gone from it is wanted no more, and shown soon. */
  private async look<T>(name: string, none: T, ask: Ask<T>): Promise<T> {
    const table = this.preview?.table(name) ?? null;
    if (table === null) return none;
    return ask(table, null).catch((error) => {
      if (error instanceof Stale) return none;
      throw error;
    });
  }

  /** The table of an entity as it is now. One after the other: two that come at once would each read the same. */
  private table(name: string): Promise<Opened | null> {
    const opened = (this.opening.get(name) ?? Promise.resolve()).then(() => this.open(name));
    this.opening.set(
      name,
      opened.catch(() => undefined),
    );
    return opened;
  }

  private async open(name: string): Promise<Opened | null> {
    const cached = this.cache.get(name);
    const before = this.known;
    const view = await this.store.view(name, this.seen(cached));
    const { replica, version, record, pruned } = view;
    // The database was evicted and made anew: nothing that was read from the old one says anything of this one.
    if (version === null || this.known?.replica !== replica) this.forget();
    if (version === null) return null;
    const definition = view.definition ?? before?.definition;
    if (definition === undefined) return null;
    if (view.definition !== null) this.known = { replica, version, definition };
    const entity = definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    if (entity.pattern === LOCAL) return this.openOnDevice(entity, replica, version);
    if (record === null) return null;
    const made = { version, generations: visibleGenerations(record), pruned };
    const findOrder = orderFinder(this.store, name, made);
    const isSeen = view.isKnown && cached !== undefined;
    let table = isSeen ? cached.table : Table.of(new Base(entity, record, this.origin(name, made)), findOrder);
    if (view.layers.length > 0) table = await table.with(view.layers, findOrder);
    const opened = { replica, made, table };
    this.cache.set(name, opened);
    return opened;
  }

  private async openOnDevice(entity: EntityDefinition, replica: string, version: string): Promise<Opened> {
    const { name } = entity;
    const cached = this.cache.get(name);
    const isKnown = cached?.replica === replica && cached.made.version === version;
    const { change, rows } = await this.store.singleRows(name, isKnown ? cached.made.generations[0] : undefined);
    if (rows === null && isKnown) return cached;
    const made = { version, generations: [change], pruned: 0 };
    const opened = { replica, made, table: onDeviceTable(entity, rows ?? []) };
    this.cache.set(name, opened);
    return opened;
  }

  private origin(name: string, made: Made): Origin {
    return {
      segments: (numbers) => this.store.baseSegments(name, made.generations[0] ?? 0, numbers),
      parts: (part) => this.store.blocks(name, part, made),
    };
  }

  private seen(cached: Opened | undefined): Known | undefined {
    if (this.known === null) return undefined;
    const { replica, version } = this.known;
    if (cached?.replica !== replica || cached.made.version !== version) return { replica, version };
    const [generation = 0, ...layers] = cached.made.generations;
    return { replica, version, generation, layers, pruned: cached.made.pruned };
  }

  private forget(): void {
    this.cache.clear();
    this.known = null;
  }
}
