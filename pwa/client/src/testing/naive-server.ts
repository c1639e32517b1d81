/** A server that takes changes as decision 0029 says, as simply as it can be said: for comparing with. */

import type { Key, Row, WireValue } from "../api";
import type { OutcomeMessage, WireMutation } from "../outbox/types";

interface Kept {
  rows: Record<string, Map<Key, Row>>;
  ledger: Map<string, OutcomeMessage>;
  keys: Map<string, Key>;
  next: number;
}

/** Whether an update in time is refused; by whom. */
class Refused extends Error {
  constructor(readonly outcome: Record<string, unknown>) {
    super("refused");
  }
}

const RELATIONS: Record<string, Record<string, string>> = { Order: { customer: "Customer" }, Line: { order: "Order" } };
const NEW: Record<string, Row> = {
  Customer: { city: "", note: null },
  Order: { place: "", customer: null, tags: [] },
  Line: {},
};

export class NaiveServer {
  state: Kept = {
    rows: { Customer: new Map(), Order: new Map(), Line: new Map() },
    ledger: new Map(),
    keys: new Map(),
    next: 1,
  };
  /** Names of records, each time that one was made. */
  made: string[] = [];
  /** Ids of mutations, each time that one had its effect. */
  effects: string[] = [];
  /** Another one after each restore: devices that know another one know another past. */
  history = 0;
  private backup: (Kept & Pick<NaiveServer, "made" | "effects">) | null = null;

  keepBackup(): void {
    this.backup = structuredClone({ ...this.state, made: this.made, effects: this.effects });
  }

  /** Everything since the backup is forgotten; only keys are not given twice. */
  restore(): void {
    if (this.backup === null) return;
    const { made, effects, ...state } = structuredClone(this.backup);
    Object.assign(this, { made, effects, state: { ...state, next: this.state.next }, history: this.history + 1 });
  }

  /** Outcomes in the order of the request. `history`: that the device knows. */
  push(wires: readonly WireMutation[], history = this.history): OutcomeMessage[] {
    const outcomes: OutcomeMessage[] = [];
    for (let at = 0; at < wires.length; ) {
      const { group } = wires[at] as WireMutation;
      let end = at + 1;
      while (group !== null && wires[end]?.group === group) end++;
      outcomes.push(...this.unit(wires.slice(at, end), history !== this.history));
      at = end;
    }
    return outcomes;
  }

  /** Somebody else changes a record. */
  change(entity: string, key: Key, values: Row): void {
    const row = this.of(entity).get(key);
    if (row !== undefined) this.of(entity).set(key, { ...row, ...values, _version: Number(row._version) + 1 });
  }

  of(entity: string): Map<Key, Row> {
    return this.state.rows[entity] as Map<Key, Row>;
  }

  /** All rows, as they travel. */
  snapshot(): Record<string, Map<Key, Row>> {
    const rows = structuredClone(this.state.rows);
    for (const [key, row] of rows.Order ?? []) {
      const customer = rows.Customer?.get(row.customer as Key);
      rows.Order?.set(key, { ...row, customer__name: customer?.name ?? null });
    }
    return rows;
  }

  private unit(unit: readonly WireMutation[], isDoubted: boolean): OutcomeMessage[] {
    const known = unit.map(({ id }) => this.state.ledger.get(id));
    if (known.every((outcome) => outcome !== undefined)) return known as OutcomeMessage[];
    if (known.some((outcome) => outcome !== undefined)) throw new Error("a group that was sent in parts");
    if (isDoubted) return unit.map(({ id }) => ({ type: "outcome", id, status: "doubt" }));
    for (const needed of unit.flatMap(({ depends_on }) => depends_on)) {
      if (this.state.ledger.get(needed)?.status === "applied") continue;
      return unit.map(({ id }) => ({ type: "outcome", id, status: "waiting", for: needed }));
    }
    const before = structuredClone(this.state);
    const outcomes: OutcomeMessage[] = [];
    const made = this.made.length;
    try {
      for (const wire of unit) {
        const outcome = { type: "outcome", id: wire.id, status: "applied", ...this.apply(wire) } as OutcomeMessage;
        this.state.ledger.set(wire.id, outcome);
        outcomes.push(outcome);
      }
      this.effects.push(...unit.map(({ id }) => id));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const at = outcomes.length;
      this.state = before;
      this.made.splice(made);
      const group = { status: "rejected", error: { code: "group", message: "", retry: false } };
      outcomes.splice(0);
      for (const [place, { id }] of unit.entries()) {
        const outcome = { type: "outcome", id, ...(place === at ? error.outcome : group) } as OutcomeMessage;
        this.state.ledger.set(id, outcome);
        outcomes.push(outcome);
      }
    }
    return outcomes;
  }

  private apply(wire: WireMutation): { key: Key; version: number | null } {
    const { entity, op } = wire;
    const values: Row = {};
    for (const [name, value] of Object.entries(wire.values)) {
      const relation = RELATIONS[entity]?.[name];
      values[name] = relation === undefined ? value : this.related(relation, value);
      if (value === "bad") throw refused("invalid_values");
    }
    if (op === "create") {
      const key = this.state.next++;
      this.state.keys.set((wire.key as { local: string }).local, key);
      this.of(entity).set(key, { id: key, _version: 1, ...NEW[entity], ...values });
      this.made.push(String(values.name ?? values.place ?? values.text));
      return { key, version: 1 };
    }
    const key = this.keyOf(wire.key);
    const row = this.of(entity).get(key);
    if (row === undefined) throw new Refused({ status: "gone" });
    const based =
      typeof wire.base === "object" && wire.base !== null ? this.state.ledger.get(wire.base.result_of) : null;
    const base = based?.status === "applied" ? based.version : wire.base;
    if (base !== row._version) {
      const { _version: version, ...theirs } = row;
      throw new Refused({ status: "conflict", theirs, version, attributes: Object.keys(values) });
    }
    if (op === "delete") {
      if (entity === "Order" && [...this.of("Line").values()].some(({ order }) => order === key))
        throw refused("protected");
      this.of(entity).delete(key);
      return { key, version: null };
    }
    const version = Number(row._version) + 1;
    this.of(entity).set(key, { ...row, ...values, _version: version });
    return { key, version };
  }

  private related(entity: string, value: WireValue): WireValue {
    if (value === null) return null;
    const key = this.keyOf(value);
    if (!this.of(entity).has(key)) throw refused("invalid_values");
    return key;
  }

  private keyOf(value: WireValue): Key {
    if (typeof value !== "object" || value === null) return value as Key;
    const key = this.state.keys.get((value as { local: string }).local);
    if (key === undefined) throw refused("unknown_local");
    return key;
  }
}

function refused(code: string): Refused {
  return new Refused({ status: "rejected", error: { code, message: "", retry: false } });
}
