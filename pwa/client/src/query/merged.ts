/** A local change laid over what the server has of the record (decision 0030). */

import type { AttributeDefinition, EntityDefinition, Key, LocalFacts, Row, WireValue } from "../api";
import type { LocalRow } from "../outbox/types";
import { fitsType } from "../protocol/values";
import { isLocalKey } from "./local-keys";

/**
 * The row as this device has it, its values where `layout` says; `null` where it was deleted here. `below` is the
 * server's: where it sends the record no more, it is shown as it was when the edit began.
 */
export function mergedRow(
  entity: EntityDefinition,
  layout: readonly string[],
  below: readonly WireValue[] | null,
  key: Key,
  { values, derived, change }: LocalRow,
): WireValue[] | null {
  if (change.op === "delete") return null;
  const attributes = new Map(entity.attributes.map((attribute) => [attribute.name, attribute]));
  const mine = { ...derived, ...values, [entity.key]: below?.[layout.indexOf(entity.key)] ?? key };
  return layout.map((name, at) => {
    const attribute = attributes.get(name);
    const typed = attribute === undefined ? undefined : shownValue(attribute, named(attribute, mine));
    if (typed !== undefined) return typed;
    if (below !== null) return below[at] ?? null;
    return (attribute === undefined ? change.base?.[name] : named(attribute, change.base ?? {})) ?? null;
  });
}

export function factsOf(isOnServer: boolean, { change }: LocalRow): LocalFacts {
  const isSent = change.state === "sent";
  return {
    isFromServer: isOnServer || isSent,
    isModified: isOnServer && !isSent,
    isActive: change.op !== "delete",
    state: change.state,
    change: change.id,
  };
}

/**
 * A value as it can be shown; `undefined` where there is none. The attribute may be newer than what was typed, or of
 * another type than it was: what was typed stays where it is.
 */
export function shownValue(attribute: AttributeDefinition, value: WireValue | undefined): WireValue | undefined {
  if (value === undefined) return undefined;
  if (attribute.many) return Array.isArray(value) ? value : undefined;
  return isLocalKey(value) || fitsType(attribute, value) ? value : undefined;
}

/** What stands in a row under the attribute's name, or under one that it had. */
function named({ name, was = [] }: AttributeDefinition, row: Row): WireValue | undefined {
  return [name, ...was].map((one) => row[one]).find((value) => value !== undefined);
}
