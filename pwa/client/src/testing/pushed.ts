/** What a server does with changes of devices (decision 0029), from memory: each once, whatever is sent how often. */

import type { EntityDefinition, Key, Row, SyncError, WireValue } from "../api";
import type { OutcomeMessage, WireMutation } from "../outbox/types";
import { isWritable, READ_WRITE_CONFLICTS } from "../protocol/patterns";

/** An outcome without its id: what the ledger keeps. */
export type Ended = OutcomeMessage extends infer One
  ? One extends OutcomeMessage
    ? Omit<One, "type" | "id">
    : never
  : never;

/** Ends a change: thrown by what a test has the server do with it. */
export class Ends extends Error {
  constructor(readonly outcome: Ended) {
    super(outcome.status);
  }
}

/** What a rule of the project says no with. */
export function refused(code: string, fields?: Record<string, string[]>): Ends {
  return new Ends({ status: "rejected", error: refusal(code, fields) });
}

/** What is a dead-lock, say: the same later may succeed. */
export function troubled(code = "server_error"): Ends {
  return new Ends({ status: "error", error: { code, message: `It is ${code}.`, retry: true } });
}

function refusal(code: string, fields?: Record<string, string[]>): SyncError {
  return { code, message: `It is ${code}.`, retry: false, ...(fields && { fields }) };
}

interface Kept {
  rows: Record<string, WireValue[][]>;
  ledger: Map<string, Ended>;
  keys: Map<string, Key>;
}

/** For whom a request speaks, and from which device. */
export interface Pusher {
  user: string;
  replica: string;
}

/** Rows of writable entities are `[key, _version, …]`, in the order of their attributes. */
export class Pushed {
  /** Final outcomes, by replica, user and id. */
  private ledger: Kept["ledger"] = new Map();
  /** Keys of what devices made offline, by replica, user and local id. */
  private keys: Kept["keys"] = new Map();
  /** Every change that had its effect, in this order: one that is there twice was done twice. */
  readonly applied: WireMutation[] = [];
  /** Entities whose records merge by attribute. */
  readonly merging = new Set<string>();
  /** A project's own rules, called with values as they would be stored; may throw `Ends`. */
  rule: (mutation: WireMutation, values: Row) => void = () => undefined;
  private nextKey = 1000;

  constructor(
    private readonly server: {
      rows(): Kept["rows"];
      write(rows: Kept["rows"]): void;
      entities(): EntityDefinition[];
    },
  ) {}

  /** Keeps what a backup holds. The function returned restores it; cursors are for `FakeServer.forget`. */
  backup(): () => void {
    const kept: Kept = structuredClone({ rows: this.rows, ledger: this.ledger, keys: this.keys });
    return () => {
      const { rows, ledger, keys } = structuredClone(kept);
      this.server.write(rows);
      this.ledger = ledger;
      this.keys = keys;
    };
  }

  /** Outcomes and local ids are as old as they are remembered. */
  forget(): void {
    this.ledger = new Map();
    this.keys = new Map();
  }

  /** The record as the server has it, by attribute and with `_version`; `null` where there is none. */
  record(entity: string, key: Key): Row | null {
    const row = this.rows[entity]?.find(([one]) => one === key);
    if (row === undefined) return null;
    return Object.fromEntries(columnsOf(this.entity(entity)).map((name, at) => [name, row[at] ?? null]));
  }

  /** Somebody else changes a record, or makes it: its version counts up. */
  put(entity: string, values: Row): void {
    const definition = this.entity(entity) as EntityDefinition;
    const key = values[definition.key] as Key;
    const before = this.record(entity, key);
    this.write(definition, key, { ...before, ...values, _version: before === null ? 0 : Number(before._version) + 1 });
  }

  remove(entity: string, key: Key): void {
    this.rows[entity] = (this.rows[entity] ?? []).filter(([one]) => one !== key);
  }

  /**
   * The outcomes of a request's mutations, in their order.
   *
   * @param isDoubt: the device knows a past that is not ours.
   */
  push(mutations: readonly WireMutation[], who: Pusher, isDoubt: boolean): OutcomeMessage[] {
    const ended = new Map<string, Ended>();
    for (const unit of unitsOf(mutations)) {
      const outcomes = this.unit(unit, who, isDoubt, ended);
      for (const [at, { id }] of unit.entries()) ended.set(id, outcomes[at] as Ended);
    }
    return mutations.map(({ id }) => ({ type: "outcome", id, ...(ended.get(id) as Ended) }) as OutcomeMessage);
  }

  /** All of it has effect, or none. */
  private unit(unit: readonly WireMutation[], who: Pusher, isDoubt: boolean, ended: Map<string, Ended>): Ended[] {
    const known = unit.map(({ id }) => this.ledger.get(nameOf(who, id)));
    if (known.every((outcome) => outcome !== undefined)) return known as Ended[];
    if (isDoubt) return unit.map(() => ({ status: "doubt" }));
    const own = new Set(unit.map(({ id }) => id));
    for (const { depends_on } of unit) {
      const missing = depends_on.find((id) => !own.has(id) && this.outcomeOf(id, who, ended)?.status !== "applied");
      if (missing !== undefined) return unit.map(() => ({ status: "waiting", for: missing }));
    }
    const before = structuredClone({ rows: this.rows, keys: this.keys });
    const outcomes: Ended[] = [];
    for (const mutation of unit) {
      try {
        outcomes.push(this.apply(mutation, who, [...ended, ...unit.map(({ id }, at) => [id, outcomes[at]] as const)]));
      } catch (error) {
        if (!(error instanceof Ends)) throw error;
        this.server.write(before.rows);
        this.keys = before.keys;
        // Nothing happened to the others either; without an outcome they have none.
        const isFinal = error.outcome.status === "rejected" || ["conflict", "gone"].includes(error.outcome.status);
        const others: Ended = isFinal ? { status: "rejected", error: refusal("group") } : error.outcome;
        const all = unit.map((one) => (one === mutation ? error.outcome : others));
        if (isFinal) for (const [at, { id }] of unit.entries()) this.ledger.set(nameOf(who, id), all[at] as Ended);
        return all;
      }
    }
    for (const [at, { id }] of unit.entries()) this.ledger.set(nameOf(who, id), outcomes[at] as Ended);
    this.applied.push(...unit);
    return outcomes;
  }

  private outcomeOf(id: string, who: Pusher, ended: ReadonlyMap<string, Ended>): Ended | undefined {
    return ended.get(id) ?? this.ledger.get(nameOf(who, id));
  }

  private apply(mutation: WireMutation, who: Pusher, ended: (readonly [string, Ended | undefined])[]): Ended {
    const entity = this.entity(mutation.entity);
    if (entity === undefined) throw refused("unknown_entity");
    if (!isWritable(entity.pattern)) throw refused("read_only");
    const known = entity.attributes.map(({ name }) => name);
    const strange = Object.keys(mutation.values).filter((name) => !known.includes(name));
    if (strange.length > 0) {
      throw refused(
        "invalid_values",
        Object.fromEntries(strange.map((name) => [name, ["There is no such attribute."]])),
      );
    }
    const values = Object.fromEntries(
      Object.entries(mutation.values).map(([name, value]) => [name, this.resolved(value, who)]),
    );
    if (mutation.op === "create") return this.create(entity, mutation, values, who);
    const key = this.resolved(mutation.key, who) as Key;
    const record = this.record(mutation.entity, key);
    if (record === null) throw new Ends({ status: "gone" });
    if (entity.pattern === READ_WRITE_CONFLICTS) this.checkConflict(mutation, record, values, who, new Map(ended));
    if (mutation.op === "delete") {
      this.rule(mutation, record);
      this.remove(mutation.entity, key);
      return { status: "applied", key, version: null };
    }
    const isSame = Object.entries(values).every(
      ([name, value]) => JSON.stringify(record[name]) === JSON.stringify(value),
    );
    const version = Number(record._version) + (isSame ? 0 : 1);
    const after = { ...record, ...values, _version: version };
    this.rule(mutation, after);
    this.write(entity, key, after);
    return { status: "applied", key, version };
  }

  private create(entity: EntityDefinition, mutation: WireMutation, values: Row, who: Pusher): Ended {
    const local = localOf(mutation.key);
    const key = local === null ? (mutation.key as Key) : this.newKey(entity);
    if (this.record(mutation.entity, key) !== null) throw refused("invalid_values", { [entity.key]: ["Taken."] });
    const record = { ...values, [entity.key]: key, _version: 1 };
    this.rule(mutation, record);
    this.write(entity, key, record);
    if (local !== null) this.keys.set(nameOf(who, local), key);
    return { status: "applied", key, version: 1 };
  }

  private checkConflict(
    { base, was = {}, op, entity }: WireMutation,
    record: Row,
    values: Row,
    who: Pusher,
    ended: ReadonlyMap<string, Ended | undefined>,
  ): void {
    const from = typeof base === "object" && base !== null ? this.versionOf(base.result_of, who, ended) : base;
    if (from === record._version) return;
    const isOther = (name: string) =>
      JSON.stringify(record[name] ?? null) !== JSON.stringify(this.resolved(was[name] ?? null, who));
    const changed = Object.keys(was).filter(isOther);
    const isClash = (name: string) => JSON.stringify(record[name] ?? null) !== JSON.stringify(values[name]);
    const attributes =
      this.merging.has(entity) && op === "update"
        ? changed.filter(isClash)
        : changed.length > 0
          ? changed
          : Object.keys(was);
    if (this.merging.has(entity) && op === "update" && attributes.length === 0) return;
    const { _version, ...theirs } = record;
    throw new Ends({ status: "conflict", theirs, version: Number(_version), attributes });
  }

  private versionOf(id: string, who: Pusher, ended: ReadonlyMap<string, Ended | undefined>): WireValue {
    const outcome = ended.get(id) ?? this.ledger.get(nameOf(who, id));
    return outcome?.status === "applied" ? outcome.version : null;
  }

  /** A value in which local ids are the server's keys. */
  private resolved(value: WireValue, who: Pusher): WireValue {
    if (Array.isArray(value)) return value.map((one) => this.resolved(one, who));
    const local = localOf(value);
    if (local === null) return value;
    const key = this.keys.get(nameOf(who, local));
    if (key === undefined) throw refused("unknown_local");
    return key;
  }

  private newKey(entity: EntityDefinition): Key {
    const number = ++this.nextKey;
    const isText = entity.attributes[0]?.type === "uuid";
    return isText ? `00000000-0000-4000-9000-${String(number).padStart(12, "0")}` : number;
  }

  private write(entity: EntityDefinition, key: Key, values: Row): void {
    const row = columnsOf(entity).map((name) => values[name] ?? null);
    const rows = this.rows[entity.name] ?? [];
    const isNew = rows.every(([one]) => one !== key);
    this.rows[entity.name] = isNew ? [...rows, row] : rows.map((one) => (one[0] === key ? row : one));
  }

  private entity(name: string): EntityDefinition | undefined {
    return this.server.entities().find((one) => one.name === name);
  }

  private get rows(): Kept["rows"] {
    return this.server.rows();
  }
}

/** Names of what each row holds. */
export function columnsOf(entity: EntityDefinition | undefined): string[] {
  const [key = "id", ...others] = entity?.attributes.map(({ name }) => name) ?? [];
  return entity !== undefined && isWritable(entity.pattern) ? [key, "_version", ...others] : [key, ...others];
}

/** Whether it is what a request may have: anything else refuses all of it. */
export function areMutations(mutations: unknown): boolean {
  if (!Array.isArray(mutations) || mutations.length > 1000) return false;
  const ids = mutations.map((one) => (one as { id?: unknown } | null)?.id);
  return ids.every((id) => typeof id === "string" && UUID.test(id)) && new Set(ids).size === ids.length;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Groups, and mutations alone. */
function unitsOf(mutations: readonly WireMutation[]): WireMutation[][] {
  const units: WireMutation[][] = [];
  for (const mutation of mutations) {
    const last = units.at(-1);
    if (mutation.group !== null && last?.[0]?.group === mutation.group) last.push(mutation);
    else units.push([mutation]);
  }
  return units;
}

function localOf(value: WireValue): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return typeof value.local === "string" ? value.local : null;
}

function nameOf({ user, replica }: Pusher, id: string): string {
  return `${replica} ${user} ${id}`;
}
