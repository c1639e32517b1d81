/** Whether two values as they travel are the same. */
import type { WireValue } from "../../api";

/** The order of an object's keys says nothing; what is absent is `null`. */
export function isSame(one: WireValue | undefined, other: WireValue | undefined): boolean {
  if (one === other) return true;
  const [a, b] = [one ?? null, other ?? null];
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, WireValue>, b as Record<string, WireValue>];
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => name in right && isSame(left[name], right[name]))
  );
}
