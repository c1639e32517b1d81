/** What a change changes, attribute by attribute. */
import type { AttributeDefinition, Definition, EntityDefinition, PendingChange, Row, WireValue } from "../../api";
import { findAttribute, findEntity, titleAttribute } from "../model";
import { isSame } from "./equal";

export interface Line {
  attribute: AttributeDefinition;
  /** What the record brings along of the related one, where it does: its title. */
  titled: string | null;
  /** `undefined`: a new record has no before. */
  was: WireValue | undefined;
  now: WireValue;
  /** Of an attribute that the app does not have any more (L5). */
  isUnknown: boolean;
}

/**
 * An update's changed attributes; a creation's that say more than its title and what a record has anyway; nothing of a delete, which is of all.
 * In the order of the definition, unknown ones last.
 */
export function changeLines(definition: Definition, change: PendingChange): Line[] {
  const entity = findEntity(definition, change.entity);
  if (change.op === "delete") return [];
  const creates = change.op === "create";
  return Object.entries(change.values)
    .filter(
      ([name, now]) =>
        change.error?.fields?.[name] !== undefined ||
        (isShown(entity, name, creates, now) && !(creates && entity && isTitle(definition, entity, name))),
    )
    .filter(([name, now]) => creates || !isSame(change.base?.[name], now))
    .map(([name, now]) => ({
      attribute: attributeOf(entity, name),
      titled: entity ? carried(definition, entity, name) : null,
      was: creates ? undefined : (change.base?.[name] ?? null),
      now,
      isUnknown: entity !== undefined && findAttribute(entity, name) === undefined,
    }))
    .sort((a, b) => place(entity, a.attribute.name) - place(entity, b.attribute.name));
}

/** The attribute, or one that is all that is known of a name. */
export function attributeOf(entity: EntityDefinition | undefined, name: string): AttributeDefinition {
  return (
    (entity && findAttribute(entity, name)) ?? { name, label: name.replaceAll("_", " "), type: "string", null: true }
  );
}

/** Name of the attribute that carries the title of the record that a relation points at. */
export function carried(definition: Definition, entity: EntityDefinition, name: string): string | null {
  const relation = findAttribute(entity, name)?.relation;
  const related = relation === undefined ? undefined : findEntity(definition, relation);
  const title = related && titleAttribute(related);
  return title && findAttribute(entity, `${name}__${title.name}`) ? `${name}__${title.name}` : null;
}

/** Attributes that people write, as far as the definition says; of an older one all that are no other record's. */
export function writtenAttributes(entity: EntityDefinition): AttributeDefinition[] {
  return entity.attributes.filter(({ name, editable }) => editable === true && !name.includes("__"));
}

/** Says what a record is called, where the change itself does not know: its key is no name. */
export function rowOf(change: PendingChange): Row {
  return { ...change.base, ...change.values };
}

function isShown(entity: EntityDefinition | undefined, name: string, creates: boolean, now: WireValue): boolean {
  if (name.startsWith("_")) return false;
  const isKey = entity?.key === name;
  if (isKey) return findAttribute(entity, name)?.editable === true;
  if (!creates) return true;
  const attribute = entity && findAttribute(entity, name);
  if (now === null || now === "" || now === false || (Array.isArray(now) && now.length === 0)) return false;
  return (
    attribute === undefined || !(isSame(attribute.default, now) || attribute === (entity && titleAttribute(entity)))
  );
}

/** A record is called like the one it points at: an order line like its product. */
function isTitle(definition: Definition, entity: EntityDefinition, name: string): boolean {
  const title = carried(definition, entity, name);
  return title !== null && title === titleAttribute(entity)?.name;
}

function place(entity: EntityDefinition | undefined, name: string): number {
  const at = entity?.attributes.findIndex((attribute) => attribute.name === name) ?? -1;
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}
