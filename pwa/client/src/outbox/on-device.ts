/** Changes of records that only this device has: what they become, and nothing to be sent (decision 0027). */

import type { EntityDefinition, Key, Row } from "../api";
import { _, translate } from "../language";
import { ClientError } from "../protocol/errors";
import type { SingleRow, Store } from "../store/store";
import { defaultsOf, Problems, problemsOf } from "./checks";

export type ChangeRows = Store["changeRows"];

/**
 * Makes those with a key that no record has, and changes the others.
 *
 * @param placed: what stands in front of the names of attributes in errors, by place.
 */
export async function saveOnDevice(
  changeRows: ChangeRows,
  entity: EntityDefinition,
  rows: readonly { key: Key; values: Row; placed: string }[],
  now: Date,
): Promise<void> {
  const keys = rows.map(({ key }) => key);
  await changeRows(entity.name, keys, (found) => {
    const changed = new Map<Key, SingleRow>();
    const problems = new Problems();
    for (const { key, values, placed } of rows) {
      const before = changed.get(key) ?? found.get(key);
      const all = { ...values, [entity.key]: key };
      problems.add(problemsOf(entity, all, before === undefined), placed);
      changed.set(key, { values: { ...(before?.values ?? defaultsOf(entity, now)), ...all } });
    }
    problems.check();
    return changed;
  });
}

/** @throws ClientError `unknown_record`. @throws InvalidValues. */
export async function updateOnDevice(
  changeRows: ChangeRows,
  entity: EntityDefinition,
  key: Key,
  values: Row,
): Promise<void> {
  await changeRows(entity.name, [key], (found) => {
    const before = found.get(key);
    if (before === undefined) throw new ClientError("unknown_record", `${entity.name} ${key}`);
    const problems = new Problems();
    problems.add(problemsOf(entity, values, false));
    if ((values[entity.key] ?? key) !== key) {
      problems.add([[entity.key, translate(_("The key of a record never changes."))]]);
    }
    problems.check();
    return new Map([[key, { values: { ...before.values, ...values } }]]);
  });
}

/** `null`: all. */
export async function removeOnDevice(changeRows: ChangeRows, name: string, keys: Key[] | null): Promise<void> {
  await changeRows(name, keys, (found) => new Map([...found.keys()].map((key) => [key, null])));
}
