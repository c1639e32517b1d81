/**
 * What the server had acknowledged and does not have any more, since it was set back to an earlier state (T4, W6): it
 * becomes a person's turn. What others changed later, as far as the device knows, is theirs.
 */

import type { Key, Row, WireValue } from "../api";
import { ClientError } from "../protocol/errors";
import { attributeOf, type Book, isSame, type Local, placeOf } from "./book";
import type { Decision } from "./deciding";
import { type Desk, editableOf, lay, layDelete, opened, pick } from "./lay";
import { dropChange, makeAnew } from "./stand";
import type { Acknowledged, LocalChange } from "./types";

/** Of one record. `before`: as it was without what is lost. */
export type Loss =
  | { op: "create"; values: Row }
  | { op: "update"; values: Row; before: Row }
  | { op: "delete"; before: Row };

/** What an attribute came to, and was before and in between: any of that the server may have been set back to. */
interface Mine {
  value: WireValue;
  were: WireValue[];
  version: number;
}

interface Found {
  /** Of the record, in the order acknowledged. */
  entries: readonly Acknowledged[];
  loss: Loss;
  /** As the server has it now. */
  row: Row | null;
  group: string | null;
}

/** Notes how the device has the records, where its rows show what was acknowledged. */
export function asKnown({ book, bases }: Decision, all: readonly Acknowledged[]): Acknowledged[] {
  return all
    .filter(({ entity }) => book.entity(entity) !== undefined)
    .filter(({ entity, key }) => book.at(entity, key)?.row.sent === undefined)
    .map((one) => ({ ...one, known: bases.get(one.entity, one.key) }));
}

/** Looks for all that was acknowledged, and makes what is not there a person's turn. */
export function takeBack(
  desk: Decision,
  all: readonly Acknowledged[],
): {
  /** Entries that nothing is to be looked for by any more, and the others. */
  over: Acknowledged[];
  kept: Acknowledged[];
  /** What records are called now, by what they were called before the server had them. */
  keys: Map<Key, { entity: string; key: Key }>;
  /** Ids of the changes that it became. */
  turns: Set<string>;
  /** What attributes of records were before they were changed here, which is lost: by place. */
  undone: Map<string, Row>;
} {
  const { book, bases } = desk;
  const records = new Map<string, Acknowledged[]>();
  for (const one of all) {
    const place = placeOf(one.entity, one.key);
    if (book.entity(one.entity) !== undefined) records.set(place, [...(records.get(place) ?? []), one]);
  }
  const losses = new Map<string, Found>();
  const isMade = (of: string, row: Row) =>
    book.references(of, row).some(({ entity, key }) => losses.get(placeOf(entity, key))?.loss.op === "create");
  // What is lost takes along what was made within it: a record that looks like it is of another that has its key now.
  for (let known = -1; known < losses.size; ) {
    known = losses.size;
    for (const [place, entries] of records) {
      const { entity, key } = entries[0] as Acknowledged;
      if (losses.has(place)) continue;
      const isWithin = entries.some(({ op, values }) => op === "create" && isMade(entity, values));
      const row = isWithin ? null : bases.get(entity, key);
      const loss = lossOf(entries, row, (name) => attributeOf(book.entity(entity), name)?.default);
      const group = entries.find(({ group }) => group !== null)?.group ?? null;
      if (loss !== null) losses.set(place, { entries, loss, row, group });
    }
  }
  const found = [...records.keys()].flatMap((place) => losses.get(place) ?? []);
  const over = new Set(found.flatMap(({ entries }) => entries));
  const kept = all.filter((one) => !over.has(one) && "known" in one).map(({ known: _known, ...one }) => one);
  const undone = new Map(
    [...losses].map(([place, { loss }]) => [
      place,
      loss.op === "update" ? pick(loss.before, Object.keys(loss.values)) : {},
    ]),
  );
  return { over: [...over], kept, undone, ...reclaim(desk, found) };
}

/**
 * What is lost of one record; `null`: nothing.
 *
 * @param entries: of the record, in the order acknowledged. @param row: as the server has it now.
 */
export function lossOf(
  entries: readonly Acknowledged[],
  row: Row | null,
  defaultOf: (name: string) => WireValue | undefined = () => undefined,
): Loss | null {
  const last = entries.at(-1) as Acknowledged;
  const { known } = last;
  if (known !== undefined && isSameRow(known, row)) return null;
  const creation = entries.findLast(({ op }) => op === "create");
  const rest = creation === undefined ? entries : entries.slice(entries.indexOf(creation) + 1);
  if (last.op === "delete") {
    // One that came after it, as the device knows.
    if (row === null || known != null) return null;
    const before = { ...last.base, ...last.was };
    const isIt = Object.keys(last.was).every((name) => isSame(last.was[name], row[name]));
    const isOlder = creation === undefined && Number(row._version) <= Number(last.base?._version ?? -1);
    return isIt || isOlder ? { op: "delete", before } : null;
  }
  // Somebody else had deleted it before.
  if (known === null) return null;
  if (creation !== undefined && !isThere(creation, rest, row, defaultOf)) {
    return { op: "create", values: Object.assign({}, creation.values, ...rest.map(({ values }) => values)) };
  }
  const mine = new Map<string, Mine>();
  for (const { values, was, version } of rest) {
    for (const [name, value] of Object.entries(values)) {
      const { value: before, were = [] } = mine.get(name) ?? {};
      mine.set(name, {
        value,
        were: [...were, ...(before === undefined ? [] : [before]), was[name] ?? null],
        version: version ?? 0,
      });
    }
  }
  const values: Row = {};
  const before: Row = { ...last.base };
  for (const [name, { value, were, version }] of mine) {
    const isOthers = known !== undefined && !isSame(known[name], value) && Number(known._version) > version;
    if (isOthers || (row !== null && !isLost(name, mine.get(name) as Mine, row, known))) {
      // As it is now, so that it is no difference.
      if (row !== null) before[name] = row[name] ?? null;
      continue;
    }
    values[name] = value;
    before[name] = were.find((was) => isSame(was, row?.[name])) ?? were[0] ?? null;
  }
  return Object.keys(values).length === 0 ? null : { op: "update", values, before };
}

function isLost(name: string, { value, were, version }: Mine, row: Row, known?: Row): boolean {
  if (!(name in row) || isSame(row[name], value)) return false;
  // As the server wrote it, which may be otherwise than it was typed.
  if (known !== undefined && isSame(row[name], known[name])) return false;
  // Of a newer version it is what others made of it, unless it is as it was before.
  return Number(row._version) <= version || were.some((was) => isSame(was, row[name]));
}

/** Whether it is that record, and not another one that has its key now. */
function isThere(
  creation: Acknowledged,
  rest: readonly Acknowledged[],
  row: Row | null,
  defaultOf: (name: string) => WireValue | undefined,
): boolean {
  if (row === null) return false;
  const known = rest.at(-1)?.known ?? creation.known;
  const all = [creation.values, ...rest.map(({ values }) => values), ...(known ? [known] : [])];
  const isOne = (name: string) => all.some((one) => name in one && isSame(one[name], row[name]));
  const names = Object.keys(creation.values);
  if (names.every(isOne)) return true;
  // No other state of this record can have this version.
  if (Number(row._version) <= Number(creation.version)) return false;
  // Changed since by others, who leave something of a record as it was.
  const telling = names.filter((name) => {
    const value = creation.values[name];
    return !(isSame(value, null) || value === "" || isSame(value, defaultOf(name) ?? null) || isSame(value, []));
  });
  return telling.filter(isOne).length * 2 >= telling.length;
}

function isSameRow(a: Row | null, b: Row | null): boolean {
  if (a === null || b === null) return a === b;
  return Object.keys({ ...a, ...b }).every((name) => name === "_version" || isSame(a[name], b[name]));
}

/** Makes changes of it, which are a person's turn. Returns what records are called now, and the ids of the changes. */
function reclaim(
  desk: Decision,
  found: readonly Found[],
): { keys: Map<Key, { entity: string; key: Key }>; turns: Set<string> } {
  const { book } = desk;
  const groups = new Map<string, string>();
  const turns: { id: string; one: Found; isNew: boolean }[] = [];
  for (const one of found) {
    const { entity, key } = one.entries[0] as Acknowledged;
    const local = book.at(entity, key);
    if (local?.row.change.op === "delete") {
      // It was to be deleted, and is no more.
      if (one.loss.op === "create") dropChange(desk, local);
      continue;
    }
    if (local !== undefined && one.loss.op === "delete") continue;
    if (one.group !== null && !groups.has(one.group)) groups.set(one.group, desk.uuid());
    const id = open(desk, one, local, groups.get(one.group ?? "") ?? null);
    turns.push({ id, one, isNew: local === undefined || local.row.change.state === "sent" });
  }
  const keys = new Map<Key, { entity: string; key: Key }>();
  // First, so that what points at them points at what they are called now.
  for (const { id, one } of turns.filter(({ one }) => one.loss.op === "create")) {
    const { entity, key } = makeAnew(desk, book.change(id) as Local);
    for (const { local } of one.entries) if (local !== null && local !== key) keys.set(local, { entity, key });
  }
  const facts = turns.map(({ id, one, isNew }) => turnOf(desk, id, one, isNew));
  const error = new ClientError("lost").toJSON();
  const follows = new Set<string>();
  for (const [at, { id }] of turns.entries()) {
    const local = book.change(id);
    // What goes together with another, or depends on it, waits for that one.
    if (local === undefined || (facts[at] === null && follows.has(id))) continue;
    for (const reached of book.reached([id]).keys()) follows.add(reached);
    const change: LocalChange = { ...local.row.change, state: "rejected", error, ...facts[at] };
    book.put({ ...local, row: { ...local.row, change } });
  }
  return { keys, turns: new Set(turns.map(({ id }) => id)) };
}

/** What is lost of a record, under what is changed of it already. Returns the id of the change. */
function open(desk: Desk, { entries, loss, row }: Found, local: Local | undefined, group: string | null): string {
  const { book } = desk;
  const [first] = entries as [Acknowledged];
  const { entity, key } = first;
  const { madeAt } = entries.find(({ op }) => op === loss.op) ?? first;
  const lost = loss.op === "delete" ? {} : loss.values;
  const { row: old } = local ?? opened({ ...desk, now: madeAt }, entity, key, loss.op === "create" ? null : row, {});
  const { sent: _sent, ...rest } = old;
  const { change } = old;
  book.put({ entity, key, row: { ...rest, values: { ...lost, ...rest.values }, change } });
  if (book.chain(change.id).length === 0) {
    book.putMutation({
      ...{ id: desk.uuid(), seq: book.newSeq(), change: change.id, entity, key, op: "update", values: {}, was: {} },
      ...{ base: null, group, madeAt: change.madeAt, wire: null, answer: null },
    });
  }
  return change.id;
}

/** Gives a change its mutation. Returns how it stands; `null`: as one that can be sent again as it is. */
function turnOf(desk: Desk, id: string, { loss, row }: Found, isNew: boolean): Partial<LocalChange> | null {
  const { book } = desk;
  if (loss.op === "create") return null;
  const local = book.change(id) as Local;
  const others = row === null ? [] : differences(book, local.entity, loss, row);
  const attributes = loss.op === "delete" ? others : Object.keys(loss.values);
  const isConflict = others.length > 0 || !isNew;
  const facts: Partial<LocalChange> | null =
    row === null ? { state: "gone" } : isConflict ? { state: "conflict", theirs: row, attributes } : null;
  if (isNew) {
    const base = facts === null ? row : loss.before;
    const { values, change } = local.row;
    const bare: Local = { ...local, row: { ...local.row, values: {}, change: { ...change, base } } };
    if (loss.op === "delete") layDelete(desk, bare);
    else lay(desk, bare, values);
    return facts;
  }
  for (const mutation of book.chain(id)) book.putMutation({ ...mutation, answer: "no" });
  return facts;
}

/** In what the record is another than the one that was changed: it is asked about, and not overwritten. */
function differences(book: Book, entity: string, loss: Exclude<Loss, { op: "create" }>, row: Row): string[] {
  return editableOf(book.entity(entity)).filter((name) => name in loss.before && !isSame(loss.before[name], row[name]));
}
