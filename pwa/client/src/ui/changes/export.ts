/** What the server has not taken, as a file that people and programs can read: nothing that was typed is in one place only. */
import type { AppState, AttributeDefinition, Conflict, PendingChange, Row, WireValue } from "../../api";
import type { Formatter } from "../format";
import { findAttribute, findEntity } from "../model";
import { changeLines } from "./lines";
import { changeTitle } from "./title";

/** The file's content. `now`: ISO 8601. */
export function exported(
  changes: readonly (PendingChange | Conflict)[],
  state: AppState,
  app: string,
  format: Formatter,
  now: string,
): Record<string, unknown> {
  const { definition, user, replica, definitionVersion } = state;
  return {
    app,
    exported_at: now,
    user: user && { key: user.key, name: user.name },
    device: replica,
    definition: definitionVersion,
    changes: changes.map((change) => {
      const entity = findEntity(definition, change.entity);
      const lines = definition ? changeLines(definition, change) : [];
      const said = (value: WireValue | undefined, attribute: AttributeDefinition) =>
        value === undefined ? null : format.value(value, attribute);
      const { theirs, attributes } = change as Partial<Conflict>;
      return {
        record: changeTitle(definition, change),
        kind: entity?.label ?? change.entity,
        readable: Object.fromEntries(
          lines.map(({ attribute, was, now }) => [
            attribute.label,
            was === undefined ? said(now, attribute) : { was: said(was, attribute), now: said(now, attribute) },
          ]),
        ),
        id: change.id,
        entity: change.entity,
        key: change.key,
        op: change.op,
        group: change.group,
        state: change.state,
        made_at: change.madeAt,
        changed_at: change.changedAt,
        waits_for: change.waitsFor,
        error: change.error,
        values: change.values,
        base: change.base,
        ...(theirs && { theirs, conflicting: attributes, readable_theirs: saidOf(theirs, entity?.name) }),
      };
    }),
  };

  function saidOf(row: Row, name: string | undefined): Record<string, string> {
    const entity = findEntity(definition, name ?? "");
    const known = Object.entries(row).flatMap(([attribute, value]) => {
      const found = entity && findAttribute(entity, attribute);
      return found ? [[found.label, format.value(value, found)] as const] : [];
    });
    return Object.fromEntries(known);
  }
}

/** `sales-changes-2026-01-31-0930.json`, by the device's clock in UTC. */
export function fileName(app: string, now: string): string {
  return `${app}-changes-${now.slice(0, 10)}-${now.slice(11, 16).replace(":", "")}.json`;
}

/** Offers everything that the server has not taken as a file; the network has no part in it. Returns how many there are. */
export async function exportChanges(format: Formatter): Promise<number> {
  const { offline } = window;
  const [pending, conflicts, state] = await Promise.all([offline.pending(), offline.conflicts(), offline.state()]);
  const changes = pending.filter((change) => change.state !== "sent");
  const whole = changes.map((change) => conflicts.find(({ id }) => id === change.id) ?? change);
  const now = new Date().toISOString();
  const { app } = offline.config;
  const text = JSON.stringify(exported(whole, state, app, format, now), null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = fileName(app, now);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return changes.length;
}
