/** Conditions on values, by the type of their attribute. */

import type { AttributeDefinition, AttributeType, Between, WireValue } from "../api";
import { compareNumbers, comparison, isNumeric } from "./order";

export type Wanted = WireValue | WireValue[] | Between;

/**
 * A test for values that are equal to the wanted one, or to any of an array, or within bounds. Of an attribute with many
 * values it is enough that one of them is; `null` is for those that have none.
 */
export function matcher(
  { type, many }: Pick<AttributeDefinition, "type" | "many">,
  wanted: Wanted,
): (value: WireValue) => boolean {
  const matches = oneMatcher(type, wanted);
  if (!many) return matches;
  return (value) => {
    if (!Array.isArray(value)) return matches(value);
    return value.length === 0 ? matches(null) : value.some(matches);
  };
}

function oneMatcher(type: AttributeType, wanted: Wanted): (value: WireValue) => boolean {
  if (isBetween(type, wanted)) return within(type, wanted);
  const choices = Array.isArray(wanted) && type !== "json" ? wanted : [wanted as WireValue];
  const nulls = choices.includes(null);
  const texts = new Set(choices.filter((choice) => choice !== null).map((choice) => canonical(type, choice)));
  return (value) => (value === null ? nulls : texts.has(canonical(type, value)));
}

/** Of json, objects are values like any other. */
function isBetween(type: AttributeType, wanted: Wanted): wanted is Between {
  return type !== "json" && typeof wanted === "object" && wanted !== null && !Array.isArray(wanted);
}

function within(type: AttributeType, { gte = null, lte = null }: Between): (value: WireValue) => boolean {
  const compare = comparison(type);
  // Most numbers are far from the bounds: then their doubles tell, and bounds are converted once.
  const low = isNumeric(type) && gte !== null ? Number(gte) : Number.NaN;
  const high = isNumeric(type) && lte !== null ? Number(lte) : Number.NaN;
  return (value) => {
    if (value === null) return false;
    const number = isNumeric(type) ? Number(value) : Number.NaN;
    if (number < low || number > high) return false;
    const isAbove = gte === null || number > low || compare(value, gte) >= 0;
    return isAbove && (lte === null || number < high || compare(value, lte) <= 0);
  };
}

/** One text for all the ways to write the same value: keys from an address are text, `1.50` is `1.5`. */
function canonical(type: AttributeType, value: WireValue): string {
  if (type === "json") return JSON.stringify(value);
  const text = String(value);
  if (type === "uuid") return text.toLowerCase();
  if (!isNumeric(type) || typeof value === "number") return text === "-0" ? "0" : text;
  const [, sign = "", whole = "", fraction = ""] = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (whole === "" && fraction === "") return compareNumbers(text, 0) === 0 ? "0" : text;
  return `${sign === "-" ? "-" : ""}${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}`;
}
