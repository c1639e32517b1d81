/** Local changes as tests make them. */

import type { Row } from "../api";
import type { LocalChange, LocalRow } from "../outbox/types";

/** A change of a record that the server has (`base`), or of a new one. */
export function localRow(values: Row, { base = null, ...facts }: Partial<LocalChange> = {}): LocalRow {
  const change: LocalChange = {
    ...{ id: "change", op: base === null ? "create" : "update", group: null, base, madeAt: "", changedAt: "" },
    ...{ state: "unsent", error: null, waitsFor: null, theirs: null, attributes: [] },
    ...facts,
  };
  return { values, derived: {}, change };
}

/** The key of a record that a device made. */
export function localKey(number: number | string): string {
  return `local:00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}
