/** Which generations of an entity are in use, and what a new definition leaves of what was being downloaded. */

import type { Definition } from "../api";
import { syncedNames } from "../by-name";
import { trackedKeyType } from "../protocol/patterns";
import type { EntityRecord, Layer, Overview, PartialCopy, Switch } from "./store";

type State = Pick<Overview, "entities" | "partials" | "parts">;

/** The generations that an entity's rows, or what is kept of a cut download or comparison of it, need. */
export function generationsOf({ entities, partials, parts }: State, entity: string): Set<number> {
  const record = entities[entity];
  const partial = partials[entity];
  return new Set([
    ...(record === undefined ? [] : visibleGenerations(record)),
    ...(partial === undefined ? [] : [partial.generation, ...partial.layers]),
    ...Object.values(parts[entity] ?? {}).map(({ generation }) => generation),
  ]);
}

export function visibleGenerations({ generation, layers }: Pick<EntityRecord, "generation" | "layers">): number[] {
  return [generation, ...layers.map((layer) => layer.generation)];
}

/** The layers of an entity that who knows these generations of them does not know. */
export function unknownLayers({ layers }: Pick<EntityRecord, "layers">, known: readonly number[] = []): Layer[] {
  return layers.filter(({ generation }) => !known.includes(generation));
}

/** Whether nobody changed the entity since it was read. */
export function isSame(a: EntityRecord | undefined, b: EntityRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.cursor === b.cursor && String(visibleGenerations(a)) === String(visibleGenerations(b));
}

/** What there is after a switch. */
export function switched(state: State, { entities, definition }: Switch): State {
  const names = definition === null ? null : syncedNames(definition.definition);
  const isKept = (name: string) => names?.includes(name) ?? true;
  const next = Object.entries({ ...state.entities, ...entities })
    .filter(([name]) => isKept(name))
    .map(([name, record]): [string, EntityRecord] => {
      // What the other definition no longer has may have been the only one to name a file.
      const isUnseen = definition !== null || state.entities[name]?.unseenFiles === null;
      return [name, isUnseen ? { ...record, unseenFiles: null } : record];
    });
  const partials = Object.entries(state.partials).filter(([name, partial]) => {
    return !(name in entities) && (definition === null || isUseful(name, partial, definition.definition));
  });
  const parts = Object.entries(state.parts).filter(([name]) => !(name in entities) && isKept(name));
  return {
    entities: Object.fromEntries(next),
    partials: Object.fromEntries(partials),
    parts: Object.fromEntries(parts),
  };
}

function isUseful(name: string, { keyType }: PartialCopy, definition: Definition): boolean {
  return trackedKeyType(definition, name) === keyType;
}
