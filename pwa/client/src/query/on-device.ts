/** The table of an entity that is never synced: of its single rows, as the definition says now. */

import type { AttributeDefinition, EntityDefinition, Key, WireValue } from "../api";
import { fitsType } from "../protocol/values";
import type { Segment, SingleRow } from "../store/store";
import { Base } from "./base";
import { Table } from "./table";

/** Rows read at once, as of other entities. */
const SEGMENT_ROWS = 1000;

/** `rows`: in the order of their keys. */
export function onDeviceTable(entity: EntityDefinition, rows: readonly SingleRow[]): Table {
  const segments: Segment[] = [];
  for (let from = 0; from < rows.length; from += SEGMENT_ROWS) {
    const some = rows.slice(from, from + SEGMENT_ROWS);
    const key = (row: SingleRow | undefined) => (row?.values[entity.key] ?? null) as Key | null;
    segments.push({
      first: key(some[0]),
      last: key(some.at(-1)),
      rows: some.length,
      text: some
        .map(({ values }) => `${JSON.stringify(entity.attributes.map((one) => shown(one, values[one.name])))}\n`)
        .join(""),
    });
  }
  const place = {
    segments: segments.length,
    lasts: segments.map(({ last }) => last),
    columns: entity.attributes.map(({ name }) => name),
  };
  const origin = {
    segments: async (numbers: readonly number[]) => numbers.map((number) => segments[number] ?? null),
    parts: async () => [],
  };
  return Table.of(new Base(entity, place, origin));
}

/** The attribute may be newer than the record, or of another type than it was: what was typed stays where it is. */
function shown(attribute: AttributeDefinition, value: WireValue | undefined): WireValue {
  if (value === undefined) return attribute.default ?? null;
  return fitsType(attribute, value) ? value : null;
}
