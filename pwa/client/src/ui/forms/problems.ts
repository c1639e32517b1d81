/** What is wrong in a form. Pure. */
import type { Editing } from "./editing";
import type { Children, Filling } from "./filling";

/** What is said of each field: what is wrong here, of those that are judged; else what the server said. */
export function problemsOf(editing: Editing, isJudged: (name: string) => boolean): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const wrong = editing.problems();
  for (const { name } of editing.attributes) {
    const here = isJudged(name) ? (wrong.get(name) ?? []) : [];
    const said = here.length ? here : editing.told(name);
    if (said.length) found.set(name, said);
  }
  return found;
}

/** In how many fields of the rows within. */
export function problemsWithin(children: readonly Children[], judged: boolean): number {
  return children
    .flatMap(({ rows }) => rows.filter(({ removed }) => !removed))
    .reduce((count, { editing }) => count + problemsOf(editing, () => judged).size, 0);
}

/** Whether it cannot be saved as it is. */
export function isInvalid({ editing, children }: Filling): boolean {
  if (editing.problems().size > 0) return true;
  return children.some(({ rows }) => rows.some((row) => !row.removed && row.editing.problems().size > 0));
}

/** Whether the server said something of a field that still stands as it was. */
export function isTold({ editing, children }: Filling): boolean {
  return editing.hasTold || children.some(({ rows }) => rows.some((row) => row.editing.hasTold));
}
