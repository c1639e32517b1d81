/**
 * What is written on the fake: kept in memory, and sent by a sync. Something typed with the word "reject" in it is
 * rejected at its attribute, with "conflict" it has met somebody else's change, with "gone" the record is no more.
 */
import type { Choice, Conflict, Definition, Edit, Key, LocalFacts, PendingChange, Row, WireValue } from "../src/api";
import { problemOf } from "../src/protocol/values";
import { Formatter } from "../src/ui/format";
import { findAttribute, findEntity, recordTitle } from "../src/ui/model";

/** A change, what it shows of related records, and where it met another. */
export interface FakeChange {
  change: PendingChange & Partial<Pick<Conflict, "theirs" | "attributes">>;
  derived: Row;
}

interface Records {
  /** As the server has them. */
  rows: Row[];
  get(key: Key): Promise<Row | null>;
}

const words = new Formatter("en");

export class FakeChanges {
  /** By entity and key, in the order made. */
  readonly all = new Map<string, FakeChange>();
  /** Keys of the server for those of records made here. */
  readonly names = new Map<Key, Key>();
  #next = 70_000;

  constructor(
    readonly definition: Definition,
    readonly records: Record<string, Records>,
    readonly changed: (entities: string[]) => void,
  ) {}

  newKey(): string {
    return `local:${uuid()}`;
  }

  of(entity: string): FakeChange[] {
    return [...this.all.values()].filter(({ change }) => change.entity === entity);
  }

  /** The row with what was changed of it here; `null` when it was deleted here. */
  laid(entity: string, key: Key, base: Row | null): Row | null {
    const local = this.all.get(`${entity} ${key}`);
    if (local === undefined) return base;
    const { op, values, state, id } = local.change;
    if (op === "delete") return null;
    const facts: LocalFacts = {
      ...{ isFromServer: op !== "create", isModified: op !== "create", isActive: true },
      ...{ state, change: id },
    };
    return { ...base, ...values, ...local.derived, _local: facts };
  }

  async save(edits: Edit[], how: "one" | "several" | "group"): Promise<Key[]> {
    const problems: Record<string, string[]> = {};
    for (const [place, edit] of edits.entries()) {
      if ("delete" in edit) continue;
      for (const [name, problem] of this.#problems(edit.entity, edit.values)) {
        problems[how === "one" ? name : `${place}.${name}`] = [problem];
      }
    }
    if (Object.keys(problems).length) throw error("invalid_values", "Some values cannot be kept.", problems);
    const group = how === "group" ? uuid() : null;
    const keys: Key[] = [];
    for (const edit of edits) keys.push(await this.#lay(edit, group));
    this.changed([...new Set(edits.map(({ entity }) => entity))]);
    return keys;
  }

  pending(): PendingChange[] {
    return [...this.all.values()].map(({ change }) => change);
  }

  conflicts(): Conflict[] {
    return this.pending().filter((change) => change.state === "conflict") as Conflict[];
  }

  discard(ids: string[]): string[] {
    const groups = new Set(this.#named(ids).map(({ change }) => change.group ?? change.id));
    const dropped = this.pending().filter((change) => groups.has(change.group ?? change.id));
    if (dropped.some(({ state }) => state === "sending")) throw error("in_flight", "It is on its way already.");
    for (const { entity, key } of dropped) this.all.delete(`${entity} ${key}`);
    this.changed([...new Set(dropped.map(({ entity }) => entity))]);
    return dropped.map(({ id }) => id);
  }

  resend(ids: string[]): void {
    const local = this.#named(ids);
    for (const { change } of local) {
      if (change.state === "gone")
        Object.assign(change, { op: "create", values: { ...change.base, ...change.values } });
      Object.assign(change, { state: "unsent", error: null });
    }
    this.changed(local.map(({ change }) => change.entity));
  }

  resolve(id: string, choice: Choice): void {
    const [local] = this.#named([id]);
    if (local?.change.state !== "conflict") throw error("unknown_conflict", "There is no such conflict.");
    const { change } = local;
    const theirs = change.theirs ?? {};
    const isMine = (name: string) => (typeof choice === "string" ? choice : (choice[name] ?? "mine")) === "mine";
    const rows = this.records[change.entity]?.rows ?? [];
    const place = rows.findIndex((row) => row.id === change.key);
    if (place >= 0) rows[place] = theirs;
    const values = Object.fromEntries(Object.entries(change.values).filter(([name]) => isMine(name)));
    if (Object.keys(values).length === 0) this.all.delete(`${change.entity} ${change.key}`);
    else Object.assign(change, { state: "unsent", values, base: theirs });
    this.changed([change.entity]);
  }

  /** Gives every change that can be sent its outcome. Returns how many ended in which way. */
  send(): { applied: number; conflict: number; rejected: number; gone: number } {
    const told = { applied: 0, conflict: 0, rejected: 0, gone: 0 };
    const entities = new Set<string>();
    for (const local of [...this.all.values()]) {
      const { change } = local;
      if (change.state !== "unsent") continue;
      entities.add(change.entity);
      told[this.#outcome(local)] += 1;
    }
    if (entities.size) this.changed([...entities]);
    return told;
  }

  #outcome(local: FakeChange): "applied" | "conflict" | "rejected" | "gone" {
    const { change } = local;
    const [name, value] =
      Object.entries(change.values).find(([, typed]) => /reject|conflict|gone/.test(`${typed}`)) ?? [];
    if (name !== undefined && `${value}`.includes("reject")) {
      change.state = "rejected";
      const fields = { [name]: ["The server does not take this value."] };
      change.error = { code: "invalid_values", message: "Some values cannot be kept.", retry: false, fields };
      return "rejected";
    }
    if (name !== undefined && change.op === "update" && `${value}`.includes("conflict")) {
      change.state = "conflict";
      change.attributes = [name];
      change.theirs = { ...change.base, [name]: "What somebody else wrote" };
      return "conflict";
    }
    if (name !== undefined && change.op === "update") {
      change.state = "gone";
      return "gone";
    }
    this.#apply(local);
    return "applied";
  }

  #apply({ change, derived }: FakeChange): void {
    const records = this.records[change.entity];
    const entity = findEntity(this.definition, change.entity);
    if (records === undefined || entity === undefined) return;
    this.all.delete(`${change.entity} ${change.key}`);
    const at = records.rows.findIndex((row) => row[entity.key] === change.key);
    if (change.op === "delete") records.rows = records.rows.toSpliced(at, 1);
    else if (change.op === "update") {
      records.rows = records.rows.with(at, { ...records.rows[at], ...change.values, ...derived });
    } else {
      const key = findAttribute(entity, entity.key)?.type === "integer" ? ++this.#next : uuid();
      records.rows = [...records.rows, { ...change.values, ...derived, [entity.key]: key }];
      this.names.set(change.key, key);
      for (const other of this.all.values()) {
        for (const [name, value] of Object.entries(other.change.values)) {
          if (value === change.key) other.change.values[name] = key;
        }
      }
    }
  }

  async #lay(edit: Edit, group: string | null): Promise<Key> {
    const entity = findEntity(this.definition, edit.entity);
    const records = this.records[edit.entity];
    if (entity === undefined || records === undefined) throw error("unknown_entity", edit.entity);
    const given = "delete" in edit ? edit.delete : (edit.values[entity.key] as Key | undefined);
    const key = this.names.get(given ?? "") ?? given ?? this.newKey();
    const place = `${entity.name} ${key}`;
    const base = records.rows.find((row) => row[entity.key] === key) ?? null;
    const known = this.all.get(place);
    const now = new Date().toISOString();
    const change: FakeChange["change"] = known?.change ?? {
      ...{ id: uuid(), entity: entity.name, key, title: "", op: base ? "update" : "create", group },
      ...{ values: {}, base, madeAt: now, changedAt: now, state: "unsent", error: null, waitsFor: null },
    };
    change.changedAt = now;
    change.state = "unsent";
    change.error = null;
    if ("delete" in edit) {
      if (base === null) this.all.delete(place);
      else {
        Object.assign(change, { op: "delete", title: recordTitle(entity, base, words) });
        this.all.set(place, { change, derived: {} });
      }
      return key;
    }
    if (base === null && known === undefined) {
      const defaults = entity.attributes
        .filter((one) => !one.name.includes("__"))
        .map((one) => [one.name, one.default ?? null]);
      change.values = Object.fromEntries(defaults);
    }
    Object.assign(change.values, edit.values, base === null ? { [entity.key]: key } : {});
    for (const [name, value] of Object.entries(change.values)) {
      if (base !== null && JSON.stringify(base[name]) === JSON.stringify(value)) delete change.values[name];
    }
    if (base !== null && Object.keys(change.values).length === 0) {
      this.all.delete(place);
      return key;
    }
    const derived = await this.#derived(entity.name, change.values);
    change.title = recordTitle(entity, { ...base, ...change.values, ...derived, [entity.key]: key }, words);
    this.all.set(place, { change, derived });
    return key;
  }

  /** What is shown of the records that it names. */
  async #derived(name: string, values: Row): Promise<Row> {
    const derived: Row = {};
    const entity = findEntity(this.definition, name);
    for (const attribute of entity?.attributes ?? []) {
      const [relation = "", far] = attribute.name.split("__");
      const value = values[relation];
      const target = entity && findAttribute(entity, relation)?.relation;
      if (!far || !target || value === undefined) continue;
      const row = value === null ? null : await this.records[target]?.get(value as Key);
      derived[attribute.name] = row?.[far] ?? (attribute.null ? null : "");
    }
    return derived;
  }

  *#problems(name: string, values: Row): Generator<[string, string]> {
    const entity = findEntity(this.definition, name);
    const key = values[entity?.key ?? ""] as Key | undefined;
    const isNew = key === undefined || (String(key).startsWith("local:") && !this.all.has(`${name} ${key}`));
    for (const attribute of entity?.attributes ?? []) {
      const value: WireValue | undefined = values[attribute.name];
      if (!attribute.editable) continue;
      const isMissing = value === undefined ? isNew && !("default" in attribute) : value === null || value === "";
      const isLocal = attribute.relation !== undefined && String(value).startsWith("local:");
      const problem = value === undefined || isLocal || attribute.many ? null : problemOf(attribute, value);
      if (isMissing && attribute.required) yield [attribute.name, "Enter a value."];
      else if (problem !== null) yield [attribute.name, problem];
    }
  }

  #named(ids: string[]): FakeChange[] {
    return [...this.all.values()].filter(({ change }) => ids.includes(change.id));
  }
}

/** The screens are looked at under plain http too, where browsers have no `crypto.randomUUID`. */
function uuid(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.*)$/, "$1-$2-4$3-a$4-$5");
}

function error(code: string, message: string, fields?: Record<string, string[]>): Error {
  return Object.assign(new Error(message), { code, retry: false, ...(fields && { fields }) });
}

/** One of each kind that a person may meet, as if they had been made over the last days. */
export async function prepareChanges(changes: FakeChanges): Promise<void> {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const customer = (id: number, values: Row) =>
    changes.save([{ entity: "LocalCustomer", values: { id, ...values } }], "one");
  const found = (key: Key) => changes.all.get(`LocalCustomer ${key}`)?.change;
  const set = (key: Key, more: object) => Object.assign(found(key) ?? {}, more);

  await customer(1, { phone: "+49 30 999 0000", contact_name: "Mario Anders" });
  set(1, { madeAt: ago(30), changedAt: ago(2) });
  await customer(2, { credit_limit: "250000.00", city: "Mannheim-Süd" });
  const fields = { credit_limit: ["The limit may be 100,000 at most."], non_field_errors: ["Ask the office first."] };
  const invalid = { code: "invalid_values", message: "Some values cannot be kept.", retry: false };
  set(2, { madeAt: ago(50), state: "rejected", error: { ...invalid, fields } });
  await customer(3, { phone: "+55 11 555 7647", contact_name: "Pedro A. Afonso", city: "Campinas" });
  const base = found(3)?.base;
  set(3, { madeAt: ago(26), state: "conflict", attributes: ["phone", "city"] });
  set(3, { theirs: { ...base, phone: "+55 11 000 1234", city: "Santos", address: "12 Rua da Praia" } });
  await customer(4, { contact_name: "Janine L." });
  set(4, { madeAt: ago(70), state: "gone" });
  await customer(5, { address: "Kirchgasse 6" });
  set(5, { madeAt: ago(0.1), state: "sending" });
  await customer(6, { phone: "0695-34 67 21" });
  set(6, { madeAt: ago(0.2), state: "sent" });
  await changes.save([{ entity: "LocalCustomer", delete: 7 }], "one");
  set(7, { madeAt: ago(5) });

  const visit = "00000000-0000-4000-8000-000000000001";
  const mine = {
    notes: "Wants two samples of the smoked ham, and the price list.\nCall before noon.",
    products: [3, 27, 31],
    mood: "good",
    day: "2026-01-14",
  };
  await changes.save([{ entity: "LocalVisit", values: { id: visit, ...mine } }], "one");
  const seen = changes.all.get(`LocalVisit ${visit}`)?.change;
  const theirs = {
    notes: "Wants a sample of the smoked ham.\nCall after two, never on a Friday.",
    products: [3, 14, 27, 8],
    customer: 5,
  };
  if (seen) {
    Object.assign(seen, { madeAt: ago(20), state: "conflict", attributes: ["notes", "products"] });
    Object.assign(seen, { theirs: { ...seen.base, ...theirs } });
  }
  await changes.save([{ entity: "LocalCustomer", delete: 8 }], "one");
  set(8, { madeAt: ago(9), state: "conflict", attributes: ["city"] });
  set(8, { theirs: { ...found(8)?.base, city: "Bergen", phone: "07-98 92 35" } });

  const fresh = changes.newKey();
  await changes.save(
    [{ entity: "LocalCustomer", values: { id: fresh, company_name: "Neue Kundin", city: "Kiel" } }],
    "one",
  );
  const made = changes.newKey();
  const lines = [12, 31].map((product) => ({
    entity: "LocalOrderLine",
    values: { order: made, product, quantity: 3, unit_price: "12.50" },
  }));
  const values = { id: made, number: "A-NEW", customer: fresh, order_date: "2026-02-01" };
  await changes.save([{ entity: "LocalOrder", values }, ...lines], "group");
  const late = changes.newKey();
  await changes.save(
    [{ entity: "LocalOrder", values: { ...values, id: late, number: "A-WAITS", customer: 2 } }],
    "one",
  );
  const waiting = changes.all.get(`LocalOrder ${late}`)?.change;
  if (waiting) Object.assign(waiting, { state: "waiting", waitsFor: found(2)?.id ?? null });
  changes.changed(["LocalCustomer", "LocalOrder"]);
}
