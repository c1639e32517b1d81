/** What the server said of the records of a form, where it did not take them as they are. */
import type { EntityDefinition, LocalFacts } from "../../api";
import { format } from "../format";
import { keyOf } from "../model";
import { localFacts } from "../parts/local-mark";
import { capitalize } from "../texts";
import type { Editing } from "./editing";
import { type Filling, leftOut, type Placed, tellFields } from "./filling";
import { f } from "./texts";

export interface Refusal {
  /** The change of the form's own record, where it is a person's turn. */
  change: LocalFacts | null;
  /** The records that were rejected, those within included, as edits that change nothing. */
  records: Placed[];
  /** What was said of no field. */
  failure: string[];
}

export const NONE_REFUSED: Refusal = { change: null, records: [], failure: [] };

/** Finds out what was refused, and tells the fields of `filling` what was said of them. */
export async function refusalOf({ entity, editing, children }: Filling): Promise<Refusal> {
  const local = localFacts(editing.row);
  const change = local && ["rejected", "conflict", "gone"].includes(local.state) ? local : null;
  const rows = [
    { entity, editing },
    ...children.flatMap(({ inline, rows }) => rows.map((row) => ({ entity: inline.entity, editing: row.editing }))),
  ];
  const refused = rows.filter((one) => localFacts(one.editing.row)?.state === "rejected");
  const records = refused.map(({ entity, editing }) => {
    const key = editing.row && keyOf(entity, editing.row);
    return { edit: { entity: entity.name, values: { [entity.key]: key } }, of: editing };
  });
  return { change, records, failure: refused.length === 0 ? [] : await failureOf(refused) };
}

async function failureOf(refused: { entity: EntityDefinition; editing: Editing }[]): Promise<string[]> {
  const pending = await window.offline.pending().catch(() => []);
  const failure = new Set<string>();
  for (const { entity, editing } of refused) {
    const change = pending.find(({ id }) => id === localFacts(editing.row)?.change);
    const error = change?.error;
    // That another of its group is at fault is said there.
    if (!change || !error || error.code === "group") continue;
    const fields = { ...error.fields };
    for (const [attribute, typed] of leftOut(entity, change)) {
      delete fields[attribute.name];
      const value = typed === null || typed === "" ? f("noValueOf") : format().value(typed, attribute);
      failure.add(f("leftOut", { name: capitalize(attribute.label), value }));
    }
    const rest = tellFields([{ edit: { entity: entity.name, values: {} }, of: editing }], fields);
    for (const text of rest) failure.add(text);
    if (!error.fields || Object.keys(error.fields).length === 0) failure.add(error.message);
  }
  return [...failure];
}
