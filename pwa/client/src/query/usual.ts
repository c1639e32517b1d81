/** What the screens of an entity will ask of all its rows. */

import type { EntityDefinition } from "../api";

/** The attributes that its lists sort and filter by, and the key, which decides between equals. */
export function usualColumns({ attributes, key, ordering, list_filter: filters }: EntityDefinition): string[] {
  const chosen = attributes.filter(({ relation }) => relation !== undefined).map(({ name }) => name);
  const named = [key, ...ordering.map((name) => name.replace(/^-/, "")), ...filters, ...chosen];
  return [...new Set(named)].filter((name) => attributes.some((attribute) => attribute.name === name));
}
