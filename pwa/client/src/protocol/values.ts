/** Whether values are what an attribute takes (`docs/protocol.md`, Values): for what is made on the device. */

import type { AttributeDefinition, AttributeType, WireValue } from "../api";
import { _, type Marked, translate } from "../language";
import { comparison, isNumeric } from "../query/order";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/;
const DURATION = /^-?(\d+ )?\d\d:[0-5]\d:[0-5]\d(\.\d{6})?$/;

const NOT_FINITE: readonly WireValue[] = ["NaN", "Infinity", "-Infinity"];
/** No stricter than Django, which takes more than browsers do: ports of five digits, hosts that are none. */
const EMAIL = /^$|^.+@[^@]+$/s;
const ADDRESS = /^$|^[a-z][a-z0-9.+-]*:\/\/./i;

const HALF = /\p{Surrogate}/u;

const isText = (value: WireValue) => typeof value === "string";
const isLike = (pattern: RegExp) => (value: WireValue) => isText(value) && pattern.test(value as string);

/** Whether a value is of the type, and what a developer is told when it is not. */
const TYPES: Record<AttributeType, [fits: (value: WireValue) => boolean, told: Marked]> = {
  string: [isText, _("Enter a text.")],
  text: [isText, _("Enter a text.")],
  email: [isLike(EMAIL), _("Enter an e-mail address.")],
  url: [isLike(ADDRESS), _("Enter a complete address.")],
  uuid: [isLike(UUID), _("Enter a UUID, in lower case.")],
  integer: [(value) => Number.isSafeInteger(value) || isLike(/^-?\d+$/)(value), _("Enter a whole number.")],
  decimal: [isLike(DECIMAL), _('Enter a decimal number, as a text such as "12.50".')],
  float: [(value) => Number.isFinite(value) || NOT_FINITE.includes(value), _("Enter a number.")],
  boolean: [(value) => typeof value === "boolean", _("Enter true or false.")],
  date: [(value) => isLike(DATE)(value) && isDay(value as string), _("Enter a date, such as 2026-01-31.")],
  time: [isLike(TIME), _("Enter a time, such as 09:30:00.")],
  datetime: [isMoment, _("Enter a moment in UTC, such as 2026-01-31T09:30:00Z.")],
  duration: [isLike(DURATION), _("Enter a duration, such as 3 04:05:06.")],
  json: [() => true, _("Enter a value.")],
  file: [isText, _("Enter a file's name.")],
  picture: [isText, _("Enter a file's name.")],
};

/** Whether it can be shown and ordered as what the attribute is now. */
export function fitsType({ type, null: isNullable }: AttributeDefinition, value: WireValue): boolean {
  return value === null ? isNullable || type === "json" : TYPES[type][0](value);
}

/** What is wrong with a value, for people; `null` when nothing is. */
export function problemOf(attribute: AttributeDefinition, value: WireValue): string | null {
  const { type, null: isNullable, choices, max_length, min_length, max_digits, decimal_places = 0 } = attribute;
  if (value === null) return isNullable ? null : translate(_("Enter a value."));
  const [fits, told] = TYPES[type];
  if (!fits(value)) return translate(told);
  if (type !== "json" && typeof value === "string") {
    // No database keeps them, and no address can be made of a key with such.
    if (value.includes("\0")) return translate(_("Null characters are not allowed."));
    if (HALF.test(value)) return translate(_("This text is damaged: it has half a character in it."));
  }
  // What stands where nothing was given is no choice to be made.
  const isNothing = ("default" in attribute && value === attribute.default) || (value === "" && isOptional(attribute));
  if (choices && !isNothing && !choices.some(([choice]) => isSameChoice(type, choice, value)))
    return translate(_("Choose one of the choices."));
  if (max_length !== undefined && [...String(value)].length > max_length) {
    return filled(_("Enter at most {most} characters."), max_length);
  }
  // An empty text is none: whether there must be one is another question.
  if (min_length !== undefined && value !== "" && [...String(value)].length < min_length) {
    return filled(_("Enter at least {least} characters."), min_length, "{least}");
  }
  const { min, max, patterns = [] } = attribute;
  const order = comparison(type);
  if (min != null && order(value, min) < 0) return filled(_("Enter {least} or more."), min, "{least}");
  if (max != null && order(value, max) > 0) return filled(_("Enter {most} or less."), max);
  for (const { regex, message, ignore_case, inverse = false } of value === "" ? [] : patterns) {
    if (new RegExp(regex, ignore_case ? "iu" : "u").test(String(value)) === inverse) return message;
  }
  if (type === "decimal") {
    const [, whole = "", places = ""] = DECIMAL.exec(String(value)) ?? [];
    if (places.length > decimal_places)
      return filled(_("Enter at most {most} digits after the point."), decimal_places);
    const most = (max_digits ?? Number.POSITIVE_INFINITY) - decimal_places;
    if (whole.replace(/^0+/, "").length > most) return filled(_("Enter at most {most} digits before the point."), most);
  }
  return null;
}

/** Of what the server has: it takes an empty text there. */
function isOptional({ editable = false, required = false }: AttributeDefinition): boolean {
  return editable && !required;
}

/** 7 and 7.00 are the same choice. */
function isSameChoice(type: AttributeType, choice: WireValue, value: WireValue): boolean {
  return choice === value || (isNumeric(type) && comparison(type)(choice, value) === 0);
}

/** Whether a form takes it for nothing. */
export function isEmpty(value: WireValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function filled(text: Marked, bound: WireValue, name = "{most}"): string {
  return translate(text).replace(name, () => String(bound));
}

/** A day that there is: 30 February is none. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isMoment(value: WireValue): boolean {
  if (typeof value !== "string" || !value.endsWith("Z")) return false;
  const [date = "", time = ""] = value.slice(0, -1).split("T");
  return DATE.test(date) && isDay(date) && TIME.test(time);
}
