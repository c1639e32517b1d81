/** Changes as people see them: what was saved together is one, and each is where its turn is. */
import type { ChangeState, Definition, Key, PendingChange, WireValue } from "../../api";
import { findEntity } from "../model";

export interface Bundle {
  /** Of the group, or of the only change. */
  id: string;
  /** Oldest first. */
  changes: PendingChange[];
  madeAt: string;
}

export interface Turns {
  conflicts: Bundle[];
  /** Rejected, or gone. */
  attention: Bundle[];
  /** The device's turn: not sent, on the way, or held back by another. */
  unsent: Bundle[];
}

/** Oldest first, as `pending()` has them. */
export function bundles(changes: readonly PendingChange[]): Bundle[] {
  const found = new Map<string, Bundle>();
  for (const change of changes) {
    if (change.state === "sent") continue;
    const id = change.group ?? change.id;
    const bundle = found.get(id);
    if (bundle) bundle.changes.push(change);
    else found.set(id, { id, changes: [change], madeAt: change.madeAt });
  }
  return [...found.values()];
}

/** Where each is: a decision goes before a correction, since nothing of the rest can be sent before it. */
export function turns(changes: readonly PendingChange[]): Turns {
  const all: Turns = { conflicts: [], attention: [], unsent: [] };
  for (const bundle of bundles(changes)) all[turnOf(bundle)].push(bundle);
  return all;
}

function turnOf({ changes }: Bundle): keyof Turns {
  if (changes.some(({ state }) => state === "conflict")) return "conflicts";
  return changes.some(isAttention) ? "attention" : "unsent";
}

/** Whether it is a person's turn because of this change itself. */
export function isAttention({ state, error }: PendingChange): boolean {
  // Of a group all others are turned down with the one at fault, which is what there is something to do about.
  return state === "gone" || (state === "rejected" && error?.code !== "group");
}

export function isTurn(state: ChangeState): boolean {
  return state === "rejected" || state === "gone" || state === "conflict";
}

/**
 * What would be dropped with these changes: all of their groups, and what points at records that would then never be
 * made. Without `ids` themselves, oldest first.
 */
export function goesAlong(
  definition: Definition,
  changes: readonly PendingChange[],
  ids: readonly string[],
): PendingChange[] {
  const dropped = new Set(ids);
  for (let before = -1; before !== dropped.size; ) {
    before = dropped.size;
    const chosen = changes.filter(({ id }) => dropped.has(id));
    const groups = new Set(chosen.map(({ group }) => group).filter((group) => group !== null));
    const made = new Set(chosen.filter(({ op }) => op === "create").map(({ entity, key }) => name(entity, key)));
    for (const change of changes) {
      if ((change.group !== null && groups.has(change.group)) || pointsAt(definition, change, made)) {
        dropped.add(change.id);
      }
    }
  }
  return changes.filter(({ id }) => dropped.has(id) && !ids.includes(id));
}

function pointsAt(definition: Definition, { entity, values }: PendingChange, made: ReadonlySet<string>): boolean {
  if (made.size === 0) return false;
  const attributes = findEntity(definition, entity)?.attributes ?? [];
  return attributes.some(({ name: attribute, relation }) => {
    const keys = [values[attribute]].flat() as (WireValue | undefined)[];
    return relation !== undefined && keys.some((key) => isKey(key) && made.has(name(relation, key)));
  });
}

function isKey(value: WireValue | undefined): value is Key {
  return typeof value === "string" || typeof value === "number";
}

function name(entity: string, key: Key): string {
  return `${entity} ${key}`;
}
