/**
 * All local changes of one person in memory, while one transaction decides about them. Records are replaced, never
 * changed in place; what became another is written in the end.
 */

import type { AttributeDefinition, ChangeState, Definition, EntityDefinition, Key, Row, WireValue } from "../api";
import type { LocalRow, LocalTransaction, Mutation } from "./types";

/** A local row, where it is. */
export interface Local {
  entity: string;
  key: Key;
  row: LocalRow;
}

export class Book {
  /** By place. */
  private readonly rows = new Map<string, Local>();
  /** By id of the change. */
  private readonly changes = new Map<string, Local>();
  private readonly mutations = new Map<string, Mutation>();
  /** By id of the change, in the order made. */
  private readonly chains = new Map<string, Mutation[]>();
  private readonly entities: ReadonlyMap<string, EntityDefinition>;
  private lastSeq = 0;

  private constructor(
    definition: Definition | null,
    private readonly oldRows: ReadonlyMap<string, Local>,
    private readonly oldMutations: ReadonlyMap<string, Mutation>,
  ) {
    this.entities = new Map(definition?.entities.map((entity) => [entity.name, entity]));
    for (const local of oldRows.values()) this.put(local);
    for (const mutation of oldMutations.values()) this.putMutation(mutation);
  }

  static async load(transaction: LocalTransaction, definition: Definition | null): Promise<Book> {
    const [rows, mutations] = await Promise.all([transaction.rows(), transaction.mutations()]);
    return new Book(
      definition,
      new Map(rows.map((local) => [placeOf(local.entity, local.key), local])),
      new Map(mutations.map((mutation) => [mutation.id, mutation])),
    );
  }

  /** Writes what became another. Returns the entities whose rows did. */
  async save(transaction: LocalTransaction): Promise<string[]> {
    const touched = new Set<string>();
    const writes: Promise<void>[] = [];
    for (const [place, { entity, key }] of this.oldRows) {
      if (this.rows.has(place)) continue;
      writes.push(transaction.putRow(entity, key, null));
      touched.add(entity);
    }
    for (const [place, { entity, key, row }] of this.rows) {
      if (this.oldRows.get(place)?.row === row) continue;
      writes.push(transaction.putRow(entity, key, row));
      touched.add(entity);
    }
    for (const id of this.oldMutations.keys()) {
      if (!this.mutations.has(id)) writes.push(transaction.deleteMutation(id));
    }
    for (const [id, mutation] of this.mutations) {
      if (this.oldMutations.get(id) !== mutation) writes.push(transaction.putMutation(mutation));
    }
    await Promise.all(writes);
    return [...touched];
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
    this.rows.set(placeOf(local.entity, local.key), local);
    this.changes.set(local.row.change.id, local);
  }

  remove({ entity, key, row }: Local): void {
    this.rows.delete(placeOf(entity, key));
    this.changes.delete(row.change.id);
  }

  get all(): Mutation[] {
    return [...this.mutations.values()].sort((a, b) => a.seq - b.seq);
  }

  mutation(id: string): Mutation | undefined {
    return this.mutations.get(id);
  }

  /** Whether it is another than when the book was opened, or new. */
  isOther(mutation: Mutation): boolean {
    return this.oldMutations.get(mutation.id) !== mutation;
  }

  /** Mutations of a change, in the order made. */
  chain(change: string): readonly Mutation[] {
    return this.chains.get(change) ?? [];
  }

  putMutation(mutation: Mutation): void {
    this.drop(mutation.id);
    this.mutations.set(mutation.id, mutation);
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
    this.chains.set(
      mutation.change,
      this.chain(mutation.change).filter((one) => one.id !== id),
    );
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
