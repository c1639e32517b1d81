/** What is kept of all rows of a segment, in compact form: the values of an attribute, and the text that search sees. */

import type { WireValue } from "../api";
import { fold } from "./fold";

/** The values of one attribute in one segment: each value once, and for every row the number of its value. */
export interface Column {
  values: WireValue[];
  ids: Uint16Array;
}

/** `at`: of the attribute in each row; -1 where the rows do not have it. */
export function columnOf(rows: readonly WireValue[][], at: number): Column {
  const known = new Map<WireValue, number>();
  const ids = Uint16Array.from(rows, (row) => {
    const value = row[at] ?? null;
    let id = known.get(value);
    if (id === undefined) {
      id = known.size;
      known.set(value, id);
    }
    return id;
  });
  return { values: [...known.keys()], ids };
}

/** The folded text of some fields, a line for each row. */
export function foldedLines(rows: readonly WireValue[][], fields: readonly number[]): string {
  return rows.map((row) => `${foldedLine(row, fields)}\n`).join("");
}

/** Words have no white space, so none is found across two fields, and line feeds can be spaces. */
export function foldedLine(row: readonly WireValue[], fields: readonly number[]): string {
  return fold(
    fields
      .map((field) => text(row[field]))
      .join(" ")
      .replaceAll("\n", " "),
  );
}

function text(value: WireValue | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Marks the rows, from `first` on, whose line has all the words; of those that `within` marks, if it is there. */
export function markLines(
  lines: string,
  words: readonly string[],
  marks: Uint8Array,
  first: number,
  within: Uint8Array | null,
): void {
  // The longest is the rarest, more often than not.
  const [rarest = "", ...others] = [...words].sort((a, b) => b.length - a.length);
  let row = first;
  let start = 0;
  let end = lines.indexOf("\n");
  for (let at = lines.indexOf(rarest); at >= 0; at = lines.indexOf(rarest, end + 1)) {
    while (end < at) {
      row++;
      start = end + 1;
      end = lines.indexOf("\n", start);
    }
    if (within !== null && within[row] === 0) continue;
    if (others.length > 0) {
      const line = lines.slice(start, end);
      if (!others.every((word) => line.includes(word))) continue;
    }
    marks[row] = 1;
  }
}
