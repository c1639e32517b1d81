/**
 * The order of keys, the same on the server and here (decision 0013): numbers by value, all others by the code points
 * of their text. JavaScript's own `<` compares UTF-16 units, which puts an emoji before a full-width letter.
 */

import type { AttributeType, Key } from "../api";

/** Negative when `a` comes first, positive when `b` does, 0 when they are the same key. */
export type KeyOrder = (a: Key, b: Key) => number;

/** Databases do not give these in an order that devices have too. */
const UNORDERED: ReadonlySet<AttributeType> = new Set(["decimal", "float", "duration", "json", "boolean"]);

/** Whether keys of this type have gaps and ranges. */
export function isOrdered(type: AttributeType): boolean {
  return !UNORDERED.has(type);
}

/** The order of keys of this type; for those without a common order any one, which means nothing to the server. */
export function keyOrder(type: AttributeType): KeyOrder {
  return type === "integer" ? compareIntegers : compareCodePoints;
}

const DIGITS = /^-?\d+$/;

/**
 * Integers, also those that travel as digits. Rounding to doubles keeps order, so only where the doubles are equal do
 * the digits decide. What is no number, as SQLite lets columns hold, comes last.
 */
function compareIntegers(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const x = Number(a);
  const y = Number(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  if (!DIGITS.test(String(a)) || !DIGITS.test(String(b))) return compareCodePoints(a, b);
  return BigInt(a) < BigInt(b) ? -1 : Number(BigInt(a) > BigInt(b));
}

function compareCodePoints(a: Key, b: Key): number {
  const x = String(a);
  const y = String(b);
  const length = Math.min(x.length, y.length);
  for (let at = 0; at < length; at++) {
    const left = x.charCodeAt(at);
    const right = y.charCodeAt(at);
    if (left !== right) return inOrder(left) - inOrder(right);
  }
  return x.length - y.length;
}

/** A UTF-16 unit as a number that sorts like its character: surrogates stand for what comes after all others. */
function inOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
