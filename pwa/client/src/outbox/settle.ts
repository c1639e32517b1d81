/** What outcomes make of local changes. */

import type { Key, Row } from "../api";
import { _, translate } from "../language";
import { type Book, isSame, type Local } from "./book";
import type { Bases } from "./deciding";
import { type Desk, settleRow } from "./lay";
import { titleOf } from "./people";
import { dropChange, moveTo, refresh, renamedIn, renameKeys, renew } from "./stand";
import {
  type Acknowledged,
  isLocalKey,
  type LocalChange,
  type Mutation,
  type OutcomeMessage,
  type Settled,
} from "./types";

export interface Outcomes {
  ended: Settled["ended"];
  /** Ids of mutations whose outcome is final. */
  final: string[];
  /** What records that were made here are called by the server. */
  keys: Map<Key, { entity: string; key: Key }>;
  troubled: Map<string, { change: string; title: string }>;
  /** What the server has now, and its rows do not show yet. */
  acknowledged: Omit<Acknowledged, "id" | "at">[];
  isApplied: boolean;
  isFreed: boolean;
}

/** Who decides, and sees rows as the server has them. */
type Seeing = Desk & { bases: Pick<Bases, "get"> };

/** @param mark: of this settling. */
export function settleAll(desk: Seeing, outcomes: readonly OutcomeMessage[], mark: number): Outcomes {
  const { book } = desk;
  const ended = { applied: 0, conflict: 0, rejected: 0, gone: 0 };
  const result: Outcomes = {
    ...{ ended, final: [], keys: new Map(), acknowledged: [], troubled: new Map(), isApplied: false, isFreed: false },
  };
  const stuck: string[] = [];
  const seq = ({ id }: OutcomeMessage) => book.mutation(id)?.seq ?? 0;
  for (const outcome of [...outcomes].sort((a, b) => seq(a) - seq(b))) {
    const mutation = book.mutation(outcome.id);
    const local = mutation && book.change(mutation.change);
    if (mutation === undefined || local === undefined || mutation.wire === null) continue;
    const { status } = outcome;
    if (status === "waiting" || status === "error" || status === "doubt") {
      if (mutation.answer === "no") continue;
      const targets = status === "doubt" ? (mutation.targets ?? targetsOf(desk, mutation)) : [];
      const { targets: _before, ...rest } = mutation;
      const told = { ...rest, answer: null, doubt: status === "doubt" };
      book.putMutation(targets.length > 0 ? { ...told, targets } : told);
      if (status === "error") {
        book.put(withFacts(local, { error: outcome.error }));
        result.troubled.set(mutation.id, { change: mutation.change, title: titleOf(book, local) });
      } else if (isTried(local)) book.put(withFacts(local, { error: null }));
      // It had its effect long ago, which the server remembers no more, or was set back to before.
      if (status === "waiting" && book.mutation(outcome.for) === undefined) stuck.push(mutation.change);
      continue;
    }
    result.final.push(mutation.id);
    // Somebody else has deleted it, too.
    const isDone = status === "applied" || (status === "gone" && mutation.op === "delete");
    if (mutation.answer !== "no") ended[isDone ? "applied" : status]++;
    if (!isDone) {
      book.putMutation({ ...mutation, answer: "no", doubt: false });
      const facts = turnOf(outcome);
      if (facts !== null) book.put(withFacts(local, facts));
      else if (isTried(local)) book.put(withFacts(local, { error: null }));
      continue;
    }
    result.isApplied = true;
    const told = status === "applied" ? outcome : { key: mutation.key, version: null };
    if (isLocalKey(local.key) && local.key !== told.key)
      result.keys.set(local.key, { entity: local.entity, key: told.key });
    if (status === "applied") result.acknowledged.push(entryOf(local, mutation, outcome));
    applied(desk, local, mutation, told, mark);
  }
  const names = new Map([...result.keys].map(([local, { key }]) => [local, key]));
  renameKeys(book, names);
  result.acknowledged = result.acknowledged.map((one) => {
    const [values, was] = [one.values, one.was].map((row) => renamedIn(book, one.entity, row, names)) as [Row, Row];
    return { ...one, values, was };
  });
  // Nothing came of it, nor ever will as it was sent.
  if (stuck.length > 0) renew(desk, book.reached(stuck).keys());
  result.isFreed = stuck.length > 0;
  refresh(desk);
  return result;
}

function withFacts(local: Local, facts: Partial<LocalChange>): Local {
  return { ...local, row: { ...local.row, change: { ...local.row.change, ...facts } } };
}

/** Whether it is said of the change why the server could not take it when it was tried before. */
function isTried({ row }: Local): boolean {
  return row.change.error?.retry === true;
}

function entryOf(
  { entity, key, row }: Local,
  { op, group, values, was, madeAt }: Mutation,
  outcome: { key: Key; version: number | null },
): Outcomes["acknowledged"][number] {
  const { base } = row.change;
  const local = isLocalKey(key) ? key : null;
  return { entity, op, key: outcome.key, local, group, values, was, base, version: outcome.version, madeAt };
}

/** How the change stands from now on; `null` where others are to blame. */
function turnOf(outcome: OutcomeMessage): Partial<LocalChange> | null {
  if (outcome.status === "conflict") {
    const { theirs, version, attributes } = outcome;
    return { state: "conflict", theirs: { ...theirs, _version: version }, attributes, error: null };
  }
  if (outcome.status === "gone") return { state: "gone", error: null };
  if (outcome.status !== "rejected" || outcome.error.code === "group") return null;
  return { state: "rejected", error: outcome.error };
}

function applied(
  desk: Desk,
  local: Local,
  mutation: Mutation,
  { key, version }: { key: Key; version: number | null },
  mark: number,
): void {
  const { book } = desk;
  book.drop(mutation.id);
  const moved = moveTo(book, local, key);
  const { row } = moved;
  const { base } = row.change;
  const keyName = book.entity(moved.entity)?.key;
  const whole = mutation.op === "create" ? row.values : mutation.values;
  const named = keyName === undefined ? {} : { [keyName]: key };
  // The answer to a later one may have come first.
  const newest = Math.max(version ?? 0, Number(base?._version ?? 0));
  const attributes = [...new Set([...(row.sent?.attributes ?? []), ...Object.keys(whole)])];
  const change = {
    ...row.change,
    error: null,
    base: mutation.op === "delete" ? base : { ...base, ...whole, ...named, _version: newest },
  };
  settleRow({ ...desk, now: change.changedAt }, { ...moved, row: { ...row, sent: { attributes, mark }, change } });
}

/** A record whose mutations the server has no memory of, as the server has it now. */
export interface Doubtful {
  local: Local;
  server: Row | null;
  /** Attributes whose values point at keys under which the server has something else now than when it was edited. */
  misled: string[];
}

/** What the values of a mutation point at, as far as it is here. */
function targetsOf({ book, bases }: Seeing, { entity, values }: Mutation): NonNullable<Mutation["targets"]> {
  return book.references(entity, values).flatMap((to) => {
    const row = isLocalKey(to.key) ? null : bases.get(to.entity, to.key);
    return row === null ? [] : { ...to, row };
  });
}

/** As `Doubtful` has it. Where nothing is any more, the server will say so. */
export function misled({ book, bases }: Seeing, { row }: Local): string[] {
  const targets = book.chain(row.change.id).flatMap(({ entity, values, targets = [] }) => {
    // What was lost and is made anew has another key now.
    const names = new Set(book.references(entity, values).map((to) => JSON.stringify([to.name, to.key])));
    return targets.filter((target) => names.has(JSON.stringify([target.name, target.key])));
  });
  const others = targets.filter((target) => {
    const now = bases.get(target.entity, target.key);
    return now !== null && differing(book, target.entity, target.row, now).length > 0;
  });
  return [...new Set(others.map(({ name }) => name))];
}

export function doubted(book: Book): Local[] {
  return book.locals.filter(({ row }) => book.chain(row.change.id).some(({ doubt }) => doubt));
}

/** Whether changes begin on what the server has: they are sent on the version it has now, or become a person's turn. */
export function judge(desk: Desk, doubtful: readonly Doubtful[]): void {
  const { book } = desk;
  const changes = doubtful.map(({ local }) => local.row.change.id);
  const together = [...book.reached(changes).keys()];
  for (const { local, server, misled } of doubtful) {
    const { change } = local.row;
    // Deleted by somebody else, or never there: as it was to be.
    if (change.op === "delete" && change.base !== null && server === null) {
      dropChange(desk, local);
      continue;
    }
    const found = change.base === null ? null : verdict(book, local, change.base, server);
    const facts = found?.state === undefined && misled.length > 0 ? { ...found, ...question(misled) } : found;
    if (facts !== null) book.put({ ...local, row: { ...local.row, change: { ...change, ...facts } } });
    for (const mutation of book.chain(change.id)) {
      const { targets: _targets, ...rest } = mutation;
      book.putMutation({ ...rest, doubt: false, answer: facts?.state === undefined ? null : "no" });
    }
  }
  renew(desk, together);
  refresh(desk);
}

/** Rather a question than a line on the order of somebody else. */
function question(names: readonly string[]): Partial<LocalChange> {
  const message = translate(
    _("The server was restored from a backup meanwhile. Check whether this is still the right record."),
  );
  const fields = Object.fromEntries(names.map((name) => [name, [message]]));
  return { state: "rejected", error: { code: "doubt", message, retry: false, fields } };
}

function differing(book: Book, entity: string, before: Row, now: Row): string[] {
  return (book.entity(entity)?.attributes ?? [])
    .map(({ name }) => name)
    .filter((name) => name in before && !isSame(before[name], now[name]));
}

function verdict(book: Book, { entity }: Local, base: Row, server: Row | null): Partial<LocalChange> {
  if (server === null) return { state: "gone" };
  const attributes = differing(book, entity, base, server);
  return attributes.length === 0 ? { base: server } : { state: "conflict", theirs: server, attributes };
}
