/** What a list is narrowed by: how each attribute offers it, and what it asks the runtime for. Pure. */
import type { AttributeDefinition, Between, Definition, EntityDefinition, Key, ListOptions, WireValue } from "../api";
import { findEntity } from "./model";

/** A node of a tree and all below it. */
export type Under = { under: Key };

/** One value, any of several, bounds, or a part of a tree. */
export type Filter = WireValue | WireValue[] | Between | Under;

export type FilterKind = "yesno" | "values" | "range" | "tree";

const RANGES = ["integer", "decimal", "float", "date", "datetime"];

export function isUnder(filter: Filter | undefined): filter is Under {
  return isObject(filter) && "under" in filter;
}

export function isBetween(filter: Filter | undefined): filter is Between {
  return isObject(filter) && ("gte" in filter || "lte" in filter);
}

function isObject(filter: Filter | undefined): filter is Record<string, WireValue> {
  return typeof filter === "object" && filter !== null && !Array.isArray(filter);
}

/** The values that are chosen one by one. */
export function chosenValues(filter: Filter | undefined): WireValue[] {
  if (filter === undefined || isUnder(filter) || isBetween(filter)) return [];
  return Array.isArray(filter) ? filter : [filter as WireValue];
}

/** The filter with this value chosen, or no longer; `undefined` when nothing is left of it. */
export function toggled(filter: Filter | undefined, value: WireValue): Filter | undefined {
  const before = chosenValues(filter);
  const after = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  return after.length > 1 ? after : after[0];
}

/** The filter with one bound set to a value or, with `""`, taken away. */
export function bounded(filter: Filter | undefined, bound: "gte" | "lte", value: WireValue): Filter | undefined {
  const { [bound]: _, ...rest } = isBetween(filter) ? filter : {};
  const after: Between = value === "" ? rest : { ...rest, [bound]: value };
  return Object.keys(after).length ? after : undefined;
}

/** The attribute by which the records of an entity form a tree. */
export function parentAttribute(entity: EntityDefinition): AttributeDefinition | undefined {
  return entity.attributes.find(({ relation, many }) => relation === entity.name && !many);
}

export function filterKind(definition: Definition, attribute: AttributeDefinition): FilterKind {
  if (attribute.type === "boolean") return "yesno";
  if (attribute.choices) return "values";
  const related = attribute.relation ? findEntity(definition, attribute.relation) : undefined;
  if (related && parentAttribute(related)) return "tree";
  return !attribute.relation && !attribute.many && RANGES.includes(attribute.type) ? "range" : "values";
}

/** Those that an entity offers, and those that an address brought along. */
export function filterAttributes(entity: EntityDefinition, filters: Record<string, Filter>): AttributeDefinition[] {
  const offered = entity.list_filter.map((name) => entity.attributes.find((attribute) => attribute.name === name));
  const brought = entity.attributes.filter(({ name }) => name in filters && !entity.list_filter.includes(name));
  return [...offered.filter((attribute) => attribute !== undefined), ...brought];
}

/** A tree of records, as far as narrowing needs it. */
export interface Branches {
  /** The node's key and those of all below it. */
  below(key: Key): Key[];
}

/** What to ask the runtime for; `trees` by attribute, for filters that name a part of one. */
export function whereOf(
  filters: Record<string, Filter>,
  trees: (attribute: string) => Branches | undefined,
): NonNullable<ListOptions["where"]> {
  const where: NonNullable<ListOptions["where"]> = {};
  for (const [name, filter] of Object.entries(filters)) {
    where[name] = isUnder(filter) ? (trees(name)?.below(filter.under) ?? [filter.under]) : filter;
  }
  return where;
}

/** The bounds of a day, as a person's clock has it, for a moment; a date is its own bound. */
export function dayBound(day: string, bound: "gte" | "lte", type: AttributeDefinition["type"]): string {
  if (type !== "datetime" || day === "") return day;
  const start = new Date(`${day}T00:00:00`);
  if (Number.isNaN(start.getTime())) return "";
  if (bound === "gte") return start.toISOString().replace("Z", "000Z");
  start.setDate(start.getDate() + 1);
  return new Date(start.getTime() - 1).toISOString().replace("Z", "999Z");
}

/** The day that a bound lies in, as `<input type="date">` wants it. */
export function boundDay(value: WireValue | undefined, type: AttributeDefinition["type"]): string {
  if (typeof value !== "string") return "";
  if (type !== "datetime") return value;
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  const pad = (part: number, length = 2) => String(part).padStart(length, "0");
  return `${pad(moment.getFullYear(), 4)}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}
