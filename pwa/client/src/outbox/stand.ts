/** How things stand with changes: who waits for whom, and what is to be sent anew. */

import type { Key, Row, WireValue } from "../api";
import { _, translate } from "../language";
import { type Book, isTrouble, keysIn, type Local, valuesOf } from "./book";
import { type Desk, editableOf, hasTypedKey, lay, opened, pick, settleRow, split } from "./lay";
import { LOCAL_KEY, type LocalChange, type Mutation, type Op } from "./types";

/** Brings states up to date, in the end of whatever happened. */
export function refresh(desk: Desk): void {
  const { book } = desk;
  // Where nothing is in the way of anything, how a change stands depends on itself alone.
  if (!book.isTangled) {
    for (const local of book.changed) refreshOne(book, local, null);
    return;
  }
  for (const local of book.locals) if (local.row.change.unsure !== undefined) askWhereUnsure(book, local);
  const turns = book.locals.filter(({ row }) => isTrouble(row.change.state)).map(({ row }) => row.change.id);
  const inTheWay: ReadonlyMap<string, string> = turns.length > 0 ? book.reached(turns) : new Map();
  // Refused for the sake of others, which are no longer in the way: their outcomes may be still to come, though.
  const freed = book
    .units()
    .filter((unit) => unit.some(({ answer }) => answer === "no") && unit.every(({ answer }) => answer !== "awaited"))
    .flatMap((unit) => unit.map(({ change }) => change))
    .filter((change) => !inTheWay.has(change));
  if (freed.length > 0) renew(desk, book.reached(freed).keys());
  for (const local of book.locals) refreshOne(book, local, inTheWay.get(local.row.change.id) ?? null);
}

/** `inTheWay`: id of the change that is. */
function refreshOne(book: Book, local: Local, inTheWay: string | null): void {
  const { change } = local.row;
  const chain = book.chain(change.id);
  const waitsFor = isTrouble(change.state) ? null : inTheWay;
  const facts = {
    state: isTrouble(change.state) ? change.state : stateOf(chain, waitsFor),
    ...{ waitsFor, op: opOf(chain, change.op), group: chain.at(-1)?.group ?? null },
  };
  const isOther = Object.entries(facts).some(([name, value]) => change[name as keyof LocalChange] !== value);
  if (isOther) book.put({ ...local, row: { ...local.row, change: { ...change, ...facts } } });
}

/** Rather a question than a line on the order of somebody else. What is another person's turn already comes first. */
function askWhereUnsure(book: Book, local: Local): void {
  const { unsure = [], ...change } = local.row.change;
  if (isTrouble(change.state)) return;
  const values = valuesOf(book.chain(change.id));
  const names = unsure.filter(({ name, key }) => keysIn(values[name]).includes(key)).map(({ name }) => name);
  const message = translate(
    _("The server was restored from a backup meanwhile. Check whether this is still the right record."),
  );
  const fields = Object.fromEntries(names.map((name) => [name, [message]]));
  const question: Partial<LocalChange> =
    names.length > 0 ? { state: "rejected", error: { code: "doubt", message, retry: false, fields } } : {};
  book.put({ ...local, row: { ...local.row, change: { ...change, ...question } } });
}

function stateOf(chain: readonly Mutation[], waitsFor: string | null): LocalChange["state"] {
  if (chain.length === 0) return "sent";
  if (waitsFor !== null) return "waiting";
  // What came back without an outcome is as good as not sent: nothing happened.
  return chain.some(({ wire, answer }) => wire !== null && answer !== null) ? "sending" : "unsent";
}

function opOf(chain: readonly Mutation[], before: Op): Op {
  if (chain.length === 0) return before;
  if (chain.at(-1)?.op === "delete") return "delete";
  return chain.some(({ op }) => op === "create") ? "create" : "update";
}

/**
 * New mutations in the place of those that were sent and can have no effect any more: their ids stand for what they
 * were (W1). Those that are a person's turn stay.
 */
export function renew(desk: Desk, changes: Iterable<string>): void {
  const { book } = desk;
  for (const id of changes) {
    const local = book.change(id);
    if (local === undefined || isTrouble(local.row.change.state)) continue;
    for (const mutation of split(book, local).fixed) asNew(desk, mutation);
  }
}

/** As if it had never been sent. */
export function asNew({ book, uuid }: Desk, mutation: Mutation): void {
  book.drop(mutation.id);
  book.putMutation({ ...mutation, id: uuid(), wire: null, answer: null });
}

/** It is no longer a person's turn, and is sent again with all that goes together with it or waited for it. */
export function sendAgain(desk: Desk, local: Local, facts: Partial<LocalChange> = {}): Local {
  const { change } = local.row;
  const over: Partial<LocalChange> = { state: "unsent", error: null, theirs: null, attributes: [], ...facts };
  const now: Local = { ...local, row: { ...local.row, change: { ...change, ...over } } };
  desk.book.put(now);
  renew(desk, desk.book.reached([change.id]).keys());
  return now;
}

/** What nobody can write any more does not go along with a correction: it would be refused again (L5). */
export function withoutUnwritable(book: Book, local: Local): Local {
  const { open } = split(book, local);
  const definition = book.entity(local.entity);
  const writable = new Set([...editableOf(definition), definition?.key]);
  const ended = new Set(Object.keys(valuesOf(open)).filter((name) => !writable.has(name)));
  if (ended.size === 0) return local;
  const rest = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([name]) => !ended.has(name)));
  for (const one of open) book.putMutation({ ...one, values: rest(one.values), was: rest(one.was) });
  const now: Local = { ...local, row: { ...local.row, values: rest(local.row.values) } };
  book.put(now);
  return now;
}

/** What the server does not have any more is made anew, with all its values. */
export function makeAnew(desk: Desk, local: Local): Local {
  const { book } = desk;
  const { entity, row } = local;
  const definition = book.entity(entity);
  const sameKey = hasTypedKey(definition);
  const key = sameKey ? local.key : LOCAL_KEY + desk.uuid();
  const keyName = definition?.key ?? "";
  const all: Row = { ...row.change.base, ...row.values, [keyName]: key };
  const { _version, ...shown } = all;
  sendAgain(desk, local);
  const [first] = book.chain(row.change.id);
  for (const { id } of book.chain(row.change.id)) book.drop(id);
  book.remove(local);
  const { sent: _sent, ...kept } = row;
  const { id, madeAt, unsure } = row.change;
  const facts = { id, madeAt, ...(unsure && { unsure }) };
  const made = opened(desk, entity, key, null, shown);
  const now: Local = {
    ...made,
    row: { ...kept, ...made.row, derived: row.derived, change: { ...made.row.change, ...facts } },
  };
  book.put(now);
  if (first !== undefined) {
    const empty = { values: {}, was: {}, base: null, wire: null, answer: null } as const;
    book.putMutation({ ...first, ...empty, id: desk.uuid(), key, op: "create" });
  }
  lay(desk, now, pick(all, sameKey ? [keyName, ...editableOf(definition)] : editableOf(definition)));
  if (!sameKey) renameKeys(book, new Map([[local.key, key]]), entity);
  return book.change(row.change.id) ?? now;
}

/** Nothing of it is to be sent. What the server has of it already stays, until its rows show it. */
export function dropChange(desk: Desk, local: Local): void {
  const { book } = desk;
  const { change } = local.row;
  for (const { id } of book.chain(change.id)) book.drop(id);
  const over: Partial<LocalChange> = { state: "sent", op: "update", error: null, theirs: null, attributes: [] };
  settleRow(desk, { ...local, row: { ...local.row, change: { ...change, ...over } } });
}

/** Local rows, and values that point at them, get the keys that records have now (W5). What was sent stays as sent. */
export function renameKeys(book: Book, keys: ReadonlyMap<Key, Key>, entity?: string): void {
  if (keys.size === 0) return;
  const renamed = (of: string, row: Row) => renamedIn(book, of, row, keys, entity);
  for (const local of book.locals) {
    const { row } = local;
    const values = renamed(local.entity, row.values);
    // Where a record was made anew, the server's rows still point at the one before.
    const base = entity === undefined ? row.change.base && renamed(local.entity, row.change.base) : row.change.base;
    if (values === row.values && base === row.change.base) continue;
    book.put({ ...local, row: { ...row, values, change: { ...row.change, base } } });
  }
  for (const mutation of book.all) {
    const values = renamed(mutation.entity, mutation.values);
    const was = entity === undefined ? renamed(mutation.entity, mutation.was) : mutation.was;
    if (values !== mutation.values || was !== mutation.was) book.putMutation({ ...mutation, values, was });
  }
}

/** Values of a record with the keys that others have now. `entity`: only those of it. */
export function renamedIn(book: Book, of: string, row: Row, keys: ReadonlyMap<Key, Key>, entity?: string): Row {
  let next = row;
  for (const { name, entity: to, key } of book.references(of, row)) {
    if (!keys.has(key) || (entity !== undefined && to !== entity)) continue;
    const now = (value: WireValue | undefined): WireValue =>
      Array.isArray(value) ? value.map(now) : (keys.get(value as Key) ?? value ?? null);
    next = { ...next, [name]: now(row[name]) };
  }
  return next;
}

/** The record, with its mutations, under another key. */
export function moveTo(book: Book, local: Local, key: Key): Local {
  if (local.key === key) return local;
  const keyName = book.entity(local.entity)?.key;
  const { row } = local;
  const values = keyName !== undefined && keyName in row.values ? { ...row.values, [keyName]: key } : row.values;
  book.remove(local);
  const moved: Local = { ...local, key, row: { ...row, values } };
  const other = book.at(local.entity, key);
  if (other !== undefined) {
    // A pull has brought the record before we knew that it is this one, and somebody changed it.
    const { id, madeAt } = row.change;
    const { sent } = row;
    Object.assign(moved, { row: { ...other.row, ...(sent && { sent }), change: { ...other.row.change, id, madeAt } } });
    moved.row.values = { ...values, ...other.row.values };
    for (const mutation of book.chain(other.row.change.id)) book.putMutation({ ...mutation, change: id });
    book.remove(other);
  }
  book.put(moved);
  for (const mutation of book.chain(row.change.id)) book.putMutation({ ...mutation, key });
  return moved;
}
