/** How an edit becomes mutations: laid into what was not sent yet, or made after what was (W1, W2). */

import type { EntityDefinition, Key, Row } from "../api";
import { attributeOf, type Book, isSame, keysIn, type Local, valuesOf } from "./book";
import type { LocalChange, Mutation, Op } from "./types";

export interface Desk {
  book: Book;
  uuid(): string;
  /** ISO 8601. */
  now: string;
}

/** A record without changes gets one, with nothing in it. `base`: as the server has it; `null` of a new one. */
export function opened(desk: Desk, entity: string, key: Key, base: Row | null, values: Row): Local {
  const change: LocalChange = {
    ...{ id: desk.uuid(), op: base === null ? "create" : "update", group: null, base },
    ...{ madeAt: desk.now, changedAt: desk.now, state: "unsent", error: null, waitsFor: null },
    ...{ theirs: null, attributes: [] },
  };
  return { entity, key, row: { values, derived: {}, change } };
}

/**
 * Lays values over a record. `server`: as the server has it now, where that is known: what is not changed here yet may
 * be another than when the first edit began.
 */
export function lay(desk: Desk, local: Local, values: Row, derived: Row = {}, server: Row | null = null): void {
  const { book } = desk;
  const { entity, row } = local;
  const { base } = row.change;
  const group = joined(book, split(book, local).open);
  const { fixed, open } = split(book, local);
  if (isMadeHere(local, fixed)) layNew(desk, local, open, group, values);
  else {
    const known = pick(row.values, row.sent?.attributes ?? []);
    const before = { ...base, ...server, ...known, ...valuesOf(fixed) };
    const old: Row = Object.assign({}, ...open.map(({ was }) => was));
    const changed: Row = {};
    const was: Row = {};
    for (const [name, value] of Object.entries({ ...valuesOf(open), ...values })) {
      const earlier = (name in old ? old[name] : before[name]) ?? null;
      if (isSame(earlier, value)) continue;
      changed[name] = value;
      was[name] = earlier;
    }
    const last = open.at(-1);
    for (const { id } of open) book.drop(id);
    if (Object.keys(changed).length > 0) {
      const isBehind = last !== undefined && latest(book, entity, changed) > last.seq;
      put(desk, local, "update", { ...last, group, ...(isBehind && { seq: book.newSeq() }) }, changed, was);
    }
  }
  settleRow(desk, { ...local, row: { ...row, derived: { ...row.derived, ...derived } } });
}

/** A reference to what is made later goes into a mutation of its own: two that point at each other can be made. */
function layNew(desk: Desk, local: Local, open: readonly Mutation[], group: string | null, values: Row): void {
  const { book } = desk;
  const { entity, key } = local;
  const creation = open.find(({ op }) => op === "create");
  const rest = open.findLast(({ op }) => op === "update");
  const seq = creation?.seq ?? book.newSeq();
  const all: Row = { ...valuesOf(open), ...values };
  const later: Row = {};
  for (const { name, ...to } of book.references(entity, all)) {
    const isItself = to.entity === entity && to.key === key;
    if (!isItself && (book.creation(to.entity, to.key)?.seq ?? 0) <= seq) continue;
    later[name] = all[name] as Row[string];
  }
  for (const name of Object.keys(later)) {
    if (creation !== undefined && name in creation.values) all[name] = creation.values[name] as Row[string];
    else delete all[name];
  }
  for (const { id } of open) book.drop(id);
  put(desk, local, "create", { ...creation, group, seq }, all, {});
  if (Object.keys(later).length === 0) return;
  const was = Object.fromEntries(Object.keys(later).map((name) => [name, all[name] ?? null]));
  const isBehind = rest === undefined || latest(book, entity, later) > rest.seq;
  put(desk, local, "update", { ...rest, group, ...(isBehind && { seq: book.newSeq() }) }, later, was);
}

/** The one group of what becomes one: what went together with any part of it goes together with the whole. */
export function joined(book: Book, open: readonly Mutation[]): string | null {
  const groups = new Set(open.flatMap(({ group }) => group ?? []));
  const [first = null] = groups;
  for (const mutation of groups.size > 1 ? book.all : []) {
    if (mutation.group !== null && groups.has(mutation.group)) book.putMutation({ ...mutation, group: first });
  }
  return first;
}

/** @param server: as in `lay`. */
export function layDelete(desk: Desk, local: Local, server: Row | null = null): void {
  const { book } = desk;
  const { entity, key, row } = local;
  const group = joined(book, split(book, local).open);
  const { fixed, open } = split(book, local);
  for (const { id } of open) book.drop(id);
  const definition = book.entity(entity);
  if (isMadeHere(local, fixed)) {
    const children = (definition?.inlines ?? []).flatMap((inline) =>
      book.locals.filter((child) => {
        return child.entity === inline.entity && keysIn(child.row.values[inline.relation]).includes(key);
      }),
    );
    settleRow(desk, local);
    for (const child of children) {
      if (isMadeHere(child, split(book, child).fixed)) layDelete(desk, child);
    }
    return;
  }
  const known = pick(row.values, row.sent?.attributes ?? []);
  const before: Row = { ...row.change.base, ...server, ...known, ...valuesOf(fixed) };
  put(desk, local, "delete", { ...open.at(-1), group }, {}, pick(before, editableOf(definition)));
  settleRow(desk, local);
}

/** What is laid over the record is what its mutations say, and what the server has already; nothing of it: no change. */
export function settleRow(desk: Desk, { entity, key, row }: Local): void {
  const { book } = desk;
  const chain = book.chain(row.change.id);
  const told = valuesOf(chain);
  const attributes = row.sent?.attributes.filter((name) => !(name in told)) ?? [];
  const { sent, ...rest } = row;
  const isOver = row.change.state === "sent";
  if (chain.length === 0 && sent === undefined) {
    book.remove({ entity, key, row });
    return;
  }
  const isNew = row.change.base === null && chain.some(({ op }) => op === "create");
  const values = { ...(isNew ? row.values : pick(row.values, attributes)), ...told };
  const derived = Object.entries(row.derived).filter(([name]) =>
    Object.keys(values).some((relation) => name.startsWith(`${relation}__`)),
  );
  const next = {
    ...rest,
    values,
    derived: Object.fromEntries(derived),
    ...(sent === undefined ? {} : { sent: { ...sent, attributes } }),
    change: { ...row.change, changedAt: desk.now, ...(isOver && chain.length > 0 && { madeAt: desk.now }) },
  };
  book.put({ entity, key, row: next });
}

/** Whether the server has never heard of the record. */
export function isMadeHere({ row }: Local, fixed: readonly Mutation[]): boolean {
  return row.change.base === null && !fixed.some(({ op }) => op === "create");
}

/** What was sent, and is not to be changed; and what was not. */
export function split(book: Book, { row }: Local): { fixed: Mutation[]; open: Mutation[] } {
  const chain = book.chain(row.change.id);
  return { fixed: chain.filter(({ wire }) => wire !== null), open: chain.filter(({ wire }) => wire === null) };
}

export function editableOf(entity: EntityDefinition | undefined): string[] {
  return entity?.attributes.filter(({ editable }) => editable).map(({ name }) => name) ?? [];
}

export function pick(row: Row, names: Iterable<string>): Row {
  const picked: Row = {};
  for (const name of names) if (name in row) picked[name] = row[name] as Row[string];
  return picked;
}

/** Whether people type its key. */
export function hasTypedKey(entity: EntityDefinition | undefined): boolean {
  return attributeOf(entity, entity?.key ?? "")?.editable ?? false;
}

/** When the last of the records that values point at was made. */
function latest(book: Book, entity: string, values: Row): number {
  const made = book.references(entity, values).map((to) => book.creation(to.entity, to.key)?.seq ?? 0);
  return Math.max(0, ...made);
}

function put(desk: Desk, local: Local, op: Op, place: Partial<Mutation>, values: Row, was: Row): void {
  const { entity, key, row } = local;
  desk.book.putMutation({
    ...{ id: place.id ?? desk.uuid(), seq: place.seq ?? desk.book.newSeq(), change: row.change.id },
    ...{ entity, key, op, values, was, base: null, group: place.group ?? null },
    ...{ madeAt: place.madeAt ?? desk.now, wire: null, answer: null },
  });
}
