/** Which attributes a form has fields for, and how each is filled in. Pure. */
import type { AttributeDefinition, AttributeType, Definition, EntityDefinition, WireValue } from "../../api";
import { findEntity, titleAttribute } from "../model";

export type Widget =
  /** One line of text, or several that grow. */
  | "line"
  | "prose"
  | "number"
  | "switch"
  /** All choices side by side, or in a list. */
  | "options"
  | "select"
  | "date"
  | "time"
  | "moment"
  | "duration"
  | "json"
  /** A related record, or any number of them. */
  | "relation"
  | "relations";

/** More than these do not stand side by side. */
const MOST_OPTIONS = 4;

const BY_TYPE: Record<AttributeType, Widget | null> = {
  string: "line",
  text: "prose",
  email: "line",
  url: "line",
  uuid: "line",
  integer: "number",
  decimal: "number",
  float: "number",
  boolean: "switch",
  date: "date",
  time: "time",
  datetime: "moment",
  duration: "duration",
  json: "json",
  // Files are not written on a device.
  file: null,
  picture: null,
};

/** How it is filled in; `null` for what nobody can on a device. */
export function widgetOf(definition: Definition, attribute: AttributeDefinition): Widget | null {
  const { many = false, relation, type } = attribute;
  const related = relation !== undefined && findEntity(definition, relation) !== undefined;
  if (many) return related ? "relations" : null;
  if (related) return "relation";
  if (attribute.choices || (type === "boolean" && attribute.null)) {
    return choicesOf(attribute).length <= MOST_OPTIONS ? "options" : "select";
  }
  return BY_TYPE[type];
}

/** Whether its field takes the whole width of a form. */
export function isWide(definition: Definition, entity: EntityDefinition, attribute: AttributeDefinition): boolean {
  const widget = widgetOf(definition, attribute);
  if (widget === "line") {
    return attribute.type !== "string" || (attribute.max_length ?? 255) > 40 || attribute === titleAttribute(entity);
  }
  return ["prose", "json", "relations", "duration", "moment"].includes(widget ?? "");
}

/** What can be chosen, as `[value, label]`; the label `null` of what stands for no value. */
export function choicesOf(attribute: AttributeDefinition): [WireValue, string | null][] {
  const { choices = [], type, required = false } = attribute;
  const named: [WireValue, string | null][] =
    type === "boolean" && choices.length === 0
      ? [
          [true, null],
          [false, null],
        ]
      : [...choices];
  const empty = emptyOf(attribute);
  const isThere = named.some(([value]) => value === empty);
  return required || isThere || empty === undefined ? named : [[empty, null], ...named];
}

/** The value of nothing: `undefined` where there is none. */
export function emptyOf(attribute: AttributeDefinition): WireValue | undefined {
  if (attribute.many) return [];
  if (attribute.null) return null;
  return isText(attribute) ? "" : undefined;
}

export function isText({ type, many, relation }: AttributeDefinition): boolean {
  return !many && !relation && ["string", "text", "email", "url"].includes(type);
}

/** What a form has fields for. The key only while a record is new, and where people type it. */
export function formAttributes(
  definition: Definition,
  entity: EntityDefinition,
  isNew: boolean,
): AttributeDefinition[] {
  return entity.attributes.filter(
    (attribute) =>
      attribute.editable === true &&
      (isNew || attribute.name !== entity.key) &&
      widgetOf(definition, attribute) !== null,
  );
}

/** What is only shown beside the fields: not what follows from a field, nor what machines need. */
export function fixedAttributes(definition: Definition, entity: EntityDefinition): AttributeDefinition[] {
  const fields = new Set(formAttributes(definition, entity, true).map(({ name }) => name));
  return entity.attributes.filter(
    ({ name, type }) =>
      !fields.has(name) &&
      name !== entity.key &&
      !(name.includes("__") && fields.has(name.split("__")[0] ?? "")) &&
      type !== "picture" &&
      type !== "json",
  );
}

export interface Inline {
  entity: EntityDefinition;
  /** The attribute by which its records point at the one they are within. */
  relation: string;
}

export function inlinesOf(definition: Definition, entity: EntityDefinition): Inline[] {
  return (entity.inlines ?? []).flatMap(({ entity: name, relation }) => {
    const child = findEntity(definition, name);
    return child ? [{ entity: child, relation }] : [];
  });
}

export type Right = "create" | "update" | "delete";

/** Whether the person may do it, here. */
export function may({ writable }: EntityDefinition, right: Right): boolean {
  return writable?.[right] ?? false;
}
