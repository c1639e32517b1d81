/** What outcomes make of local changes. */

import type { Key, Row } from "../api";
import type { Local } from "./book";
import { type Desk, settleRow } from "./lay";
import { titleOf } from "./people";
import { moveTo, refresh, renamedIn, renameKeys, renew } from "./stand";
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

/** @param mark: of this settling. */
export function settleAll(desk: Desk, outcomes: readonly OutcomeMessage[], mark: number): Outcomes {
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
      book.putMutation({ ...mutation, answer: null });
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
      book.putMutation({ ...mutation, answer: "no" });
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
