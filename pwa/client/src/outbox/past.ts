/**
 * The server's past is another than the device knows: it was set back to an earlier state, and others may have gone on
 * from there (T4, decision 0032). Whatever is still to be sent, or to be decided by a person, began on records of the
 * old past; under their keys there may be others now, in a version that looks like theirs.
 */

import type { Key, Row } from "../api";
import { type Book, isSame, keysIn, placeOf, valuesOf } from "./book";
import type { Decision } from "./deciding";
import { asKnown, type takeBack } from "./lost";
import { settleConflict } from "./people";
import { asNew, dropChange, sendAgain } from "./stand";
import { isLocalKey, type LocalChange, type Target } from "./types";

/**
 * From now on nothing new is sent. To be called before rows of the new past are visible. Returns whether there is
 * anything to be judged when they are.
 */
export async function suspect(desk: Decision): Promise<boolean> {
  const { transaction, book } = desk;
  // What is visible now may be of the new past already.
  if ((await transaction.pastOther()) !== null) return true;
  const all = await transaction.acknowledged();
  if (all.length === 0 && book.all.length === 0) return false;
  for (const one of asKnown(desk, all)) await transaction.putAcknowledged(one);
  await transaction.setPastOther([]);
  await noteTargets(desk);
  return true;
}

/** While it is suspected: notes what changes point at, also those that people make meanwhile. */
export async function noteTargets({ transaction, book, bases }: Decision): Promise<void> {
  const targets = await transaction.pastOther();
  if (targets === null) return;
  const known = new Set(targets.map(({ entity, key }) => placeOf(entity, key)));
  const rows: [entity: string, row: Row][] = book.locals.flatMap(({ entity, row }) => {
    const chain = book.chain(row.change.id);
    return chain.length === 0 ? [] : [[entity, row.change.base ?? {}] as const, [entity, valuesOf(chain)] as const];
  });
  for (const { entity, values } of await transaction.acknowledged()) rows.push([entity, values]);
  const more: Target[] = [];
  for (const { entity, key } of rows.flatMap(([entity, row]) => book.references(entity, row))) {
    const place = placeOf(entity, key);
    if (known.has(place) || !isReused(book, entity, key)) continue;
    known.add(place);
    const local = book.at(entity, key)?.row;
    const row = bases.get(entity, key);
    // What this device has made is looked for among what was acknowledged.
    if (row === null && local?.sent !== undefined) continue;
    more.push({ entity, key, row: row && local?.sent ? local.change.base : row });
  }
  if (more.length > 0) await transaction.setPastOther([...targets, ...more]);
}

/** Whether the server may give the key to another record one day: nobody makes the same UUID twice. */
function isReused(book: Book, entity: string, key: Key): boolean {
  const definition = book.entity(entity);
  const type = definition?.attributes.find(({ name }) => name === definition.key)?.type;
  return type !== "uuid" && !isLocalKey(key);
}

/**
 * Whether each change is about what it was made about. Such that are go on, on the version that the server has now;
 * the others are a person's turn.
 *
 * @param turns: changes made of what was acknowledged and is lost, of which only what they point at is to be looked at.
 * @param undone: what else records are without it.
 */
export function judge(
  desk: Decision,
  targets: readonly Target[],
  { turns, undone }: Pick<ReturnType<typeof takeBack>, "turns" | "undone">,
): void {
  const { book, bases } = desk;
  // In this past nobody has heard of them, but those that had their outcome: in the old one their ids have had theirs.
  for (const mutation of book.all) if (mutation.wire !== null) asNew(desk, mutation);
  const others = new Set(
    targets
      .filter(({ entity, key, row }) => {
        const now = bases.get(entity, key);
        if (now === null || row === null) return now !== null;
        const without = { ...row, ...undone.get(placeOf(entity, key)) };
        return [row, without].every((then) => differing(book, entity, then, now).length > 0);
      })
      .map(({ entity, key }) => placeOf(entity, key)),
  );
  /** Attributes that point at what is something else now. */
  const misled = (of: string, row: Row) =>
    book.references(of, row).filter(({ entity, key }) => others.has(placeOf(entity, key)));
  for (const { row, entity, key } of book.locals) {
    const { unsure: _before, ...change } = row.change;
    const chain = book.chain(change.id);
    if (chain.length === 0) continue;
    const unsure = misled(entity, valuesOf(chain)).map(({ name, key }) => ({ name, key }));
    const put = (facts: Partial<LocalChange> = {}) => {
      const now = {
        entity,
        key,
        row: { ...row, change: { ...change, ...(unsure.length > 0 && { unsure }), ...facts } },
      };
      book.put(now);
      return now;
    };
    const { base, op, state } = change;
    const server = base === null ? null : bases.get(entity, key);
    if (base === null || turns.has(change.id)) put();
    else if (server === null) {
      // Deleted by somebody else, or never there: as it was to be.
      if (op === "delete") dropChange(desk, put());
      else put({ state: "gone", theirs: null, attributes: [], error: lostOf(change) });
    } else {
      // All of a line may be the same, and be of another order.
      const owners = misled(entity, base).filter(({ name, key }) => keysIn(server[name]).includes(key));
      const attributes = new Set([...differing(book, entity, base, server), ...owners.map(({ name }) => name)]);
      if (attributes.size === 0) {
        if (state === "conflict") settleConflict(desk, put({ theirs: server }), "mine");
        else if (state === "gone") sendAgain(desk, put(), { base: server });
        else put({ base: server });
      } else {
        put({ state: "conflict", theirs: server, attributes: [...attributes], error: lostOf(change) });
      }
    }
  }
}

function lostOf({ error }: LocalChange): LocalChange["error"] {
  return error?.code === "lost" ? error : null;
}

function differing(book: Book, entity: string, before: Row, now: Row): string[] {
  return (book.entity(entity)?.attributes ?? [])
    .map(({ name }) => name)
    .filter((name) => name in before && !isSame(before[name], now[name]));
}
