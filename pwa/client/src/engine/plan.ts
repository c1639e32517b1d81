/** Pure decisions of a sync: what to ask for, whether to believe the answer, what to make visible. */

import type { Trigger } from "../api";
import { ClientError } from "../protocol/errors";
import type { SyncRequest } from "../protocol/messages";
import type { EntityRecord, Overview, Switch } from "../store/store";
import type { Received } from "./receive";

export interface Job {
  context: string;
  trigger: Trigger;
  /** A person pressed something, as opposed to code that ran by itself. */
  pressed?: boolean;
  /** Only these entities of the context. */
  entities?: string[];
}

/** The request of a job; entities in `doubted` are asked for as if the device had never had them. */
export function planRequest(job: Job, before: Overview, doubted: ReadonlySet<string>): SyncRequest {
  const known = Object.keys(before.entities);
  const declared = job.context === "" ? known : (before.definition?.definition.contexts[job.context] ?? known);
  const wanted = job.entities ?? declared;
  const cursors: Record<string, string> = {};
  for (const name of wanted) {
    const record = before.entities[name];
    if (record !== undefined && !doubted.has(name)) cursors[name] = record.cursor;
  }
  const { context, trigger, entities } = job;
  return entities === undefined ? { context, trigger, cursors } : { context, trigger, entities, cursors };
}

/** Entities that the server calls unchanged, but of which the device has other rows than the server. */
export function findDoubtful(before: Overview, received: Received): string[] {
  return received.entities
    .filter((message) => message.mode === "unchanged")
    .filter(({ entity, rows, fingerprint }) => {
      const record = before.entities[entity];
      return record?.rows !== rows || record.fingerprint !== fingerprint;
    })
    .map((message) => message.entity);
}

/** What becomes visible. `at`: now, ISO 8601. */
export function planSwitch(job: Job, before: Overview, received: Received, at: string): Switch {
  if (received.version !== (received.definition ?? before.definition)?.version) {
    throw new ClientError("corrupt_response", "the definition that explains the rows did not come");
  }
  const expected: Switch["expected"] = {};
  const entities: Switch["entities"] = {};
  for (const message of received.entities) {
    const old = before.entities[message.entity];
    expected[message.entity] = old;
    entities[message.entity] = recordOf(message, old, received.generation, at);
  }
  const context = job.entities === undefined ? { name: job.context, at } : null;
  return { expected, entities, definition: received.definition, context };
}

function recordOf(
  message: Received["entities"][number],
  old: EntityRecord | undefined,
  generation: number,
  syncedAt: string,
): EntityRecord {
  if (message.mode === "replace") {
    const { cursor, columns, rows, segments, fingerprint } = message;
    return { generation, cursor, columns, rows, segments, fingerprint, syncedAt };
  }
  if (old === undefined) {
    throw new ClientError("corrupt_response", `${message.entity} is unchanged, but was never here`);
  }
  return { ...old, cursor: message.cursor, syncedAt };
}

/** Rows that arrived, by entity. */
export function countReceived(received: Received): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const message of received.entities) {
    if (message.mode === "replace") counts[message.entity] = message.rows;
  }
  return counts;
}
