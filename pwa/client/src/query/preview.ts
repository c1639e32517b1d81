/** What has arrived of a first download, to be looked at before it is complete (decision 0016). */

import type { EntityDefinition } from "../api";
import type { Place, Segment, Store, StoredDefinition } from "../store/store";
import { Base } from "./base";
import { Table } from "./table";

interface Arriving {
  definition: EntityDefinition;
  columns: readonly string[];
  /** In the order in which they came. */
  segments: Place[];
  rows: number;
  shown: { base: Base; table: Table } | null;
}

/** Segments are staged in the store; that they are there is known to the tab that fetches them, and to no other. */
export class Preview {
  /** What explains the rows. */
  definition: StoredDefinition | null = null;
  private readonly entities = new Map<string, Arriving>();

  /** `came`: called for each segment. */
  constructor(
    private readonly store: Pick<Store, "segment">,
    private readonly came: (entity: string) => void,
  ) {}

  /** The rows of an entity begin to come, perhaps once more. */
  begin(name: string, columns: readonly string[], explained: StoredDefinition): void {
    const definition = explained.definition.entities.find((candidate) => candidate.name === name);
    if (definition === undefined) return;
    this.definition = explained;
    // Sorting what has come by anything but its key, again and again, would take time from what is to come.
    this.entities.set(name, {
      definition: { ...definition, ordering: [] },
      columns,
      segments: [],
      rows: 0,
      shown: null,
    });
  }

  staged(name: string, place: Place, rows: number): void {
    const arriving = this.entities.get(name);
    if (arriving === undefined || rows === 0) return;
    arriving.segments.push(place);
    arriving.rows += rows;
    this.came(name);
  }

  /** What came can be read where it belongs. */
  end(): void {
    this.definition = null;
    this.entities.clear();
  }

  /** Rows that have come, by entity. */
  get rows(): Record<string, number> {
    return Object.fromEntries([...this.entities].map(([name, { rows }]) => [name, rows]));
  }

  table(name: string): Table | null {
    const arriving = this.entities.get(name);
    if (arriving === undefined) return null;
    const { definition, columns, segments } = arriving;
    if (arriving.shown?.base.place.segments !== segments.length) {
      const read = (number: number): Promise<Segment | null> => {
        const { generation = 0, number: at = 0 } = segments[number] ?? {};
        return this.store.segment(name, generation, at);
      };
      const origin = {
        segments: (numbers: readonly number[]) => Promise.all(numbers.map(read)),
        parts: async () => [],
      };
      const base =
        arriving.shown?.base.grown(segments.length) ??
        new Base(definition, { segments: segments.length, lasts: [], columns }, origin);
      arriving.shown = { base, table: Table.of(base) };
    }
    return arriving.shown.table;
  }
}
