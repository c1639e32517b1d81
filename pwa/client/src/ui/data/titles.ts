/** Titles of related records, looked up once each and kept until their entity changes. */
import type { Definition, EntityDefinition, Key } from "../../api";
import type { Formatter } from "../format";
import { findEntity, keyOf, recordTitle } from "../model";

export class Titles {
  /** By entity and key; `null`: not on the device, `undefined`: being asked. */
  #known = new Map<string, Map<Key, string | null | undefined>>();

  constructor(
    readonly format: Formatter,
    readonly changed: () => void,
  ) {}

  /** The title, `undefined` until it is known (`changed` is called then), `null` when there is no such record. */
  get(definition: Definition, entity: string, key: Key): string | null | undefined {
    const known = this.#known.get(entity) ?? new Map<Key, string | null | undefined>();
    this.#known.set(entity, known);
    const related = findEntity(definition, entity);
    if (!related) return null;
    if (!known.has(key)) {
      known.set(key, undefined);
      void this.#ask(related, key).then((title) => {
        known.set(key, title);
        this.changed();
      });
    }
    return known.get(key);
  }

  /** Looks up the titles of an entity's first records at once, for choosing among them. */
  async learn(definition: Definition, entity: string, limit: number): Promise<void> {
    const related = findEntity(definition, entity);
    const rows = (await window.offline.entities[entity]?.list({ limit }).catch(() => [])) ?? [];
    if (!related) return;
    const known = this.#known.get(entity) ?? new Map<Key, string | null | undefined>();
    this.#known.set(entity, known);
    for (const row of rows) known.set(keyOf(related, row), recordTitle(related, row, this.format));
    this.changed();
  }

  async #ask(related: EntityDefinition, key: Key): Promise<string | null> {
    try {
      const row = await window.offline.entities[related.name]?.get(key);
      return row ? recordTitle(related, row, this.format) : null;
    } catch {
      // The store was closed meanwhile (signed out): the key is shown instead, if anything is.
      return null;
    }
  }

  forget(entities: string[]): void {
    for (const entity of entities) this.#known.delete(entity);
  }
}
