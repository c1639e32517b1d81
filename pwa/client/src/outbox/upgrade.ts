/** What a new definition makes of local changes (L5): attributes follow their names, and nothing is thrown away. */

import type { Definition, EntityDefinition, Row } from "../api";
import type { LocalTransaction } from "./types";

export async function upgrade(transaction: LocalTransaction, definition: Definition): Promise<void> {
  const entities = new Map(definition.entities.map((entity) => [entity.name, namesOf(entity)]));
  for (const { entity, key, row } of await transaction.rows()) {
    const names = entities.get(entity);
    const { change } = row;
    const old = [row.values, row.derived, change.base, change.theirs, change.error?.fields];
    if (names === undefined || !old.some((one) => one && hasOld(one as Row, names))) continue;
    const renamed = (one: Row) => inNew(one, names);
    const list = (some: string[]) => some.map((name) => names.get(name) ?? name);
    const error = change.error && { ...change.error };
    if (error?.fields) error.fields = inNew(error.fields as unknown as Row, names) as unknown as typeof error.fields;
    await transaction.putRow(entity, key, {
      ...row,
      ...{ values: renamed(row.values), derived: renamed(row.derived) },
      ...(row.sent && { sent: { ...row.sent, attributes: list(row.sent.attributes) } }),
      change: {
        ...change,
        ...{ base: change.base && renamed(change.base), theirs: change.theirs && renamed(change.theirs), error },
        ...(change.unsure && {
          unsure: change.unsure.map(({ name, key }) => ({ name: names.get(name) ?? name, key })),
        }),
        attributes: list(change.attributes),
      },
    });
  }
  for (const one of await transaction.acknowledged()) {
    const names = entities.get(one.entity);
    const rows = {
      values: one.values,
      was: one.was,
      ...(one.base && { base: one.base }),
      ...(one.known && { known: one.known }),
    };
    if (names === undefined || !Object.values(rows).some((row) => hasOld(row, names))) continue;
    const now = Object.entries(rows).map(([name, row]) => [name, inNew(row, names)]);
    await transaction.putAcknowledged({ ...one, ...Object.fromEntries(now) });
  }
  for (const mutation of await transaction.mutations()) {
    const names = entities.get(mutation.entity);
    if (names === undefined || !(hasOld(mutation.values, names) || hasOld(mutation.was, names))) continue;
    // What was sent stays as it was (W1): the server knows old names, too.
    const { values, was } = mutation;
    await transaction.putMutation({ ...mutation, values: inNew(values, names), was: inNew(was, names) });
  }
}

/** New names by old ones that mean nothing else now. */
function namesOf({ attributes }: EntityDefinition): ReadonlyMap<string, string> {
  const now = new Set(attributes.map(({ name }) => name));
  const pairs = attributes.flatMap(({ name, was = [] }) => was.map((old) => [old, name] as const));
  return new Map(pairs.filter(([old]) => !now.has(old)));
}

function hasOld(row: Row, names: ReadonlyMap<string, string>): boolean {
  return Object.keys(row).some((name) => names.has(name));
}

function inNew(row: Row, names: ReadonlyMap<string, string>): Row {
  // What is there under the new name already is newer.
  const renamed = Object.entries(row).filter(([name]) => !names.has(name) || !((names.get(name) as string) in row));
  return Object.fromEntries(renamed.map(([name, value]) => [names.get(name) ?? name, value]));
}
