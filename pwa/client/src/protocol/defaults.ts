/** What stands in a new record where nothing was given. */

import type { AttributeDefinition, AttributeType, WireValue } from "../api";

/** `undefined` where the attribute has no default. `now`: of the device's clock, and in its time zone. */
export function defaultOf(attribute: AttributeDefinition, now: Date): WireValue | undefined {
  if (attribute.default !== undefined) return attribute.default;
  return attribute.default_now ? moment(attribute.type, now) : undefined;
}

/** In whole seconds: nobody means more by "now". */
function moment(type: AttributeType, now: Date): string | undefined {
  const two = (number: number) => String(number).padStart(2, "0");
  if (type === "datetime") return `${now.toISOString().slice(0, 19)}.000000Z`;
  if (type === "date")
    return `${String(now.getFullYear()).padStart(4, "0")}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  if (type === "time") return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.000000`;
  return undefined;
}
