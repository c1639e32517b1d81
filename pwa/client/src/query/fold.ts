/** Text as search sees it: case, accents, ligatures and the width of letters do not matter. */

/** Letters that Unicode does not take apart, as people write them on a keyboard that lacks them. */
const LETTERS: Record<string, string> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ĸ: "k", ŋ: "n", ŧ: "t" },
};
const APART = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins there
const ASCII = /^[\u0000-\u007f]*$/;

export function fold(text: string): string {
  // Most text has no accents, and normalizing costs more than looking.
  if (ASCII.test(text)) return text.toLowerCase();
  // Lower case first: a capital may be another one's only form (ẞ), or become two characters (İ).
  const plain = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  // Again: what compatibility takes apart may be a capital (™).
  return plain.toLowerCase().replace(APART, (letter) => LETTERS[letter] as string);
}

/** The folded words of what a person typed. */
export function words(search: string): string[] {
  return fold(search)
    .split(/\s+/)
    .filter((word) => word !== "");
}
