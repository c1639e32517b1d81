/** A conflict, attribute by attribute, and what comes of choosing. */
import type { AttributeDefinition, Choice, Conflict, Definition, EntityDefinition, WireValue } from "../../api";
import { findAttribute, findEntity } from "../model";
import { isSame } from "./equal";
import { attributeOf, carried, writtenAttributes } from "./lines";

/** Who changed it: both in different ways, one, both in the same way, or nobody. */
export type Side = "both" | "mine" | "theirs" | "same" | "none";

export interface Difference {
  attribute: AttributeDefinition;
  /** Name of the attribute that carries the related record's title. */
  titled: string | null;
  side: Side;
  /** `undefined`: not known. */
  base: WireValue | undefined;
  mine: WireValue;
  theirs: WireValue;
}

export type Picks = Readonly<Record<string, "mine" | "theirs">>;

/** Of all attributes that people write, or that are in the change; in the order of the definition. */
export function differences(definition: Definition, conflict: Conflict): Difference[] {
  const entity = findEntity(definition, conflict.entity);
  return names(entity, conflict).map((name) => {
    const base = conflict.base?.[name];
    const theirs = conflict.theirs[name] ?? null;
    // Of what this device did not touch it has nothing to put in the place of theirs.
    const isMine = conflict.op !== "delete" && name in conflict.values;
    const mine = isMine ? (conflict.values[name] ?? null) : conflict.op === "delete" ? (base ?? null) : theirs;
    const changedHere = isMine && (conflict.base === null || !isSame(base, mine));
    const changedThere = conflict.base === null ? !isSame(mine, theirs) : !isSame(base, theirs);
    return {
      attribute: attributeOf(entity, name),
      titled: entity ? carried(definition, entity, name) : null,
      side: sideOf(changedHere, changedThere, isSame(mine, theirs)),
      base,
      mine,
      theirs,
    };
  });
}

function sideOf(here: boolean, there: boolean, same: boolean): Side {
  if (here && there) return same ? "same" : "both";
  if (here) return "mine";
  return there ? "theirs" : "none";
}

function names(entity: EntityDefinition | undefined, { values, attributes }: Conflict): string[] {
  const written = entity ? writtenAttributes(entity).map(({ name }) => name) : [];
  const others = [...Object.keys(values), ...attributes].filter(
    (name) => !name.startsWith("_") && name !== entity?.key && !(name.includes("__") && known(entity, name)),
  );
  return [...new Set([...written, ...others])];
}

function known(entity: EntityDefinition | undefined, name: string): boolean {
  return entity !== undefined && findAttribute(entity, name) !== undefined;
}

/** What is still to be chosen: both changed it, and nobody said which is to stay. */
export function open(all: readonly Difference[], picks: Picks): Difference[] {
  return all.filter(({ side, attribute }) => side === "both" && picks[attribute.name] === undefined);
}

/** What may be chosen at all. */
export function choosable({ side }: Difference): boolean {
  return side === "both" || side === "mine";
}

/** What it comes to; `undefined` while that is open. What only one changed is theirs to begin with. */
export function outcome({ side, attribute, mine, theirs }: Difference, picks: Picks): WireValue | undefined {
  const pick = picks[attribute.name];
  if (side === "both" && pick === undefined) return undefined;
  return choosable({ side } as Difference) && pick !== "theirs" ? mine : theirs;
}

/** Everything that may be chosen, from one side. */
export function picksOf(all: readonly Difference[], side: "mine" | "theirs"): Picks {
  return Object.fromEntries(all.filter(choosable).map(({ attribute }) => [attribute.name, side]));
}

/** As `resolve` takes it. */
export function choiceOf(all: readonly Difference[], picks: Picks): Choice {
  const chosen = all.filter(choosable).map(({ attribute }) => picks[attribute.name] ?? "mine");
  if (chosen.every((side) => side === "theirs")) return "theirs";
  if (chosen.every((side) => side === "mine")) return "mine";
  return Object.fromEntries(
    all.filter(choosable).map(({ attribute }) => [attribute.name, picks[attribute.name] ?? "mine"]),
  );
}

/** Which side all picks are from, where they are all from one. */
export function allFrom(all: readonly Difference[], picks: Picks): "mine" | "theirs" | null {
  const sides = new Set(all.filter(choosable).map(({ attribute }) => picks[attribute.name]));
  const [only] = sides;
  return sides.size === 1 && only !== undefined ? only : null;
}
