/** The trees of a definition's entities, read once each and again when their rows change. */
import type { Definition, EntityDefinition } from "../../api";
import { findEntity } from "../model";
import { parentAttribute } from "../narrowing";
import { Tree } from "./tree";

/** An entity of more rows is no tree that anybody looks through: it is searched instead. */
const MOST_NODES = 5_000;

export class Trees {
  #known = new Map<string, Tree | null | undefined>();

  /** `changed` is called when a tree was read. */
  constructor(readonly changed: () => void) {}

  /** The tree of an entity; `undefined` while it is read, `null` when there is none. */
  get(definition: Definition, name: string | undefined): Tree | null | undefined {
    const entity = name ? findEntity(definition, name) : undefined;
    const parent = entity && parentAttribute(entity);
    if (!entity || !parent) return null;
    if (!this.#known.has(entity.name)) void this.#read(entity, parent.name);
    return this.#known.get(entity.name);
  }

  /** Reads those of these entities anew that somebody asked for; what is known stays until then. */
  forget(entities: string[], definition: Definition): void {
    for (const name of entities) {
      const entity = this.#known.has(name) ? findEntity(definition, name) : undefined;
      const parent = entity && parentAttribute(entity);
      if (entity && parent) void this.#read(entity, parent.name);
    }
  }

  async #read(entity: EntityDefinition, parent: string): Promise<void> {
    if (!this.#known.has(entity.name)) this.#known.set(entity.name, undefined);
    const rows = await window.offline.entities[entity.name]?.list({ limit: MOST_NODES + 1 }).catch(() => null);
    this.#known.set(entity.name, rows && rows.length <= MOST_NODES ? new Tree(rows, entity.key, parent) : null);
    this.changed();
  }
}
