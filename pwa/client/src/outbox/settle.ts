/** What outcomes make of local changes. */

import type { Key, Row } from "../api";
import { type Book, isSame, type Local } from "./book";
import { type Desk, isLocalKey, settleRow } from "./lay";
import { titleOf } from "./people";
import { dropChange, moveTo, refresh, renameKeys, renew } from "./stand";
import type { LocalChange, Mutation, OutcomeMessage, Settled } from "./types";

export interface Outcomes {
  ended: Settled["ended"];
  /** Ids of mutations whose outcome is final. */
  final: string[];
  /** What records that were made here are called by the server. */
  keys: Map<Key, { entity: string; key: Key }>;
  troubled: Map<string, { change: string; title: string }>;
  /** Whether the server has something that its rows do not show yet. */
  isApplied: boolean;
}

/** @param mark: of this settling. */
export function settleAll(desk: Desk, outcomes: readonly OutcomeMessage[], mark: number): Outcomes {
  const { book } = desk;
  const ended = { applied: 0, conflict: 0, rejected: 0, gone: 0 };
  const result: Outcomes = { ended, final: [], keys: new Map(), troubled: new Map(), isApplied: false };
  const seq = ({ id }: OutcomeMessage) => book.mutation(id)?.seq ?? 0;
  for (const outcome of [...outcomes].sort((a, b) => seq(a) - seq(b))) {
    const mutation = book.mutation(outcome.id);
    const local = mutation && book.change(mutation.change);
    if (mutation === undefined || local === undefined || mutation.wire === null) continue;
    const { status } = outcome;
    if (status === "waiting" || status === "error" || status === "doubt") {
      if (mutation.answer === "no") continue;
      book.putMutation({ ...mutation, answer: null, doubt: status === "doubt" });
      if (status === "error") {
        book.put(withFacts(local, { error: outcome.error }));
        result.troubled.set(mutation.id, { change: mutation.change, title: titleOf(book, local) });
      } else if (isTried(local)) book.put(withFacts(local, { error: null }));
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
    applied(desk, local, mutation, told, mark);
  }
  renameKeys(book, new Map([...result.keys].map(([local, { key }]) => [local, key])));
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
}

export function doubted(book: Book): Local[] {
  return book.locals.filter(({ row }) => book.chain(row.change.id).some(({ doubt }) => doubt));
}

/** Whether changes begin on what the server has: they are sent on the version it has now, or become a person's turn. */
export function judge(desk: Desk, doubtful: readonly Doubtful[]): void {
  const { book } = desk;
  const changes = doubtful.map(({ local }) => local.row.change.id);
  const together = [...book.reached(changes).keys()];
  for (const { local, server } of doubtful) {
    const { change } = local.row;
    // Deleted by somebody else, or never there: as it was to be.
    if (change.op === "delete" && change.base !== null && server === null) {
      dropChange(desk, local);
      continue;
    }
    const facts = change.base === null ? null : verdict(book, local, change.base, server);
    if (facts !== null) book.put({ ...local, row: { ...local.row, change: { ...change, ...facts } } });
    for (const mutation of book.chain(change.id)) {
      book.putMutation({ ...mutation, doubt: false, answer: facts?.state === undefined ? null : "no" });
    }
  }
  renew(desk, together);
  refresh(desk);
}

function verdict(book: Book, { entity }: Local, base: Row, server: Row | null): Partial<LocalChange> {
  if (server === null) return { state: "gone" };
  const attributes = (book.entity(entity)?.attributes ?? [])
    .map(({ name }) => name)
    .filter((name) => name in base && !isSame(base[name], server[name]));
  return attributes.length === 0 ? { base: server } : { state: "conflict", theirs: server, attributes };
}
