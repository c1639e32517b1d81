/**
 * All local changes of one person in memory, while one transaction decides about them. Records are replaced, never
 * changed in place; what became another is written in the end, and is taken over when it is on the disk.
 */

import type { AttributeDefinition, ChangeState, Definition, EntityDefinition, Key, Row, WireValue } from "../api";
import { Layered } from "./layered";
import type { LocalRow, LocalTransaction, Mutation } from "./types";

/** A local row, where it is. */
export interface Local {
  entity: string;
  key: Key;
  row: LocalRow;
}

/** What there is of local changes, by what it is looked for. */
class Shelf {
  /** By place. */
  readonly rows = new Map<string, Local>();
  /** By id of the change. */
  readonly changes = new Map<string, Local>();
  readonly mutations = new Map<string, Mutation>();
  /** By id of the change, in the order made. */
  readonly chains = new Map<string, readonly Mutation[]>();
  /**
   * Ids of changes that are a person's turn, wait for such a one or may become one, and of mutations that have no effect
   * any more.
   */
  readonly tangled = new Map<string, true>();
  lastSeq = 0;
  /** Whether nothing was decided about it since it was read. */
  isNew = true;
}

export class Book {
  private readonly rows: Layered<Local>;
  private readonly changes: Layered<Local>;
  private readonly mutations: Layered<Mutation>;
  private readonly chains: Layered<readonly Mutation[]>;
  private readonly tangled: Layered<true>;
  private readonly entities: ReadonlyMap<string, EntityDefinition>;
  private lastSeq: number;

  private constructor(
    definition: Definition | null,
    private readonly shelf: Shelf,
  ) {
    this.rows = new Layered(shelf.rows);
    this.changes = new Layered(shelf.changes);
    this.mutations = new Layered(shelf.mutations);
    this.chains = new Layered(shelf.chains);
    this.tangled = new Layered(shelf.tangled);
    this.lastSeq = shelf.lastSeq;
    this.entities = new Map(definition?.entities.map((entity) => [entity.name, entity]));
  }

  static async load(transaction: LocalTransaction, definition: Definition | null): Promise<Book> {
    const [rows, mutations] = await Promise.all([transaction.rows(), transaction.mutations()]);
    const read = new Book(definition, new Shelf());
    for (const local of rows) read.put(local);
    for (const mutation of mutations) read.putMutation(mutation);
    read.takeOver();
    read.shelf.isNew = true;
    return read;
  }

  /** The same once more, for the next decision: what was saved counts, all else does not. */
  again(definition: Definition | null): Book {
    return new Book(definition, this.shelf);
  }

  /** Writes what became another. Returns the entities whose rows did. */
  async save(transaction: LocalTransaction): Promise<string[]> {
    const touched = new Set<string>();
    const writes: Promise<void>[] = [];
    for (const [, now, before] of this.rows.others()) {
      const local = now ?? before;
      if (local === undefined || now?.row === before?.row) continue;
      writes.push(transaction.putRow(local.entity, local.key, now?.row ?? null));
      touched.add(local.entity);
    }
    for (const [id, now, before] of this.mutations.others()) {
      if (now === before) continue;
      writes.push(now === undefined ? transaction.deleteMutation(id) : transaction.putMutation(now));
    }
    await Promise.all(writes);
    return [...touched];
  }

  /** What became another is on the disk. */
  takeOver(): void {
    for (const layered of [this.rows, this.changes, this.mutations, this.chains, this.tangled]) layered.takeOver();
    this.shelf.lastSeq = this.lastSeq;
    this.shelf.isNew = false;
  }

  /** Whether how some changes stand may depend on others, or is not known yet. */
  get isTangled(): boolean {
    return this.shelf.isNew || !this.tangled.isEmpty;
  }

  /** Those that became others in this decision. */
  get changed(): Local[] {
    const changes = new Set<string>();
    for (const [, now] of this.rows.others()) if (now !== undefined) changes.add(now.row.change.id);
    for (const [, now, before] of this.mutations.others()) {
      for (const one of [now, before]) if (one !== undefined) changes.add(one.change);
    }
    return [...changes].flatMap((id) => this.changes.get(id) ?? []);
  }

  /** Groups in which a mutation became another, or is new, whole. */
  get changedGroups(): Mutation[][] {
    const groups = new Map<string, Mutation[]>();
    for (const [, now] of this.mutations.others()) if (now?.group != null) groups.set(now.group, []);
    if (groups.size === 0) return [];
    for (const mutation of this.all) groups.get(mutation.group ?? "")?.push(mutation);
    return [...groups.values()];
  }

  entity(name: string): EntityDefinition | undefined {
    return this.entities.get(name);
  }

  get locals(): Local[] {
    return [...this.rows.values()];
  }

  at(entity: string, key: Key): Local | undefined {
    return this.rows.get(placeOf(entity, key));
  }

  change(id: string): Local | undefined {
    return this.changes.get(id);
  }

  put(local: Local): void {
    const { change } = local.row;
    this.rows.set(placeOf(local.entity, local.key), local);
    this.changes.set(change.id, local);
    const isTangled = isTrouble(change.state) || change.waitsFor !== null || change.unsure !== undefined;
    if (isTangled) this.tangled.set(change.id, true);
    else this.tangled.delete(change.id);
  }

  remove({ entity, key, row }: Local): void {
    this.rows.delete(placeOf(entity, key));
    this.changes.delete(row.change.id);
    this.tangled.delete(row.change.id);
  }

  get all(): Mutation[] {
    return [...this.mutations.values()].sort((a, b) => a.seq - b.seq);
  }

  mutation(id: string): Mutation | undefined {
    return this.mutations.get(id);
  }

  /** Mutations of a change, in the order made. */
  chain(change: string): readonly Mutation[] {
    return this.chains.get(change) ?? [];
  }

  putMutation(mutation: Mutation): void {
    this.drop(mutation.id);
    this.mutations.set(mutation.id, mutation);
    if (mutation.answer === "no") this.tangled.set(mutation.id, true);
    this.lastSeq = Math.max(this.lastSeq, mutation.seq);
    const chain = [...this.chain(mutation.change), mutation];
    this.chains.set(
      mutation.change,
      chain.sort((a, b) => a.seq - b.seq),
    );
  }

  drop(id: string): void {
    const mutation = this.mutations.get(id);
    if (mutation === undefined) return;
    this.mutations.delete(id);
    this.tangled.delete(id);
    const rest = this.chain(mutation.change).filter((one) => one.id !== id);
    if (rest.length > 0) this.chains.set(mutation.change, rest);
    else this.chains.delete(mutation.change);
  }

  newSeq(): number {
    return ++this.lastSeq;
  }

  /** The mutation that makes the record with this key, while it has no outcome. */
  creation(entity: string, key: Key): Mutation | undefined {
    const change = this.at(entity, key)?.row.change.id;
    return change === undefined ? undefined : this.chain(change).findLast(({ op }) => op === "create");
  }

  /** Records that values point at, by attribute. */
  references(entity: string, values: Row): { name: string; entity: string; key: Key }[] {
    const attributes = this.entities.get(entity)?.attributes ?? [];
    return attributes.flatMap(({ name, relation }) => {
      if (relation === undefined || !(name in values)) return [];
      return keysIn(values[name]).map((key) => ({ name, entity: relation, key }));
    });
  }

  /** What must be applied before. */
  needs(mutation: Mutation): Mutation[] {
    const before = this.chain(mutation.change).findLast(({ seq }) => seq < mutation.seq);
    const made = this.references(mutation.entity, mutation.values).flatMap(({ entity, key }) => {
      const creation = this.creation(entity, key);
      return creation === undefined || creation.change === mutation.change ? [] : creation;
    });
    return before === undefined ? made : [before, ...made];
  }

  /** What is sent together or not at all, the one without a group alone; in the order made. */
  units(): Mutation[][] {
    const units = new Map<string, Mutation[]>();
    for (const mutation of this.all) {
      const name = mutation.group ?? mutation.id;
      const unit = units.get(name);
      if (unit === undefined) units.set(name, [mutation]);
      else unit.push(mutation);
    }
    return [...units.values()];
  }

  /**
   * What depends on changes, or goes together with them, directly or not; with the one of these changes that it was
   * reached from. Themselves are in it.
   */
  reached(changes: Iterable<string>): Map<string, string> {
    const next = new Map<string, Set<string>>();
    const link = (from: string, to: string) => next.set(from, (next.get(from) ?? new Set()).add(to));
    for (const unit of this.units()) {
      const [first] = unit as [Mutation];
      for (const mutation of unit) {
        link(first.change, mutation.change);
        link(mutation.change, first.change);
        for (const needed of this.needs(mutation)) link(needed.change, mutation.change);
      }
    }
    const reached = new Map<string, string>();
    for (const change of changes) {
      const waiting = [change];
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        if (reached.has(one)) continue;
        reached.set(one, change);
        waiting.push(...(next.get(one) ?? []));
      }
    }
    return reached;
  }
}

export function placeOf(entity: string, key: Key): string {
  return JSON.stringify([entity, key]);
}

/** Of a value of a relation, or of many. */
export function keysIn(value: WireValue | undefined): Key[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (one): one is Key => typeof one === "string" || typeof one === "number",
  );
}

export function isSame(a: WireValue | undefined, b: WireValue | undefined): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** JSON whose objects have their keys in order: databases give them back in an order of their own. */
function canonical(value: WireValue | undefined): string {
  return JSON.stringify(value ?? null, (_key, one: WireValue) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Whether it is a person's turn. */
export function isTrouble(state: ChangeState): boolean {
  return state === "rejected" || state === "conflict" || state === "gone";
}

export function attributeOf(entity: EntityDefinition | undefined, name: string): AttributeDefinition | undefined {
  return entity?.attributes.find((attribute) => attribute.name === name);
}

export function valuesOf(mutations: readonly Mutation[]): Row {
  return Object.assign({}, ...mutations.map(({ values }) => values));
}
