/** A record and those within it, being filled in together: what is saved of them, and whose an error is. Pure. */
import type { AttributeDefinition, Edit, EntityDefinition, Key, PendingChange, Row, WireValue } from "../../api";
import type { Editing, TypedDraft } from "./editing";
import type { Inline } from "./widgets";

/** A record within another. */
export interface Child {
  /** For the page: new ones have no key yet. */
  id: string;
  key: Key | null;
  editing: Editing;
  removed: boolean;
}

export interface Children {
  inline: Inline;
  rows: Child[];
}

export interface Filling {
  entity: EntityDefinition;
  /** `null` of a new record whose key nobody types. */
  key: Key | null;
  editing: Editing;
  children: Children[];
}

/** What is kept when the page goes. */
export interface Draft extends TypedDraft {
  children: Record<string, ({ key: Key | null; removed: boolean } & TypedDraft)[]>;
}

/** An edit, and what of the form it is of. */
export interface Placed {
  edit: Edit;
  of: Editing;
}

/** What is to be saved, the record first; nothing where nothing changed. */
export function editsOf({ entity, key, editing, children }: Filling, newKey: () => Key): Placed[] {
  const values = editing.changes();
  const typedKey = values[entity.key] as Key | undefined;
  const within = children.some(({ rows }) => rows.some(({ key: own, removed }) => own === null && !removed));
  // Those within point at it.
  const own = key ?? typedKey ?? (within ? newKey() : null);
  const edits: Placed[] = [];
  if (editing.isNew || Object.keys(values).length > 0) {
    edits.push({
      edit: { entity: entity.name, values: { ...(own !== null && { [entity.key]: own }), ...values } },
      of: editing,
    });
  }
  for (const { inline, rows } of children) {
    for (const child of rows) edits.push(...childEdit(inline, child, own));
  }
  return edits;
}

function childEdit({ entity, relation }: Inline, { key, editing, removed }: Child, parent: Key | null): Placed[] {
  if (removed) return key === null ? [] : [{ edit: { entity: entity.name, delete: key }, of: editing }];
  const values = editing.changes();
  if (key !== null) {
    return Object.keys(values).length
      ? [{ edit: { entity: entity.name, values: { [entity.key]: key, ...values } }, of: editing }]
      : [];
  }
  return [{ edit: { entity: entity.name, values: { ...values, [relation]: parent } }, of: editing }];
}

/** All of a record that is no more, and of those within it, as another one. */
export function anewOf({ entity, editing, children }: Filling, key: Key): Placed[] {
  const within = children.flatMap(({ inline, rows }) =>
    rows
      .filter(({ removed }) => !removed)
      .map(({ editing: row }) => ({
        edit: { entity: inline.entity.name, values: { ...row.whole(), [inline.relation]: key } },
        of: row,
      })),
  );
  return [{ edit: { entity: entity.name, values: { ...editing.whole(), [entity.key]: key } }, of: editing }, ...within];
}

/** What a change was refused for since nobody can write it any more: a correction goes without it (L5). */
export function leftOut(
  entity: EntityDefinition,
  { values, error }: PendingChange,
): [AttributeDefinition, WireValue][] {
  const refused = Object.keys(error?.fields ?? {}).filter((name) => name in values);
  return refused.flatMap((name) => {
    const known = entity.attributes.find((attribute) => attribute.name === name);
    if (known?.editable) return [];
    // Its name is all that is known of one that is no more.
    const attribute = known ?? { name, label: name.replaceAll("_", " "), type: "string" as const, null: true };
    return [[attribute, values[name] ?? null]];
  });
}

/** Tells each part of the form what is said of it; returns what is said of none. `2.title` is of the third edit. */
export function tellFields(edits: readonly Placed[], fields: Record<string, string[]>): string[] {
  const byPart = new Map<Editing, Record<string, string[]>>();
  const rest: string[] = [];
  for (const [path, messages] of Object.entries(fields)) {
    const [, place = "0", name = ""] = /^(?:(\d+)\.)?(.*)$/.exec(path) ?? [];
    const part = edits[Number(place)]?.of;
    const attribute = part?.attribute(name);
    if (part === undefined || attribute === undefined) rest.push(...messages);
    else byPart.set(part, { ...byPart.get(part), [name]: messages });
  }
  for (const [part, told] of byPart) part.tell(told);
  return rest;
}

export function isDirty({ editing, children }: Filling): boolean {
  return (
    editing.isDirty ||
    children.some(({ rows }) =>
      rows.some((row) => (row.key === null ? !row.removed : row.removed || row.editing.isDirty)),
    )
  );
}

export function draftOf({ editing, children }: Filling): Draft {
  return {
    ...editing.draft(),
    children: Object.fromEntries(
      children.map(({ inline, rows }) => [
        inline.entity.name,
        rows
          .filter(({ key, removed, editing: row }) => (key === null ? !removed : removed || row.isDirty))
          .map(({ key, removed, editing: row }) => ({ key, removed, ...row.draft() })),
      ]),
    ),
  };
}

/** Puts back what was typed. Records within that are gone meanwhile are left out. `add` makes a row for a new one. */
export function restoreDraft(filling: Filling, draft: Draft, add: (inline: Inline) => Child): void {
  filling.editing.restore(draft);
  for (const { inline, rows } of filling.children) {
    for (const kept of draft.children[inline.entity.name] ?? []) {
      const row = kept.key === null ? add(inline) : rows.find(({ key }) => key === kept.key);
      if (row === undefined) continue;
      if (kept.key === null) rows.push(row);
      row.removed = kept.removed;
      row.editing.restore(kept);
    }
  }
}

/** The rows within, as they are now: those that are being changed stay as they are, new ones of others come in. */
export function followChildren(children: Children, now: readonly Row[], make: (row: Row) => Child): void {
  const { inline, rows } = children;
  const byKey = new Map(now.map((row) => [row[inline.entity.key] as Key, row]));
  const known = new Set(rows.map(({ key }) => key));
  const kept = rows.filter(({ key, editing }) => key === null || byKey.has(key) || editing.isDirty);
  for (const { key, editing } of kept) {
    const row = key === null ? undefined : byKey.get(key);
    if (row !== undefined) editing.follow(row);
  }
  const fresh = [...byKey].filter(([key]) => !known.has(key)).map(([, row]) => make(row));
  const made = kept.filter(({ key }) => key === null);
  children.rows = [...kept.filter(({ key }) => key !== null), ...fresh, ...made];
}
