/** Row lines as values. */

import type { WireValue } from "../api";

/** Parses lines of rows, each with its line feed. No line feed can be inside JSON, so lines are rows. */
export function parseLines(text: string): WireValue[][] {
  if (text === "") return [];
  return JSON.parse(`[${text.slice(0, -1).replaceAll("\n", ",")}]`) as WireValue[][];
}
