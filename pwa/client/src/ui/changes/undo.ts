/** Taking back what was just saved, as long as that takes back no more than it. */
import type { Definition, Edit, PendingChange, Row } from "../../api";
import { write } from "../data/write";
import { findAttribute, findEntity } from "../model";
import { type Note, note } from "../note";
import { t } from "../texts";

export interface Undo {
  /** Changes that were not there before. */
  discard: string[];
  /** Of those that were: their values as they were before. */
  edits: Edit[];
  /** What comes to the same as `discard` where that is on its way already; `null` where nothing does. */
  reversed: Edit[] | null;
}

/**
 * What undoes the step between two looks at `pending()`. Nothing where only what is sent already changed.
 *
 * @param keyOf the name of an entity's key attribute.
 */
export function undoOf(before: PendingChange[], after: PendingChange[], keyOf: (entity: string) => string): Undo {
  const undo: Undo = { discard: [], edits: [], reversed: [] };
  const earlier = new Map(before.map((change) => [`${change.entity} ${change.key}`, change]));
  for (const change of after) {
    const known = earlier.get(`${change.entity} ${change.key}`);
    earlier.delete(`${change.entity} ${change.key}`);
    if (known === undefined) {
      undo.discard.push(change.id);
      const edit = reversed(change, keyOf);
      undo.reversed = edit && undo.reversed && [...undo.reversed, edit];
    } else if (known.op !== change.op || JSON.stringify(known.values) !== JSON.stringify(change.values)) {
      undo.edits.push(restored(known, change, keyOf));
    }
  }
  // The last edit took back all of the ones before it, or deleted what had never been sent.
  for (const known of earlier.values()) if (known.state !== "sent") undo.edits.push(restored(known, null, keyOf));
  return undo;
}

function restored(known: PendingChange, now: PendingChange | null, keyOf: (entity: string) => string): Edit {
  const { entity, key, op, base } = known;
  if (op === "delete") return { entity, delete: key };
  const values: Row = { ...known.values, [keyOf(entity)]: key };
  for (const name of Object.keys(now?.values ?? {})) {
    // What the last edit was the first to change goes back to what the server has.
    if (!(name in values)) values[name] = base?.[name] ?? null;
  }
  return { entity, values };
}

/** A deleted record cannot be made again as it was: it had a key of its own. */
function reversed({ entity, key, op, values, base }: PendingChange, keyOf: (entity: string) => string): Edit | null {
  if (op === "create") return { entity, delete: key };
  if (op === "delete") return null;
  const before = Object.keys(values).map((name) => [name, base?.[name] ?? null] as const);
  return { entity, values: { ...Object.fromEntries(before), [keyOf(entity)]: key } };
}

/**
 * Saves, and finds out what takes that back, for the toast that says it is saved; nothing where nothing does.
 *
 * @throws whatever `save` rejects with.
 */
export async function withUndo<T>(save: () => Promise<T>): Promise<{ result: T; undo: Pick<Note, "action"> }> {
  const { offline } = window;
  const look = () => offline.pending().catch(() => null);
  const before = await look();
  const result = await save();
  const after = before && (await look());
  const { definition } = await offline.state();
  const found = before && after && undoOf(before, after, (name) => findEntity(definition, name)?.key ?? "id");
  const isSomething =
    found && (found.discard.length > 0 || found.edits.length > 0) && canWrite(definition, found.edits);
  return { result, undo: isSomething ? { action: { label: t("undo"), run: () => takeBack(found) } } : {} };
}

/** What the app does not have any more is left out of a correction (L5), and cannot be put back. */
export function canWrite(definition: Definition | null, edits: readonly Edit[]): boolean {
  return edits.every((edit) => {
    if ("delete" in edit) return true;
    const entity = findEntity(definition, edit.entity);
    return entity !== undefined && Object.keys(edit.values).every((name) => findAttribute(entity, name));
  });
}

async function takeBack({ discard, edits, reversed }: Undo): Promise<void> {
  const { offline } = window;
  try {
    if (discard.length) await offline.discard(discard);
  } catch (error) {
    if ((error as { code?: string }).code !== "in_flight" || reversed === null)
      return note({ text: t("undoTooLate"), failed: true });
    await write(reversed);
  }
  await write(edits);
  note({ text: t("undone") });
}
