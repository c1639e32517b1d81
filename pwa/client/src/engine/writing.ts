/** What people change on the device. Only entities that are never synced can be changed so far. */

import type { AttributeDefinition, EntityDefinition, Key, Row } from "../api";
import { _, translate } from "../language";
import { ClientError, InvalidValues } from "../protocol/errors";
import { LOCAL } from "../protocol/patterns";
import { problemOf } from "../protocol/values";
import type { SingleRow, Store } from "../store/store";

export interface WritingWorld {
  store: Pick<Store, "overview" | "changeRows">;
  uuid(): string;
  /** Rows of this entity are others now. */
  changed(entity: string): void;
}

/** Each is one transaction that is on the disk when it resolves (L2). All reject with `unknown_entity`, `read_only`. */
export class Writing {
  constructor(private readonly world: WritingWorld) {}

  /**
   * Makes those without a key, or with one that no record has, and changes the others: what is not named stays.
   *
   * @param isOne: what is wrong is told by attribute, else by place and attribute (`2.title`).
   * @returns their keys, in this order.
   * @throws InvalidValues; nothing has changed then.
   */
  async save(name: string, rows: readonly Row[], isOne: boolean): Promise<Key[]> {
    const entity = await this.writable(name);
    const keys = rows.map((row) => (row[entity.key] ?? this.world.uuid()) as Key);
    await this.world.store.changeRows(name, keys, (found) => {
      const changed = new Map<Key, SingleRow>();
      const problems: Record<string, string[]> = {};
      for (const [at, row] of rows.entries()) {
        const key = keys[at] as Key;
        const before = changed.get(key) ?? found.get(key);
        const values = { ...row, [entity.key]: key };
        for (const [attribute, problem] of problemsOf(entity, values, before === undefined)) {
          problems[isOne ? attribute : `${at}.${attribute}`] = [problem];
        }
        changed.set(key, { values: { ...(before?.values ?? defaults(entity)), ...values } });
      }
      if (Object.keys(problems).length > 0) throw new InvalidValues(problems);
      return changed;
    });
    this.changed(name, keys);
    return keys;
  }

  /** @throws ClientError `unknown_record`. @throws InvalidValues. */
  async update(name: string, key: Key, values: Row): Promise<void> {
    const entity = await this.writable(name);
    await this.world.store.changeRows(name, [key], (found) => {
      const before = found.get(key);
      if (before === undefined) throw new ClientError("unknown_record", `${name} ${key}`);
      const problems = Object.fromEntries(
        [...problemsOf(entity, values, false)].map(([at, problem]) => [at, [problem]]),
      );
      if ((values[entity.key] ?? key) !== key)
        problems[entity.key] = [translate(_("The key of a record never changes."))];
      if (Object.keys(problems).length > 0) throw new InvalidValues(problems);
      return new Map([[key, { values: { ...before.values, ...values } }]]);
    });
    this.changed(name, [key]);
  }

  /** One that is not there is as good as removed. */
  async delete(name: string, key: Key): Promise<void> {
    await this.remove(name, [key]);
  }

  async deleteAll(name: string): Promise<void> {
    await this.remove(name, null);
  }

  private async remove(name: string, keys: Key[] | null): Promise<void> {
    await this.writable(name);
    await this.world.store.changeRows(name, keys, (found) => new Map([...found.keys()].map((key) => [key, null])));
    this.changed(name, keys);
  }

  private changed(name: string, keys: readonly Key[] | null): void {
    if (keys === null || keys.length > 0) this.world.changed(name);
  }

  private async writable(name: string): Promise<EntityDefinition> {
    const { definition } = await this.world.store.overview();
    const entity = definition?.definition.entities.find((candidate) => candidate.name === name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    if (entity.pattern !== LOCAL) throw new ClientError("read_only", name);
    return entity;
  }
}

/** What is wrong, by attribute; of a record that is new also what is missing. */
function* problemsOf(entity: EntityDefinition, values: Row, isNew: boolean): Generator<[string, string]> {
  const known = new Map(entity.attributes.map((attribute) => [attribute.name, attribute]));
  for (const [name, value] of Object.entries(values)) {
    const attribute = known.get(name);
    const problem = attribute === undefined ? translate(_("There is no such attribute.")) : problemOf(attribute, value);
    if (problem !== null) yield [name, problem];
  }
  for (const attribute of isNew ? entity.attributes : []) {
    if (!(attribute.name in values) && !hasDefault(attribute)) yield [attribute.name, translate(_("Enter a value."))];
  }
}

function hasDefault(attribute: AttributeDefinition): boolean {
  return "default" in attribute || attribute.null;
}

function defaults(entity: EntityDefinition): Row {
  return Object.fromEntries(entity.attributes.filter(hasDefault).map((one) => [one.name, one.default ?? null]));
}
