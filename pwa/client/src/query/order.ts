/** The order of values by the type of their attribute. Nulls are not compared here: they come last either way. */

import type { AttributeType, WireValue } from "../api";
import { currentLocale } from "../language";

export type Compare = (a: WireValue, b: WireValue) => number;

const NUMERIC: ReadonlySet<AttributeType> = new Set(["integer", "decimal", "float"]);
const COLLATED: ReadonlySet<AttributeType> = new Set(["string", "text", "email", "url", "file", "picture"]);

export function isNumeric(type: AttributeType): boolean {
  return NUMERIC.has(type);
}

export function comparison(type: AttributeType): Compare {
  if (isNumeric(type)) return compareNumbers;
  if (COLLATED.has(type)) {
    const collator = new Intl.Collator(currentLocale(), { numeric: false, sensitivity: "variant" });
    return (a, b) => collator.compare(String(a), String(b));
  }
  if (type === "duration") return compareDurations;
  if (type === "json") return (a, b) => compareText(JSON.stringify(a), JSON.stringify(b));
  // Dates and times are written so that their text sorts as they do; booleans become 0 and 1.
  if (type === "boolean") return (a, b) => Number(a) - Number(b);
  return (a, b) => compareText(String(a), String(b));
}

/**
 * Numbers and digit strings of any length, exactly. Rounding to doubles keeps order, so only where the doubles are
 * equal do the digits decide. `NaN` is the greatest.
 */
export function compareNumbers(a: WireValue, b: WireValue): number {
  const x = Number(a);
  const y = Number(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  if (typeof a === "number" && typeof b === "number") return 0;
  return compareDigits(String(a), String(b));
}

const DECIMAL = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/;

/** Compares decimals of equal sign written without exponents. */
function compareDigits(a: string, b: string): number {
  const x = DECIMAL.exec(a);
  const y = DECIMAL.exec(b);
  if (x === null || y === null) return 0;
  const [, sign = "", whole = "", fraction = ""] = x;
  const [, , otherWhole = "", otherFraction = ""] = y;
  const size =
    whole.length - otherWhole.length || compareText(whole, otherWhole) || compareText(fraction, otherFraction);
  return sign === "-" ? -size : size;
}

/** Durations as DRF writes them: `[-]days hh:mm:ss.ffffff`, days and sign only where they are not zero. */
function compareDurations(a: WireValue, b: WireValue): number {
  const [days, time] = splitDuration(String(a));
  const [otherDays, otherTime] = splitDuration(String(b));
  return days - otherDays || compareText(time, otherTime);
}

function splitDuration(text: string): [days: number, time: string] {
  const at = text.indexOf(" ");
  return at < 0 ? [0, text] : [Number(text.slice(0, at)), text.slice(at + 1)];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
