/** The entities of one person as tables: each is read from the store when first asked for, and again when it changed. */

import type { Definition } from "../api";
import { ClientError } from "../protocol/errors";
import type { Known, Store } from "../store/store";
import { Table } from "./table";

interface Cached {
  replica: string;
  version: string;
  generation: number;
  /** Generations of the layers in it. */
  layers: number[];
  table: Table;
}

export class Tables {
  private readonly cache = new Map<string, Cached>();
  private known: { replica: string; version: string; definition: Definition } | null = null;

  constructor(private readonly store: Pick<Store, "view">) {}

  /**
   * The table of an entity as it is now; `null` before its first sync.
   *
   * @throws ClientError `unknown_entity` when the definition has none of this name.
   */
  async table(name: string): Promise<Table | null> {
    const cached = this.cache.get(name);
    const before = this.known;
    const view = await this.store.view(name, this.seen(cached));
    const { replica, version } = view;
    // The database was evicted and made anew: nothing that was read from the old one says anything of this one.
    if (version === null || this.known?.replica !== replica) this.forget();
    if (version === null) return null;
    const definition = view.definition ?? before?.definition;
    if (definition === undefined) return null;
    if (view.definition !== null) this.known = { replica, version, definition };
    const entity = definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    if (view.record === null) return null;
    if (view.segments === null && cached?.version !== version) {
      // The definition changed under rows that stayed, and that were not asked for: look again, at both.
      this.cache.delete(name);
      return this.table(name);
    }
    const { generation, layers, columns } = view.record;
    let table = view.segments === null ? cached?.table : new Table(entity, columns, view.segments);
    if (view.layers.length > 0) table = table?.with(view.layers);
    if (table === undefined) return null;
    const known = layers.map((layer) => layer.generation);
    this.cache.set(name, { replica, version, generation, layers: known, table });
    return table;
  }

  private seen(cached: Cached | undefined): Known | undefined {
    if (this.known === null) return undefined;
    const { replica, version } = this.known;
    // With another definition the table is made anew, and needs its rows.
    const same = cached !== undefined && cached.version === version && cached.replica === replica;
    return same ? { replica, version, generation: cached.generation, layers: cached.layers } : { replica, version };
  }

  private forget(): void {
    this.cache.clear();
    this.known = null;
  }
}
