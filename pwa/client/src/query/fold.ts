/** Text as search sees it: case and accents do not matter. */

export function fold(text: string): string {
  // Most text has no accents, and normalizing costs more than looking.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins there
  const plain = /^[\u0000-\u007f]*$/.test(text) ? text : text.normalize("NFD").replace(/\p{M}/gu, "");
  return plain.toLowerCase();
}

/** The folded words of what a person typed. */
export function words(search: string): string[] {
  return fold(search)
    .split(/\s+/)
    .filter((word) => word !== "");
}
