/** Numbers as people type them in their language, and as they travel: digits are kept as they are, never computed. */

/** What stands between digits in a language: `1,234.5` has `,` and `.`. */
export interface Separators {
  decimal: string;
  group: string;
}

export function separatorsOf(locale: string): Separators {
  const parts = new Intl.NumberFormat(locale, { useGrouping: true, numberingSystem: "latn" }).formatToParts(1234567.8);
  const part = (type: string, usual: string) => parts.find((one) => one.type === type)?.value ?? usual;
  return { decimal: part("decimal", "."), group: part("group", ",") };
}

/** Blanks of all kinds, marks of direction, and apostrophes: they group digits, or are nothing. */
const NOTHING = /[\s\u00a0\u202f\u2009'’\u200e\u200f\u061c]/gu;

/**
 * A number as it travels (`-1234.50`), or `null` when the text is none. Comma and point are taken as the language means
 * them, and where they cannot be meant so, the other way: in English `1,5` is one and a half.
 */
export function readNumber(text: string, { decimal, group }: Separators): string | null {
  const plain = asciiDigits(text.replace(NOTHING, ""))
    .replace(/^\+/, "")
    .replace(/^[−‐‑–]/u, "-")
    .replaceAll("٫", decimal)
    .replaceAll("٬", group);
  const [, sign = "", digits = ""] = /^(-?)([\d.,]+)$/.exec(plain) ?? [];
  if (!/\d/.test(digits)) return null;
  const point = pointOf(digits, decimal, group);
  if (point === null) return null;
  const [whole = "", ...rest] = point === "" ? [digits] : digits.split(point);
  if (rest.length > 1 || /[.,]/.test(rest.join(""))) return null;
  const grouped = whole.replace(/[.,]/g, "");
  if (whole !== grouped && !/^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/.test(whole)) return null;
  const before = grouped.replace(/^0+(?=\d)/, "") || "0";
  const after = rest[0] ? `.${rest[0]}` : "";
  return /[1-9]/.test(before + after) ? `${sign}${before}${after}` : `${before}${after}`;
}

/** Which sign stands before the decimals: `""` for none, `null` where it cannot be told. */
function pointOf(digits: string, decimal: string, group: string): string | null {
  const points = digits.split(".").length - 1;
  const commas = digits.split(",").length - 1;
  if (points && commas) return digits.lastIndexOf(".") > digits.lastIndexOf(",") ? "." : ",";
  const only = points ? "." : commas ? "," : "";
  const isGrouped = new RegExp(`^\\d{1,3}(\\${only}\\d{3})+$`).test(digits);
  if (points + commas > 1) return isGrouped ? "" : null;
  return only === group && only !== decimal && isGrouped ? "" : only;
}

/** A number that travelled, with the language's decimal sign, and without groups: as one goes on typing. */
export function showNumber(value: string, { decimal }: Separators): string {
  return value.replace(".", decimal);
}

/** Where the ten digits of the scripts begin that people have on their keyboards. */
const ZEROS = [
  ...[0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20],
  ...[0x1040, 0x17e0, 0x1810, 0xff10],
];

function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((first) => code >= first && code < first + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}
