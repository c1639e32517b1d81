/** The table of an entity that is never synced: of its single rows, as the definition says now. */

import type { EntityDefinition, Key } from "../api";
import type { Segment, SingleRow } from "../store/store";
import { Base } from "./base";
import { shownValue } from "./merged";
import { Table } from "./table";

/** Rows read at once, as of other entities. */
const SEGMENT_ROWS = 1000;

/** `rows`: in the order of their keys. */
export function onDeviceTable(entity: EntityDefinition, rows: readonly SingleRow[]): Table {
  const valuesOf = ({ values }: SingleRow) =>
    entity.attributes.map((attribute) => {
      const { name, default: without } = attribute;
      return shownValue(attribute, values[name] === undefined ? without : values[name]) ?? null;
    });
  const segments: Segment[] = [];
  for (let from = 0; from < rows.length; from += SEGMENT_ROWS) {
    const some = rows.slice(from, from + SEGMENT_ROWS);
    const key = (row: SingleRow | undefined) => (row?.values[entity.key] ?? null) as Key | null;
    segments.push({
      first: key(some[0]),
      last: key(some.at(-1)),
      rows: some.length,
      text: some.map((row) => `${JSON.stringify(valuesOf(row))}\n`).join(""),
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
