/**
 * What stands in the controls of a form (`Typed`), and the values that it means: there and back without a loss. What
 * stands as it stood before means the value that was there before, byte for byte.
 */
import type { AttributeDefinition, WireValue } from "../../api";
import { problemOf } from "../../protocol/values";
import { readNumber, type Separators, showNumber } from "./numbers";
import { f } from "./texts";
import { emptyOf } from "./widgets";

/** A text for what is typed; of what is chosen the value itself; of durations four texts. */
export type Typed = WireValue;

/** A date or time that was begun and is not complete: browsers do not say what there is of it. */
export const INCOMPLETE = "\u0000";

export type Reading = { value: WireValue } | { problem: string };

const DURATION = /^(?:(-?\d+) )?(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/** What stands in the control for a value; `undefined` is none. */
export function show(attribute: AttributeDefinition, value: WireValue | undefined, words: Separators): Typed {
  const { type } = attribute;
  if (isChosen(attribute)) return value ?? (emptyOf(attribute) === undefined ? null : (emptyOf(attribute) ?? null));
  if (type === "duration")
    return value === null || value === undefined ? ["", "", "", ""] : showDuration(String(value));
  if (type === "json") return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
  if (value === null || value === undefined) return "";
  switch (type) {
    case "decimal":
    case "float":
      return showNumber(String(value), words);
    case "time":
      return String(value).replace(/(:00)?(\.\d+)?$/, "");
    case "datetime":
      return showMoment(String(value));
    default:
      return String(value);
  }
}

/** The value that is meant by what was typed, or what is wrong with it. `before`: the value that it is to replace. */
export function read(
  attribute: AttributeDefinition,
  typed: Typed,
  words: Separators,
  before: WireValue | undefined,
): Reading {
  if (before !== undefined && isSame(typed, show(attribute, before, words))) return { value: before };
  if (typed === INCOMPLETE) return { problem: hintOf(attribute, words) };
  if (isEmpty(typed)) return readNothing(attribute);
  const value = isChosen(attribute) ? typed : meant(attribute, typed, words, before);
  if (value === undefined) return { problem: hintOf(attribute, words) };
  // Keys of records that were made here are like no key of the server.
  const problem = attribute.relation ? null : problemOf(attribute, value);
  return problem === null ? { value } : { problem };
}

/** What is to be chosen, not typed. */
export function isChosen({ type, choices, relation, many }: AttributeDefinition): boolean {
  return type === "boolean" || choices !== undefined || relation !== undefined || many === true;
}

export function isSame(one: Typed, other: Typed): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

export function isEmpty(typed: Typed): boolean {
  if (Array.isArray(typed)) return typed.every((part) => part === "");
  return typed === null || (typeof typed === "string" && typed.trim() === "");
}

function readNothing(attribute: AttributeDefinition): Reading {
  const { type, required = false, relation, choices } = attribute;
  const empty = emptyOf(attribute);
  if (required || empty === undefined) {
    // An amount that may be left out has what stands for that.
    if (!required && attribute.default !== undefined) return { value: attribute.default };
    return { problem: f(relation || choices || type === "boolean" ? "chooseOne" : "enterValue") };
  }
  return { value: empty };
}

/** `undefined`: it means nothing of this type. */
function meant(
  { type, decimal_places = 0 }: AttributeDefinition,
  typed: Typed,
  words: Separators,
  before: WireValue | undefined,
): WireValue | undefined {
  const text = String(typed);
  switch (type) {
    case "integer":
      return wholeNumber(readNumber(text, words));
    case "decimal": {
      const number = readNumber(text, words);
      return number === null ? undefined : padded(number, decimal_places);
    }
    case "float": {
      const number = readFloat(text, words);
      return Number.isFinite(number) ? number : undefined;
    }
    case "time":
      return readTime(text, before);
    case "datetime":
      return readMoment(text, before);
    case "duration":
      return readDuration(typed as string[], words);
    case "uuid":
      return readUuid(text);
    case "json":
      return readJson(text);
    case "email":
    case "url":
      return text.trim();
    default:
      return text;
  }
}

function hintOf({ type, decimal_places = 0 }: AttributeDefinition, words: Separators): string {
  switch (type) {
    case "integer":
      return f("wholeNumber");
    case "decimal":
    case "float":
      return f("number", { example: `12${words.decimal}${"5".padEnd(type === "decimal" ? decimal_places : 1, "0")}` });
    case "time":
      return f("wholeTime");
    case "datetime":
      return f("wholeMoment");
    case "duration":
      return f("durationParts");
    case "uuid":
      return f("uuid");
    case "json":
      return f("json");
    default:
      return f("wholeDate");
  }
}

function wholeNumber(number: string | null): WireValue | undefined {
  const whole = number?.replace(/\.0*$/, "");
  if (whole === undefined || !/^-?\d+$/.test(whole)) return undefined;
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

/** With all its decimals, as the server writes it; more than there may be are left for the check to say. */
function padded(number: string, places: number): string {
  const [whole = "", decimals = ""] = number.split(".");
  const written =
    decimals.length > places ? decimals.replace(/0+$/, "").padEnd(places, "0") : decimals.padEnd(places, "0");
  return written ? `${whole}.${written}` : whole;
}

function readFloat(text: string, words: Separators): number {
  const [, mantissa = "", exponent = ""] = /^(.*?)(e[+-]?\d+)?$/i.exec(text.trim()) ?? [];
  const number = readNumber(mantissa, words);
  return number === null ? Number.NaN : Number(number + exponent);
}

/** Of a time that was only looked at, the fraction of a second stays. */
function readTime(text: string, before: WireValue | undefined): string | undefined {
  const [, minutes, seconds = "00", fraction = ""] = /^(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?$/.exec(text) ?? [];
  if (minutes === undefined) return undefined;
  const [, kept = ""] = /:(\d\d\.\d+)$/.exec(String(before ?? "")) ?? [];
  if (!fraction && kept.startsWith(seconds) && text.length > 5) return `${minutes}:${kept.padEnd(9, "0")}`;
  return `${minutes}:${seconds}.${fraction.padEnd(6, "0").slice(0, 6)}`;
}

/** UTC in the device's time zone, as a control for it has it; without one (no time zone support) as written. */
function showMoment(text: string): string {
  const [moment = "", fraction = ""] = text.replace(/Z$/, "").split(".");
  if (!text.endsWith("Z")) return short(moment);
  const date = new Date(`${moment}Z`);
  if (Number.isNaN(date.getTime())) return "";
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return fraction ? short(`${day}T${time}`) : `${day}T${time}`;
}

/** Seconds are shown where there are any. */
function short(moment: string): string {
  return moment.replace(/(T\d\d:\d\d):00$/, "$1");
}

/** The fraction of a second stays when the second did. */
function readMoment(text: string, before: WireValue | undefined): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((one) => Number(one ?? 0));
  const [, old = "", kept = ""] = /:(\d\d)\.(\d{1,6})Z?$/.exec(String(before ?? "")) ?? [];
  const fraction = (parts[7] ?? (Number(old) === second && old ? kept : "")).padEnd(6, "0");
  if (typeof before === "string" && before !== "" && !before.endsWith("Z")) {
    return `${text.slice(0, 16)}:${String(second).padStart(2, "0")}.${fraction}`;
  }
  const date = new Date(2000, 0, 1, hour, minute, second);
  date.setFullYear(year, month - 1, day);
  date.setHours(hour, minute, second);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 1) return undefined;
  return `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Days, hours, minutes and seconds; of one below zero each is. */
function showDuration(text: string): string[] {
  const total = durationMicroseconds(text);
  if (total === null) return ["", "", "", ""];
  const sign = total < 0n ? "-" : "";
  const rest = total < 0n ? -total : total;
  const second = rest % 60_000_000n;
  const parts = [
    rest / 86_400_000_000n,
    (rest / 3_600_000_000n) % 24n,
    (rest / 60_000_000n) % 60n,
    second / 1_000_000n,
  ];
  const fraction = String(second % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return parts
    .map((part, at) => {
      const written = at === 3 && fraction ? `${part}.${fraction}` : `${part}`;
      return /[1-9]/.test(written) ? sign + written : "";
    })
    .map((written, at) => written || (at === 2 && total === 0n ? "0" : ""));
}

function durationMicroseconds(text: string): bigint | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  const [, days = "0", sign, hours = "0", minutes = "0", seconds = "0", fraction = ""] = match;
  const clock = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const time = clock * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return BigInt(days) * 86_400_000_000n + (sign ? -time : time);
}

function readDuration(parts: string[], words: Separators): string | undefined {
  const units = [86_400_000_000n, 3_600_000_000n, 60_000_000n, 1_000_000n];
  let total = 0n;
  for (const [at, part] of parts.entries()) {
    if (part.trim() === "") continue;
    const number = readNumber(part, words);
    const [, sign, whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(number ?? "") ?? [];
    // Of days, hours and minutes there are whole ones only.
    if (sign === undefined || (fraction && at < 3)) return undefined;
    const amount = BigInt(whole) * (units[at] ?? 1n) + (fraction ? BigInt(fraction.padEnd(6, "0")) : 0n);
    total += sign ? -amount : amount;
  }
  return writeDuration(total);
}

/** As Django writes it: of one below zero, days are, and the time counts on from them. */
function writeDuration(total: bigint): string {
  const day = 86_400_000_000n;
  const days = total < 0n ? -((-total + day - 1n) / day) : total / day;
  const rest = total - days * day;
  const two = (number: bigint) => String(number).padStart(2, "0");
  const clock = `${two(rest / 3_600_000_000n)}:${two((rest / 60_000_000n) % 60n)}:${two((rest / 1_000_000n) % 60n)}`;
  const fraction = rest % 1_000_000n ? `.${String(rest % 1_000_000n).padStart(6, "0")}` : "";
  return `${days ? `${days} ` : ""}${clock}${fraction}`;
}

function readUuid(text: string): string | undefined {
  const hex = text
    .toLowerCase()
    .replace(/^urn:uuid:/, "")
    .replace(/[{}\s-]/g, "");
  return /^[0-9a-f]{32}$/.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : undefined;
}

function readJson(text: string): WireValue | undefined {
  try {
    return JSON.parse(text) as WireValue;
  } catch {
    return undefined;
  }
}
