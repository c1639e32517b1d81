/** Reads what a form begins with: the record, those within it, what was typed earlier, and what the server said. */
import type { Definition, EntityDefinition, Key, Row } from "../../api";
import { isLocalKey } from "../../outbox/types";
import { keyOf, parseKey } from "../model";
import type { KeptDraft } from "./drafts";
import { Editing } from "./editing";
import { type Child, type Children, type Filling, followChildren, restoreDraft } from "./filling";
import type { Keeping } from "./keeping";
import type { Separators } from "./numbers";
import { type Refusal, refusalOf } from "./refusal";
import { formAttributes, type Inline, inlinesOf } from "./widgets";

export interface Opening {
  definition: Definition;
  entity: EntityDefinition;
  /** As in the address; `null` for a new record. */
  key: string | null;
  /** What a new record begins with. */
  preset: Row;
  /** Without the records within it. */
  isAlone: boolean;
  words: Separators;
  /** Where drafts of it are; `null` where nobody is there to keep them for. Asked for when the record was read. */
  keep: () => Keeping | null;
}

export interface Opened {
  filling: Filling;
  keeping: Keeping | null;
  /** What was typed earlier, put back already. */
  draft: KeptDraft | null;
  /** The record is no more, and what was typed into it is there. */
  isLost: boolean;
  refusal: Refusal;
}

/** `null` when the record is not on the device. */
export async function openRecord(opening: Opening): Promise<Opened | null> {
  const { definition, entity, key, words, keep } = opening;
  const row = key === null ? null : await readRecord(entity, parseKey(entity, key));
  const keeping = keep();
  const draft = await findDraft(entity, keeping, row);
  const isLost = key !== null && row === null;
  if (isLost && draft === null) return null;
  // What was typed into a record that is no more can be saved as another (W6).
  const preset = isLost ? (draft?.draft.begun ?? {}) : opening.preset;
  const editing = new Editing(formAttributes(definition, entity, row === null), row, words, preset);
  const children: Children[] = [];
  for (const inline of opening.isAlone ? [] : inlinesOf(definition, entity)) {
    const rows = row === null ? [] : await rowsWithin(inline, keyOf(entity, row));
    children.push({ inline, rows: rows.map((one) => childOf(opening, inline, one)) });
  }
  const filling: Filling = { entity, key: row === null ? null : keyOf(entity, row), editing, children };
  const refusal = await refusalOf(filling);
  if (draft !== null) restoreDraft(filling, draft.draft, (inline) => childOf(opening, inline, null));
  return { filling, keeping, draft, isLost, refusal };
}

export async function readRecord(entity: EntityDefinition, key: Key): Promise<Row | null> {
  // A key that no record can have is as good as one that none has.
  return (await window.offline.entities[entity.name]?.get(key).catch(() => null)) ?? null;
}

/** The record as it is now: what was not typed over follows, in it and within it. */
export async function followRecord(
  filling: Filling,
  row: Row,
  form: Pick<Opening, "definition" | "words">,
): Promise<void> {
  filling.editing.follow(row);
  filling.key = keyOf(filling.entity, row);
  for (const within of filling.children) {
    const rows = await rowsWithin(within.inline, filling.key);
    followChildren(within, rows, (one) => childOf(form, within.inline, one));
  }
}

let made = 0;

/** A record within another; `null` for a new one. */
export function childOf(
  { definition, words }: Pick<Opening, "definition" | "words">,
  { entity, relation }: Inline,
  row: Row | null,
): Child {
  const attributes = formAttributes(definition, entity, row === null).filter(({ name }) => name !== relation);
  made += 1;
  return {
    id: `row-${made}`,
    key: row === null ? null : keyOf(entity, row),
    editing: new Editing(attributes, row, words),
    removed: false,
  };
}

/** Also what was typed when a record that was made here had no key of the server yet. */
async function findDraft(
  entity: EntityDefinition,
  keeping: Keeping | null,
  row: Row | null,
): Promise<KeptDraft | null> {
  const found = (await keeping?.find()) ?? null;
  if (found !== null || keeping === null || row === null) return found;
  for (const other of await keeping.others()) {
    if (!isLocalKey(other.record)) continue;
    const same = await readRecord(entity, other.record);
    if (same === null || keyOf(entity, same) !== keyOf(entity, row)) continue;
    await keeping.adopt(other).catch(() => undefined);
    return other;
  }
  return null;
}

async function rowsWithin({ entity, relation }: Inline, key: Key): Promise<Row[]> {
  return (await window.offline.entities[entity.name]?.list({ where: { [relation]: key } }).catch(() => [])) ?? [];
}
