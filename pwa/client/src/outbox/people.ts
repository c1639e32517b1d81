/** Local changes as people see them, and what they choose. */

import type { Choice, Conflict, PendingChange, Row } from "../api";
import { type Book, isTrouble, type Local } from "./book";
import { type Desk, joined, lay, layDelete } from "./lay";
import { dropChange, sendAgain } from "./stand";

/** Oldest first. */
export function pendingOf(book: Book): PendingChange[] {
  return book.locals
    .filter(({ row }) => row.change.state !== "sent")
    .map((local) => ({ ...shown(book, local), at: book.chain(local.row.change.id)[0]?.seq ?? 0 }))
    .sort((a, b) => (a.madeAt < b.madeAt ? -1 : a.madeAt > b.madeAt ? 1 : a.at - b.at))
    .map(({ at: _at, ...change }) => change);
}

function shown(book: Book, local: Local): PendingChange {
  const { entity, key, row } = local;
  const { id, op, group, base, madeAt, changedAt, state, error, waitsFor } = row.change;
  const isLost = error?.code === "lost" && isTrouble(state);
  const isSaid = state === "rejected" || isLost || (error?.retry === true && !isTrouble(state));
  return {
    ...{ id, entity, key, op, group, madeAt, changedAt, state, waitsFor },
    title: titleOf(book, local),
    values: mineOf(row),
    base: base && withoutVersion(base),
    error: isSaid ? error : null,
  };
}

export function conflictOf(book: Book, change: PendingChange): Conflict | null {
  const { theirs, attributes } = book.change(change.id)?.row.change ?? { theirs: null, attributes: [] };
  if (change.state !== "conflict" || theirs === null) return null;
  return { ...change, theirs: withoutVersion(theirs), attributes };
}

/** Takes up what a person chose, on what the server has now. */
export function settleConflict(desk: Desk, local: Local, choice: Choice): void {
  const { theirs, op } = local.row.change;
  const isMine = (name: string) => (typeof choice === "string" ? choice : (choice[name] ?? "mine")) === "mine";
  const mine = Object.entries(mineOf(local.row)).filter(([name]) => isMine(name));
  const isDropped = op === "delete" ? !isMine("") : mine.length === 0;
  const now = sendAgain(desk, local, { base: theirs });
  if (isDropped) dropChange(desk, now);
  else takeMine(desk, now, Object.fromEntries(mine));
}

function takeMine(desk: Desk, local: Local, mine: Row): void {
  const { book } = desk;
  const { id, op } = local.row.change;
  const group = joined(book, book.chain(id));
  const chain = book.chain(id);
  for (const mutation of chain.slice(0, -1)) book.drop(mutation.id);
  for (const last of chain.slice(-1)) book.putMutation({ ...last, group, op: "update", values: {}, was: {} });
  const { sent: _sent, ...row } = local.row;
  const anew: Local = { ...local, row: { ...row, values: {} } };
  book.put(anew);
  if (op === "delete") layDelete(desk, anew);
  else lay(desk, anew, mine);
}

/** What was typed and the server does not have. */
function mineOf({ values, sent, change }: Local["row"]): Row {
  if (change.op === "delete") return {};
  const known = new Set(sent?.attributes);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !known.has(name)));
}

/** What a record is called, as it is here. */
export function titleOf(book: Book, { entity, key, row }: Local): string {
  const definition = book.entity(entity);
  const name = definition?.list_display[0] ?? definition?.key ?? "";
  const { [name]: title = null } = { ...row.change.base, ...row.values, ...row.derived };
  return title === null || title === "" ? String(key) : String(title);
}

function withoutVersion({ _version, ...row }: Row): Row {
  return row;
}
