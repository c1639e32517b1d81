/** What the screens read out of a definition: pure, so that every screen shows a record the same way. */
import type {
  AppState,
  AttributeDefinition,
  Definition,
  EntityDefinition,
  Key,
  LocalFacts,
  Row,
  WireValue,
} from "../api";
import { isLocalKey } from "../outbox/types";
import { LOCAL } from "../protocol/patterns";
import type { Formatter } from "./format";
import type { ListView, Route } from "./router";
import { capitalize, t } from "./texts";

export function findEntity(definition: Definition | null, name: string): EntityDefinition | undefined {
  return definition?.entities.find((entity) => entity.name === name);
}

/** The entity that an address is about; home is the first one's list. */
export function routeEntity(definition: Definition, route: Route): EntityDefinition | undefined {
  if (route.screen === "home") return definition.entities[0];
  return "entity" in route ? findEntity(definition, route.entity) : undefined;
}

/** What is only on this device is still being made. */
function isMade({ _local }: Row): boolean {
  return (_local as LocalFacts | undefined)?.isFromServer === false;
}

/** Whether the person may change the record here. */
export function mayChange({ writable }: EntityDefinition, row: Row): boolean {
  return writable !== undefined && (writable.update || (writable.create && isMade(row)));
}

export function mayDelete({ writable }: EntityDefinition, row: Row): boolean {
  return writable !== undefined && (writable.delete || (writable.create && isMade(row)));
}

/** Whether anything can be looked at while the first download runs. */
export function hasPreview({ preview }: AppState): boolean {
  return Object.values(preview ?? {}).some(Boolean);
}

/** The view without what the entity does not have: a remembered filter, or an address, may be older than it (L5). */
export function knownView(entity: EntityDefinition, view: ListView): ListView {
  const known = (name: string) => findAttribute(entity, name) !== undefined;
  const order = known(view.order.replace(/^-/, "")) ? view.order : "";
  const filters = Object.fromEntries(Object.entries(view.filters).filter(([name]) => known(name)));
  const same = order === view.order && Object.keys(filters).length === Object.keys(view.filters).length;
  return same ? view : { ...view, order, filters };
}

/** Whether anything of the app's can be changed on devices, and has to be sent then. */
export function canWrite({ entities }: Definition): boolean {
  return entities.some(({ writable, pattern }) => writable !== undefined && pattern !== LOCAL);
}

export function findAttribute(entity: EntityDefinition, name: string): AttributeDefinition | undefined {
  return entity.attributes.find((attribute) => attribute.name === name);
}

export function keyOf(entity: EntityDefinition, row: Row): Key {
  const key = row[entity.key];
  return typeof key === "number" ? key : String(key);
}

/** A key as read from an address; integers within 2^53 travel as numbers. */
export function parseKey(entity: EntityDefinition, text: string): Key {
  const number = Number(text);
  const integer = findAttribute(entity, entity.key)?.type === "integer";
  return integer && Number.isSafeInteger(number) && String(number) === text ? number : text;
}

/** The attribute that names a record: the first of `list_display`. */
export function titleAttribute(entity: EntityDefinition): AttributeDefinition | undefined {
  return findAttribute(entity, entity.list_display[0] ?? entity.key) ?? findAttribute(entity, entity.key);
}

export function recordTitle(entity: EntityDefinition, row: Row, format: Formatter): string {
  const attribute = titleAttribute(entity);
  const value = attribute && row[attribute.name];
  const isNamed = value !== null && value !== undefined && value !== "" && !isLocalKey(value);
  if (!attribute || !isNamed) return keyTitle(entity, keyOf(entity, row));
  return attribute.name === entity.key ? format.key(keyOf(entity, row)) : format.value(value, attribute);
}

/** What a record without a name is called: the key that the device gave it says nothing to anybody. */
export function keyTitle(entity: EntityDefinition, key: Key): string {
  return isLocalKey(key) ? t("newRecord", { name: entity.label }) : `#${key}`;
}

/** What a list row shows below its title; a bare key steps back where an attribute of the related record is shown. */
export function secondaryAttributes(entity: EntityDefinition): AttributeDefinition[] {
  return entity.list_display
    .slice(1)
    .filter((name) => !entity.list_display.some((other) => other.startsWith(`${name}__`)))
    .map((name) => findAttribute(entity, name))
    .filter((attribute) => attribute !== undefined)
    .filter((attribute) => attribute.type !== "picture");
}

/** What tells records apart that have the same title; nothing of the record at `relation`, which is told elsewhere. */
export function recordAside(entity: EntityDefinition, row: Row, format: Formatter, relation = ""): string {
  const told = secondaryAttributes(entity).filter(
    ({ name, relation: isKey, type }) =>
      !isKey && type !== "boolean" && row[name] !== null && row[name] !== "" && !name.startsWith(`${relation}__`),
  );
  return valuesLine(told.slice(0, 2), (name) => row[name], format);
}

/** Values side by side: a number says nothing without its label. */
export function valuesLine(
  attributes: readonly AttributeDefinition[],
  read: (name: string) => WireValue | undefined,
  format: Formatter,
): string {
  return attributes
    .map((attribute) => {
      const text = format.value(read(attribute.name), attribute);
      return isNumber(attribute) ? `${capitalize(attribute.label)} ${text}` : text;
    })
    .join(" · ");
}

/** An amount, which says nothing without its label. */
export function isNumber({ type, relation, choices, many }: AttributeDefinition): boolean {
  return !relation && !choices && !many && (type === "integer" || type === "decimal" || type === "float");
}

/** Columns a list can be ordered by. */
export function orderAttributes(entity: EntityDefinition): AttributeDefinition[] {
  return [titleAttribute(entity), ...secondaryAttributes(entity)].filter(
    (attribute, index, all) =>
      attribute !== undefined && !attribute.relation && !attribute.many && all.indexOf(attribute) === index,
  ) as AttributeDefinition[];
}

export interface DetailLine {
  attribute: AttributeDefinition;
  /** The attribute that carries the related record's title, when the record brings it along. */
  titled?: AttributeDefinition;
}

/**
 * The lines of a detail screen. A relation and the copied title of its record (`category`, `category__name`) are one
 * line; the key comes last, since few people ask for it.
 */
export function detailLines(definition: Definition, entity: EntityDefinition): DetailLine[] {
  const lines: DetailLine[] = [];
  const merged = new Set<string>();
  for (const attribute of entity.attributes) {
    const related = attribute.relation && findEntity(definition, attribute.relation);
    const title = related && titleAttribute(related);
    const titled = title && findAttribute(entity, `${attribute.name}__${title.name}`);
    if (titled) merged.add(titled.name);
    lines.push(titled ? { attribute, titled } : { attribute });
  }
  const shown = lines.filter(
    ({ attribute: { name } }) => !merged.has(name) && !entity.pictures.includes(name) && name !== entity.key,
  );
  return [...shown, ...lines.filter(({ attribute }) => attribute.name === entity.key)];
}

export interface DetailGroups {
  /** Amounts that the list shows too: what the record is opened for. */
  figures: DetailLine[];
  facts: DetailLine[];
  /** Text of more than a line. */
  texts: DetailLine[];
  /** The key, and what machines write. */
  record: DetailLine[];
}

const MOST_FIGURES = 4;

/** The lines of a detail screen by how they are read; the title has been said, and an empty text says nothing. */
export function detailGroups(definition: Definition, entity: EntityDefinition, row: Row): DetailGroups {
  const groups: DetailGroups = { figures: [], facts: [], texts: [], record: [] };
  const title = titleAttribute(entity);
  for (const line of detailLines(definition, entity)) {
    const { attribute } = line;
    const value = row[attribute.name];
    const figure = isNumber(attribute) && value !== null && entity.list_display.includes(attribute.name);
    if (attribute.name === entity.key || attribute.type === "json") groups.record.push(line);
    else if (attribute === title) continue;
    else if (figure && groups.figures.length < MOST_FIGURES) groups.figures.push(line);
    else if (attribute.type === "text" && !attribute.choices) {
      if (typeof value === "string" && value) groups.texts.push(line);
    } else groups.facts.push(line);
  }
  return groups;
}

/** Whether a text is a telephone number, by its attribute's name and its looks: there is no such type. */
export function isPhone({ name, type }: AttributeDefinition, value: string): boolean {
  return (
    type === "string" &&
    /phone|mobile|(^|_)(tel|cell)(_|$)/i.test(name) &&
    /^\+?[\d\s().\-/]{4,}(\s*(x|ext\.?)\s*\d+)?$/i.test(value)
  );
}

export interface Backlink {
  entity: EntityDefinition;
  attribute: AttributeDefinition;
}

/** Who points at this entity. */
export function backlinks(definition: Definition, entity: EntityDefinition): Backlink[] {
  return definition.entities.flatMap((other) =>
    other.attributes
      .filter((attribute) => attribute.relation === entity.name)
      .map((attribute) => ({ entity: other, attribute })),
  );
}

/** The storage name of a record's picture, `""` when it has none. */
export function pictureName(entity: EntityDefinition, row: Row): string {
  for (const name of entity.pictures) if (typeof row[name] === "string" && row[name]) return row[name];
  return "";
}

/** A letter for where there is no picture. */
export function initial(title: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(title)?.[0] ?? "·";
  return letter.toLocaleUpperCase();
}
