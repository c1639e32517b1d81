/** The entities of one person as tables: looked for in the store when asked for, and read as far as a question needs. */

import type { Definition, EntityDefinition, Facet, Key, ListOptions, Row, WireValue } from "../api";
import type { LocalRow } from "../outbox/types";
import { ClientError } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { unknownLayers, visibleGenerations } from "../store/references";
import type { EntityView, Known, Made, SingleRow, Store } from "../store/store";
import { Base, type Origin, Stale } from "./base";
import { type FoundHead, findHead, headWith, isSameMade, orderFinder, partOf, storeBlocks } from "./blocks";
import { type Carrying, carryHead } from "./carry";
import { words } from "./fold";
import { isLocalKey } from "./local-keys";
import { onDeviceTable } from "./on-device";
import { rowComparison } from "./orders";
import { Overlay } from "./overlay";
import type { Preview } from "./preview";
import { type Conditions, type FacetOptions, Table } from "./table";
import type { Wanted } from "./where";

/** What tables are read from, and where blocks are kept. */
export type Shelf = Pick<Store, "rows" | "view" | "baseSegments" | "blocks" | "doubt" | "serverKey"> & Carrying;

/** An entity as it was when it was looked for last. */
interface Opened {
  replica: string;
  entity: EntityDefinition;
  /** What the server's rows are. */
  made: Made;
  /** Of single rows. */
  change: number;
  locals: ReadonlyMap<Key, LocalRow>;
  /** The server's rows with what is local; `null` before the entity's first sync. */
  overlay: Overlay | null;
  /** Of the server. */
  rows: number;
}

/** What a question is put to. */
interface Asked {
  overlay: Overlay;
  /** What the server's rows are; `null` of a preview. */
  made: Made | null;
  /** Of the server. */
  rows: number;
}

type Ask<T> = (asked: Asked) => Promise<T>;

/** How often rows may change while they are read: so quickly they do not, and something is wrong. */
const MOST_TRIES = 4;
/** With more changes it takes no longer to read all than to read what they change. */
const FEW_CHANGES = 100;
/** Fewer rows are read as quickly as blocks of them. */
const FEW_ROWS = 1000;
const NONE: ReadonlyMap<Key, LocalRow> = new Map();

export class Tables {
  private readonly cache = new Map<string, Opened>();
  private readonly opening = new Map<string, Promise<unknown>>();
  /** What there is of entities that are not here yet. */
  preview: Preview | null = null;
  private explained: { replica: string; version: string; definition: Definition } | null = null;

  constructor(
    private readonly store: Shelf,
    private readonly fewRows = FEW_ROWS,
  ) {}

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  async list(name: string, options: ListOptions): Promise<Row[]> {
    const head = this.cache.has(name) ? null : await findHead(this.store, name, options);
    const first = head === null ? null : await this.first(name, head, options);
    if (first !== null) {
      // What is shown first is shown before anything else is read; the next question comes soon.
      void this.read(name, undefined, ({ overlay }) => overlay.table.prepare()).catch(() => undefined);
      return first;
    }
    const wanted = await this.known(options);
    return this.read(name, [], ({ overlay }) => overlay.table.list(wanted));
  }

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  async count(name: string, conditions: Conditions): Promise<number> {
    const { search = "", where = {} } = conditions;
    if (words(search).length > 0 || Object.keys(where).length > 0) {
      const wanted = await this.known(conditions);
      return this.read(name, 0, ({ overlay }) => overlay.table.count(wanted));
    }
    const found = await this.store.rows(name);
    const rows = found.rows ?? this.preview?.rows[name] ?? null;
    if (rows !== null && found.singles === 0) return rows;
    return this.read(name, 0, async ({ overlay, rows: below }) => below + overlay.more);
  }

  /** @throws ClientError `unknown_entity`, `unknown_attribute`. */
  async facets(name: string, options: FacetOptions): Promise<Record<string, Facet>> {
    const wanted = await this.known(options);
    return this.read(name, {}, ({ overlay }) => overlay.table.facets(wanted));
  }

  /** A record that was made here is found by the key that it had, too. @throws ClientError `unknown_entity`. */
  async get(name: string, key: Key): Promise<Row | null> {
    const get = (wanted: Key) => this.read(name, null, ({ overlay }) => overlay.table.get(wanted));
    const found = await get(key);
    const known = found === null ? await this.serverKey(key) : undefined;
    return known === undefined ? found : get(known);
  }

  /**
   * Rows as the server has them, without what is local, by attribute and with `_version`: by the keys that were asked
   * for, of which those that the server does not have are left out; `null`: of all keys.
   *
   * @throws ClientError `unknown_entity`.
   */
  async readBase(name: string, keys: readonly Key[] | null): Promise<Map<Key, Row>> {
    const known = keys && (await Promise.all(keys.map(async (key) => (await this.serverKey(key)) ?? key)));
    return this.read(name, new Map(), async ({ overlay: { server } }) => {
      const rows = await server.whole(known);
      const found = new Map<Key, Row>();
      for (const [at, row] of rows.entries()) {
        if (row !== null) found.set(keys?.[at] ?? (row[server.base.key.name] as Key), row);
      }
      return found;
    });
  }

  /** @throws ClientError `unknown_entity`, also for one that only this device has. */
  async checkSynced(name: string): Promise<void> {
    await this.read(name, undefined, async () => undefined);
    const entity = this.explained?.definition.entities.find((candidate) => candidate.name === name);
    if (entity?.pattern === LOCAL) throw new ClientError("unknown_entity", `${name} is never synced`);
  }

  /** Stores index blocks (decision 0016) of the server's rows, where there are many. `progress` may throw to end it. */
  async storeBlocks(name: string, progress: () => void): Promise<void> {
    if (((await this.store.rows(name)).rows ?? 0) <= this.fewRows) return;
    if (await carryHead(this.store, name)) return;
    await this.read(name, undefined, async ({ overlay, made }) => {
      const { server: table } = overlay;
      if (made !== null) await storeBlocks({ store: this.store, entity: name, progress, table, made });
    });
  }

  /** Of what was stored of an entity, and is in memory only as far as local changes need it. */
  private async first(name: string, head: FoundHead, options: ListOptions): Promise<Row[] | null> {
    if (head.singles === 0) return partOf(head, options);
    if (head.singles > FEW_CHANGES) return null;
    return this.read<Row[] | null>(name, null, async ({ overlay, made }) => {
      if (made === null || !isSameMade(made, head.made)) return null;
      const { base } = overlay.server;
      const own = await overlay.own();
      return partOf(headWith(head, own, base.key.name, rowComparison(base, base.entity.ordering)), options);
    });
  }

  /** The conditions, of which those that name a local key are met by the server's key, too. */
  private async known<T extends Conditions>(conditions: T): Promise<T> {
    const where = Object.entries(conditions.where ?? {});
    const names = (wanted: Wanted) => [wanted].flat().some((value) => isLocalKey(value as WireValue));
    if (!where.some(([, wanted]) => names(wanted))) return conditions;
    const known = where.map(async ([name, wanted]) => {
      if (!names(wanted)) return [name, wanted];
      const values = [wanted as WireValue | WireValue[]].flat();
      const keys = await Promise.all(values.map((value) => this.serverKey(value)));
      return [name, [...values, ...keys.filter((key) => key !== undefined)]];
    });
    return { ...conditions, where: Object.fromEntries(await Promise.all(known)) };
  }

  /** What the server calls a record that was made here. */
  private async serverKey(key: WireValue): Promise<Key | undefined> {
    return isLocalKey(key) ? this.store.serverKey(key) : undefined;
  }

  /** The answer of the table as it is now; `none` before the entity's first sync. */
  private async read<T>(name: string, none: T, ask: Ask<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let opened: Opened | null = null;
      try {
        opened = await this.table(name);
        if (opened?.overlay) return await ask({ ...opened, overlay: opened.overlay });
        return await this.look(name, none, ask, opened);
      } catch (error) {
        // Rows that were damaged on the device: what can be read of them is shown, and the next sync repairs them (P5).
        const isDamaged = error instanceof SyntaxError || (error instanceof Stale && tries > 1);
        if (!isDamaged && !(error instanceof Stale)) throw error;
        // Not those that two syncs, one soon after the other, replaced while somebody read.
        if (isDamaged) await this.store.doubt(name, opened?.made);
        if (tries === MOST_TRIES) throw new ClientError("storage", error);
        this.cache.delete(name);
      }
    }
  }

  /**
   * The answer of what has come of a first download, and of what was made here before. What is gone from it is wanted no
   * more, and shown soon.
   */
  private async look<T>(name: string, none: T, ask: Ask<T>, opened: Opened | null): Promise<T> {
    const locals = opened?.locals ?? NONE;
    let table = this.preview?.table(name) ?? null;
    if (table === null && opened !== null && locals.size > 0) table = onDeviceTable(opened.entity, []);
    if (table === null) return none;
    const rows = this.preview?.rows[name] ?? 0;
    try {
      return await ask({ overlay: await Overlay.of(table).with(locals), made: null, rows });
    } catch (error) {
      if (error instanceof Stale) return none;
      throw error;
    }
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
    const before = this.explained;
    const view = await this.store.view(name, this.seen(cached));
    const { replica, version } = view;
    // The database was evicted and made anew: nothing that was read from the old one says anything of this one.
    if (version === null || this.explained?.replica !== replica) this.forget();
    if (version === null) return null;
    const definition = view.definition ?? before?.definition;
    if (definition === undefined) return null;
    if (view.definition !== null) this.explained = { replica, version, definition };
    const entity = definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    const opened =
      entity.pattern === LOCAL
        ? openOnDevice(entity, view, version, cached)
        : await this.openSynced(entity, view, version, cached);
    this.cache.set(name, opened);
    return opened;
  }

  private async openSynced(
    entity: EntityDefinition,
    view: EntityView,
    version: string,
    cached: Opened | undefined,
  ): Promise<Opened> {
    const { replica, record, pruned, local } = view;
    const { name } = entity;
    const before = cached?.locals ?? NONE;
    const since = local.since && new Map([...local.since].map(([key, row]) => [key, asLocal(row)]));
    const locals = local.rows !== null ? localRows(local.rows) : since === undefined ? before : patched(before, since);
    const generations = record === null ? [] : visibleGenerations(record);
    const made = { version, generations, pruned };
    const opened = { replica, entity, made, change: local.change, locals, rows: record?.rows ?? 0 };
    if (record === null) return { ...opened, overlay: null };
    const findOrder = orderFinder(this.store, name, made);
    const seen = view.isKnown ? cached?.overlay : null;
    let table = seen?.server ?? Table.of(new Base(entity, record, this.origin(name, made)), findOrder);
    if (view.layers.length > 0) {
      const unknown = unknownLayers(record, view.isKnown ? cached?.made.generations : []);
      const numbers = unknown.map(({ generation }) => generation);
      table = await table.with(view.layers, findOrder, numbers);
    }
    if (seen?.server !== table) return { ...opened, overlay: await Overlay.of(table).with(locals) };
    if (since !== undefined) return { ...opened, overlay: await seen.patched(since) };
    return { ...opened, overlay: local.rows === null ? seen : await seen.with(locals) };
  }

  private origin(name: string, made: Made): Origin {
    return {
      segments: (numbers) => this.store.baseSegments(name, made.generations[0] ?? 0, numbers),
      parts: (part) => this.store.blocks(name, part, made),
    };
  }

  private seen(cached: Opened | undefined): Known | undefined {
    if (this.explained === null) return undefined;
    const { replica, version } = this.explained;
    if (cached?.replica !== replica || cached.made.version !== version) return { replica, version };
    const [generation = 0, ...layers] = cached.made.generations;
    // Of an entity that is never synced all rows are laid out anew.
    const wantsSince = cached.made.generations.length > 0;
    return { replica, version, generation, layers, pruned: cached.made.pruned, change: cached.change, wantsSince };
  }

  private forget(): void {
    this.cache.clear();
    this.explained = null;
  }
}

function openOnDevice(
  entity: EntityDefinition,
  { replica, local: { change, rows } }: EntityView,
  version: string,
  cached: Opened | undefined,
): Opened {
  if (rows === null && cached !== undefined) return cached;
  const all = [...(rows?.values() ?? [])];
  const made = { version, generations: [], pruned: 0 };
  const overlay = Overlay.of(onDeviceTable(entity, all));
  return { replica, entity, made, change, locals: NONE, overlay, rows: all.length };
}

/** Without those that were made when the entity was never synced: they change nothing of what the server has. */
function localRows(rows: ReadonlyMap<Key, SingleRow>): ReadonlyMap<Key, LocalRow> {
  return new Map([...rows].filter((row): row is [Key, LocalRow] => asLocal(row[1]) !== null));
}

function asLocal(row: SingleRow | null): LocalRow | null {
  return row?.change === undefined ? null : (row as LocalRow);
}

function patched(
  rows: ReadonlyMap<Key, LocalRow>,
  since: ReadonlyMap<Key, LocalRow | null>,
): ReadonlyMap<Key, LocalRow> {
  const now = new Map(rows);
  for (const [key, row] of since) {
    if (row === null) now.delete(key);
    else now.set(key, row);
  }
  return now;
}
