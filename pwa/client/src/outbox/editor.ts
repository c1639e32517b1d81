/** Edits of records of synced entities, in the transaction in which they are decided. */

import type { Edit, EntityDefinition, Key, Row, WireValue } from "../api";
import { _, translate } from "../language";
import { ClientError } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { attributeOf, isSame, isTrouble, keysIn, type Local } from "./book";
import { defaultsOf, isDefaultSent, type Problems, problemsOf } from "./checks";
import type { Decision } from "./deciding";
import { editableOf, hasTypedKey, lay, layDelete, opened, pick } from "./lay";
import { makeAnew, sendAgain, withoutUnwritable } from "./stand";
import { isLocalKey, LOCAL_KEY } from "./types";

/** What people see of a record, and what they did not type. */
const ADDED = ["_local", "_version"];

export class Editor {
  /** Changes that were laid into. */
  private readonly touched = new Set<string>();

  constructor(
    private readonly desk: Decision,
    /** What the server calls records that were made here. */
    private readonly known: ReadonlyMap<Key, Key>,
  ) {}

  /** @throws ClientError `permission_denied`, `unknown_record`. */
  save(name: string, given: Row, problems: Problems, placed: string): Key {
    const entity = this.entity(name);
    const row = this.understood(entity, given);
    const key = row[entity.key] as Key | null | undefined;
    const { local, base, exists } = key == null ? NOTHING : this.find(name, key);
    if (key != null && exists) {
      return this.change(entity, key, local, base, row, problems, placed);
    }
    if (key != null && !isLocalKey(key) && !hasTypedKey(entity)) {
      throw new ClientError("unknown_record", `${name} ${key}`);
    }
    return this.make(entity, key ?? null, local, row, problems, placed);
  }

  /** @throws ClientError `permission_denied`, `unknown_record`. */
  update(name: string, asked: Key, given: Row, problems: Problems): void {
    const entity = this.entity(name);
    const key = this.known.get(asked) ?? asked;
    const { local, base, exists } = this.find(name, key);
    if (!exists || local?.row.change.op === "delete") throw new ClientError("unknown_record", `${name} ${key}`);
    const row = this.understood(entity, given);
    if ((row[entity.key] ?? key) !== key) {
      problems.add([[entity.key, translate(_("The key of a record never changes."))]]);
    }
    this.change(entity, key, local, base, row, problems, "");
  }

  /** One that is not there is as good as removed. @throws ClientError `permission_denied`. */
  remove(name: string, asked: Key): Key {
    const entity = this.entity(name);
    const key = this.known.get(asked) ?? asked;
    const { local, base, exists } = this.find(name, key);
    if (!exists || local?.row.change.op === "delete") return key;
    const isOnServer = local === undefined || local.row.change.base !== null;
    if (isOnServer && !entity.writable?.delete) throw new ClientError("permission_denied", name);
    const found = local ?? opened(this.desk, name, key, base, {});
    const now = isTrouble(found.row.change.state) ? sendAgain(this.desk, found) : found;
    layDelete(this.desk, now, base);
    this.touched.add(now.row.change.id);
    return key;
  }

  /** All or none of them; records before those that point at them. Keys by place. */
  together(edits: readonly { edit: Edit; at: number }[], problems: Problems): Map<number, Key> {
    const keys = new Map<number, Key>();
    for (const { edit, at } of this.inOrder(edits)) {
      const key =
        "delete" in edit
          ? this.remove(edit.entity, edit.delete)
          : this.save(edit.entity, edit.values, problems, `${at}.`);
      keys.set(at, key);
    }
    this.join();
    return keys;
  }

  /** Keys of all records of an entity that are changed here. */
  localKeys(name: string): Key[] {
    return this.desk.book.locals.filter(({ entity }) => entity === name).map(({ key }) => key);
  }

  private make(
    entity: EntityDefinition,
    given: Key | null,
    local: Local | undefined,
    row: Row,
    problems: Problems,
    placed: string,
  ): Key {
    if (!entity.writable?.create) throw new ClientError("permission_denied", entity.name);
    const { desk } = this;
    const isTyped = hasTypedKey(entity);
    const { [entity.key]: typed, ...rest } = row;
    const values = isTyped && typed != null && !isLocalKey(typed) ? row : rest;
    problems.add(problemsOf(entity, values, true), placed);
    const key = given ?? LOCAL_KEY + desk.uuid();
    const defaults = defaultsOf(entity, new Date(desk.now));
    const shown = { ...defaults, ...values, [entity.key]: key };
    const made = opened(desk, entity.name, key, null, shown);
    // Where one with this key was deleted here, it is the same record to the device.
    const id = local?.row.change.id ?? made.row.change.id;
    const now = { ...made, row: { ...made.row, change: { ...made.row.change, id } } };
    const sent = {
      ...pick(
        defaults,
        editableOf(entity).filter((name) => isDefaultSent(attributeOf(entity, name))),
      ),
    };
    const all = { ...sent, ...values };
    lay(desk, now, all, this.derived(entity, all));
    this.touched.add(id);
    return key;
  }

  private change(
    entity: EntityDefinition,
    key: Key,
    found: Local | undefined,
    server: Row | null,
    row: Row,
    problems: Problems,
    placed: string,
  ): Key {
    const { desk } = this;
    let local = found ?? opened(desk, entity.name, key, server, {});
    const isCreation = local.row.change.op === "create";
    if (!(isCreation ? entity.writable?.create : entity.writable?.update)) {
      throw new ClientError("permission_denied", entity.name);
    }
    const shown = { ...local.row.change.base, ...server, ...local.row.values, ...local.row.derived };
    const { [entity.key]: _key, ...rest } = row;
    const changed = Object.fromEntries(
      Object.entries(rest).filter(([name, value]) => !isSame(shown[name], value) || !(name in shown)),
    );
    problems.add(problemsOf(entity, changed, false), placed);
    const { state } = local.row.change;
    if (state === "conflict") {
      // What is typed is mine; it is sent when the person has chosen.
      const values = { ...local.row.values, ...changed };
      const derived = { ...local.row.derived, ...this.derived(entity, changed) };
      desk.book.put({ ...local, row: { ...local.row, values, derived } });
      return key;
    }
    if (state === "rejected" || state === "gone") local = this.anew(local);
    if (local.row.change.op === "delete") local = this.undeleted(local);
    lay(desk, local, changed, this.derived(entity, changed), server);
    this.touched.add(local.row.change.id);
    return local.key;
  }

  /** Ready to be corrected. */
  private anew(local: Local): Local {
    if (local.row.change.state === "gone") return makeAnew(this.desk, local);
    return withoutUnwritable(this.desk.book, sendAgain(this.desk, local));
  }

  private undeleted(local: Local): Local {
    for (const { id, op } of this.desk.book.chain(local.row.change.id)) if (op === "delete") this.desk.book.drop(id);
    return local;
  }

  private find(name: string, key: Key): { local: Local | undefined; base: Row | null; exists: boolean } {
    const { book, bases } = this.desk;
    const local = book.at(name, key);
    const base = isLocalKey(key) ? null : bases.get(name, key);
    if (local === undefined) return { local, base, exists: base !== null };
    // One whose deletion was sent is no more: only its key can come again.
    const isOver =
      local.row.change.op === "delete" && !book.chain(local.row.change.id).some(({ wire }) => wire === null);
    return { local, base, exists: !isOver };
  }

  /** With keys as the server has them, where it has, and without what is shown beside. None of it is the caller's. */
  private understood(entity: EntityDefinition, given: Row): Row {
    const now = (key: WireValue): WireValue => this.known.get(key as Key) ?? key;
    const row: Row = {};
    for (const [name, value] of Object.entries(given)) {
      if (ADDED.includes(name)) continue;
      const attribute = attributeOf(entity, name);
      const isKey = name === entity.key || attribute?.relation !== undefined;
      row[name] = !isKey
        ? structuredClone(value)
        : Array.isArray(value)
          ? [...new Set(value.map(now))].sort((a, b) => keyOrder(attribute?.type ?? "string")(a as Key, b as Key))
          : now(value);
    }
    return row;
  }

  /** What is shown of related records, as they are on this device. */
  private derived(entity: EntityDefinition, values: Row): Row {
    const derived: Row = {};
    for (const { name, relation, many } of entity.attributes) {
      if (relation === undefined || many || !(name in values)) continue;
      const names = entity.attributes.map((one) => one.name).filter((one) => one.startsWith(`${name}__`));
      const [key] = keysIn(values[name]);
      const related = key === undefined || names.length === 0 ? {} : this.view(relation, key);
      for (const one of names) derived[one] = related[one.slice(name.length + 2)] ?? null;
    }
    return derived;
  }

  private view(name: string, key: Key): Row {
    const { local, base } = this.find(name, key);
    return { ...local?.row.change.base, ...base, ...local?.row.values, ...local?.row.derived };
  }

  /** Edits after those that make what they point at, as far as that can be. */
  private inOrder<One extends { edit: Edit }>(edits: readonly One[]): One[] {
    const rest = [...edits];
    const order: One[] = [];
    const keyOf = ({ edit }: One) => ("delete" in edit ? undefined : edit.values[this.entity(edit.entity).key]);
    while (rest.length > 0) {
      const made = new Set(rest.map(keyOf).filter((key) => key !== undefined));
      const isFree = (one: One) =>
        "delete" in one.edit ||
        !this.desk.book
          .references(one.edit.entity, one.edit.values)
          .some(({ key }) => made.has(key) && key !== keyOf(one));
      const at = Math.max(0, rest.findIndex(isFree));
      order.push(...rest.splice(at, 1));
    }
    return order;
  }

  /** What was laid into, and what that goes together with already, goes together. */
  private join(): void {
    const { book, uuid } = this.desk;
    const open = [...this.touched].flatMap((id) => book.chain(id).filter(({ wire }) => wire === null));
    if (new Set(open.map(({ change }) => change)).size < 2) return;
    const group = uuid();
    const old = new Set(open.flatMap((one) => one.group ?? []));
    for (const mutation of book.all) {
      const isOne = mutation.group === null ? open.includes(mutation) : old.has(mutation.group);
      if (isOne && mutation.wire === null) book.putMutation({ ...mutation, group });
    }
  }

  private entity(name: string): EntityDefinition {
    const entity = this.desk.book.entity(name);
    if (entity === undefined) throw new ClientError("unknown_entity", name);
    return entity;
  }
}

const NOTHING = { local: undefined, base: null, exists: false } as const;

/** All keys in values that records have before the server has them. */
export function localKeysIn(rows: readonly Row[]): Set<string> {
  return new Set(rows.flatMap((row) => Object.values(row).flatMap(keysIn)).filter(isLocalKey));
}
