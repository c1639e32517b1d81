/** The entities of one person as tables: each is read from the store when first asked for, and again when it changed. */

import type { Definition } from "../api";
import { ClientError } from "../protocol/errors";
import type { Store } from "../store/store";
import { Table } from "./table";

interface Cached {
  version: string;
  generation: number;
  table: Table;
}

export class Tables {
  private readonly cache = new Map<string, Cached>();
  private known: { version: string; definition: Definition } | null = null;

  constructor(private readonly store: Pick<Store, "view">) {}

  /**
   * The table of an entity as it is now; `null` before its first sync.
   *
   * @throws ClientError `unknown_entity` when the definition has none of this name.
   */
  async table(name: string): Promise<Table | null> {
    const cached = this.cache.get(name);
    const known = this.known;
    const view = await this.store.view(name, {
      // With another definition the table is made anew, and needs its rows.
      ...(cached !== undefined && cached.version === known?.version ? { generation: cached.generation } : {}),
      ...(known !== null ? { version: known.version } : {}),
    });
    if (view.version === null) return null;
    const definition = view.definition ?? known?.definition;
    if (definition === undefined) return null;
    if (view.definition !== null) this.known = { version: view.version, definition };
    const entity = definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    if (view.record === null) return null;
    if (view.segments === null) {
      if (cached?.version === view.version) return cached.table;
      // The definition changed under rows that stayed, and that were not asked for: look again, at both.
      this.cache.delete(name);
      return this.table(name);
    }
    const table = new Table(entity, view.record.columns, view.segments);
    this.cache.set(name, { version: view.version, generation: view.record.generation, table });
    return table;
  }
}
