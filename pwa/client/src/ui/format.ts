/** Wire values (`docs/protocol.md`, Values) as text for people, in one locale. */
import type { AttributeDefinition, Key, WireValue } from "../api";
import { currentLocale } from "../language";
import { t } from "./texts";

const UNITS = ["day", "hour", "minute", "second"] as const;
const SECONDS = [86_400, 3_600, 60, 1] as const;

export class Formatter {
  #numbers = new Map<string, Intl.NumberFormat>();
  #dates = new Map<string, Intl.DateTimeFormat>();
  #relative: Intl.RelativeTimeFormat;

  constructor(
    readonly locale: string,
    /** For tests; people see the device's zone. */
    readonly timeZone?: string,
  ) {
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  }

  /** `null`, empty text and unreadable values give a dash, never an error: data may be older than the definition. */
  value(value: WireValue | undefined, attribute: AttributeDefinition): string {
    if (value === null || value === undefined || value === "") return t("none");
    if (attribute.many && Array.isArray(value)) return value.length ? this.list(value.map(String)) : t("none");
    const choice = attribute.choices?.find(([candidate]) => candidate === value);
    if (choice) return choice[1];
    if (attribute.relation) return String(value);
    switch (attribute.type) {
      case "boolean":
        return value ? t("yes") : t("no");
      case "integer":
        return this.#integer(value);
      case "decimal":
        return this.decimal(String(value), attribute.decimal_places);
      case "float":
        return this.#number({ maximumSignificantDigits: 15 }).format(Number(value));
      case "date":
        return this.#moment(`${value}T00:00:00Z`, { dateStyle: "medium", timeZone: "UTC" }, value);
      case "time":
        return this.#moment(`1970-01-01T${cutMicroseconds(String(value))}Z`, timeOptions(String(value)), value);
      case "datetime":
        return this.datetime(String(value));
      case "duration":
        return this.duration(String(value));
      case "file":
      case "picture":
        return String(value).split("/").at(-1) ?? String(value);
      default:
        return typeof value === "object" ? JSON.stringify(value) : String(value);
    }
  }

  /** Keys are names, not amounts: no thousands separators. */
  key(key: Key): string {
    return String(key);
  }

  count(count: number): string {
    return this.#number({}).format(count);
  }

  percent(part: number, whole: number): string {
    return this.#number({ style: "percent" }).format(whole > 0 ? Math.min(part / whole, 1) : 0);
  }

  /** Formats the digits as they are; going through a float would change long ones. */
  decimal(text: string, places = 0): string {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
    const written = text.split(".")[1]?.length ?? 0;
    const minimum = Math.min(places, 20);
    const maximum = Math.min(Math.max(written, minimum), 100);
    const format = this.#number({ minimumFractionDigits: minimum, maximumFractionDigits: maximum });
    return format.format(text as Intl.StringNumericLiteral);
  }

  /** With `Z` in the device's time zone; without it (no time zone support) as written. */
  datetime(text: string): string {
    const utc = text.endsWith("Z");
    const timeZone = utc ? this.timeZone : "UTC";
    return this.#moment(
      `${cutMicroseconds(text.replace(/Z$/, ""))}Z`,
      { dateStyle: "medium", timeStyle: "short", ...(timeZone && { timeZone }) },
      text,
    );
  }

  /** `"3 04:05:06.000007"` as "3 days 4 hr 5 min 6 sec"; parts that are zero are left out. */
  duration(text: string): string {
    const match = /^(?:(-?\d+) )?(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
    if (!match) return text;
    const [, days = "0", sign, hours, minutes, seconds] = match;
    let total = Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    if (sign) total = -total;
    let rest = Math.round(Math.abs(total) * 1e6) / 1e6;
    const parts: string[] = [];
    for (const [index, unit] of UNITS.entries()) {
      const size = SECONDS[index] ?? 1;
      const amount = unit === "second" ? Math.round(rest * 1e6) / 1e6 : Math.floor(rest / size);
      rest -= amount * size;
      if (amount || (unit === "second" && !parts.length)) {
        parts.push(
          this.#number({ style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 6 }).format(amount),
        );
      }
    }
    return (total < 0 ? "−" : "") + parts.join(" ");
  }

  /** "5 minutes ago", "just now" below a minute. */
  ago(iso: string, now: number): string {
    const seconds = Math.round((Date.parse(iso) - now) / 1000);
    if (Number.isNaN(seconds)) return t("none");
    for (const [index, unit] of UNITS.slice(0, 3).entries()) {
      const amount = Math.trunc(seconds / (SECONDS[index] ?? 1));
      if (amount) return this.#relative.format(amount, unit);
    }
    return t("justNow");
  }

  /** "in 25 seconds", "in 3 minutes", "now" once it is past. */
  until(iso: string, now: number): string {
    const seconds = Math.max(Math.ceil((Date.parse(iso) - now) / 1000), 0);
    if (Number.isNaN(seconds)) return t("none");
    // Two minutes and a half are not two minutes yet: what is said must not come early.
    if (seconds >= 120) return this.#relative.format(Math.ceil(seconds / 60), "minute");
    return this.#relative.format(seconds, "second");
  }

  /** "one, two and three". */
  list(parts: string[]): string {
    return new Intl.ListFormat(this.locale).format(parts);
  }

  bytes(bytes: number): string {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
    const unit = units[power] ?? "byte";
    // In short, a byte has no plural.
    const unitDisplay = power ? "short" : "long";
    return this.#number({ style: "unit", unit, unitDisplay, maximumFractionDigits: power > 1 ? 1 : 0 }).format(
      bytes / 1000 ** power,
    );
  }

  #integer(value: WireValue): string {
    const text = String(value);
    return /^-?\d+$/.test(text) ? this.#number({}).format(BigInt(text)) : text;
  }

  #moment(iso: string, options: Intl.DateTimeFormatOptions, fallback: WireValue): string {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return String(fallback);
    const id = JSON.stringify(options);
    let format = this.#dates.get(id);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, options);
      this.#dates.set(id, format);
    }
    return format.format(date);
  }

  // Making an Intl formatter costs far more than using it, and a list formats thousands of values.
  #number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    const id = JSON.stringify(options);
    let format = this.#numbers.get(id);
    if (!format) {
      format = new Intl.NumberFormat(this.locale, options);
      this.#numbers.set(id, format);
    }
    return format;
  }
}

/** Date parsing promises no more than milliseconds. */
function cutMicroseconds(text: string): string {
  return text.replace(/(\.\d{3})\d+$/, "$1");
}

function timeOptions(text: string): Intl.DateTimeFormatOptions {
  return { timeStyle: /:\d\d:00(\.0+)?$/.test(text) ? "short" : "medium", timeZone: "UTC" };
}

let shared: Formatter | undefined;

/** The page's formatter. */
export function format(): Formatter {
  shared ??= new Formatter(currentLocale());
  return shared;
}
