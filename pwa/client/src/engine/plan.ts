/** Pure decisions of a sync: what to ask for, and what to make visible. */

import type { Trigger } from "../api";
import type { Measured } from "../layers/measure";
import type { WireMutation } from "../outbox/types";
import { ClientError } from "../protocol/errors";
import type { CarriedCall, SyncRequest } from "../protocol/messages";
import { visibleGenerations } from "../store/references";
import type { EntityRecord, Layer, Overview, Switch } from "../store/store";
import type { Ask, Level } from "./asks";
import type { Believed } from "./believe";
import type { Arrival } from "./receive";

export interface Job {
  context: string;
  trigger: Trigger;
  /** A person pressed something, as opposed to code that ran by itself. */
  pressed?: boolean;
  /** All rows are to be compared with the server's. */
  check?: boolean;
  /** Only these entities of the context. */
  entities?: string[];
  /** No rows: only the files that those on the device name. */
  filesOnly?: true;
}

/** The entities of a job of which the device has anything. */
export function knownEntities(job: Job, { entities, definition }: Overview): string[] {
  const known = Object.keys(entities);
  const declared = job.context === "" ? known : (definition?.definition.contexts[job.context] ?? known);
  const wanted = new Set(job.entities ?? declared);
  return known.filter((name) => wanted.has(name));
}

/** As many as a request takes. */
const MOST_CONFIRMED = 1000;

/** What travels with a request for rows. */
export interface Aboard {
  calls: CarriedCall[];
  mutations: WireMutation[];
  /** Ids whose outcomes are on the device. */
  confirmed: string[];
}

/** The request of a job. */
export function planRequest(
  job: Job,
  before: Overview,
  levels: ReadonlyMap<string, Level>,
  asks: ReadonlyMap<string, Ask>,
  { calls, mutations, confirmed }: Aboard,
): SyncRequest {
  const { context, trigger, entities } = job;
  const request: SyncRequest = { context, trigger, cursors: {} };
  if (entities !== undefined) request.entities = entities;
  // By any of its cursors the server knows whether the device has seen a past that is not the server's (T4).
  const known = mutations.length > 0 ? Object.keys(before.entities) : knownEntities(job, before);
  for (const name of known) {
    const record = before.entities[name];
    if (record !== undefined && levels.get(name) !== "whole") request.cursors[name] = record.cursor;
  }
  if (calls.length > 0) request.actions = calls;
  if (mutations.length > 0) request.mutations = mutations;
  if (confirmed.length > 0) request.confirmed = confirmed.slice(0, MOST_CONFIRMED);
  for (const [name, { description }] of asks) request.ranges = { ...request.ranges, [name]: description.ranges };
  return request;
}

/** What becomes visible. `at`: now, ISO 8601. */
export function planSwitch(job: Job, before: Overview, believed: Believed, at: string): Switch {
  const { received } = believed;
  const expected: Switch["expected"] = {};
  const entities: Switch["entities"] = {};
  for (const arrival of received.entities) {
    const name = arrival.message.entity;
    expected[name] = before.entities[name];
    entities[name] = recordOf(arrival, before.entities[name], believed, at);
  }
  const context = job.entities === undefined ? { name: job.context, at } : null;
  // Rows that were read after a change was applied show it: its local form may go (P6).
  const caughtUp = { ...believed.settled, entities: Object.keys(entities) };
  return { expected, entities, definition: received.definition, context, caughtUp };
}

const NEW = { leftovers: null, unseenFiles: null };

function recordOf(
  { message, segments, size, bytes, lasts }: Arrival,
  old: EntityRecord | undefined,
  { received, asks, measured, bases }: Believed,
  syncedAt: string,
): EntityRecord {
  const { generation } = received;
  const layer: Layer[] = segments === 0 ? [] : [{ generation, segments, size, bytes }];
  const { rows = 0, fingerprint = 0, leftovers: found, covered, releasesFiles } = measured.get(message.entity) ?? {};
  if (message.mode === "replace") {
    const { cursor, columns, rows, fingerprint } = message;
    const base = { generation, segments, lasts, sums: lasts.map(() => null), bytes };
    return { ...base, layers: [], cursor, columns, rows, fingerprint, syncedAt, ...NEW };
  }
  if (message.mode === "snapshot") {
    const base = bases.get(message.entity);
    if (base === undefined) throw new ClientError("internal");
    const { cursor, columns } = message;
    return {
      ...base,
      layers: layer,
      cursor,
      columns,
      rows,
      fingerprint,
      syncedAt,
      leftovers: found ?? null,
      unseenFiles: null,
    };
  }
  if (message.mode === "ranges") {
    const ask = asks.get(message.entity);
    if (ask === undefined) throw new ClientError("internal");
    const { content } = ask.source;
    // What the layers of a cut download hide was not looked for when they came.
    const leftovers = isShown(ask, old) ? joined(old?.leftovers, found) : joined(covered, found);
    const layers = [...content.layers, ...layer];
    const { cursor, columns } = message;
    const { layers: _, ...base } = content;
    return { ...base, layers, cursor, columns, rows, fingerprint, syncedAt, leftovers, unseenFiles: null };
  }
  if (old === undefined || message.mode === "reset") throw new ClientError("internal");
  if (message.mode === "unchanged") return { ...old, cursor: message.cursor, syncedAt };
  const leftovers = joined(old.leftovers, found);
  const isSeen = old.unseenFiles !== null && !releasesFiles;
  const unseenFiles = isSeen ? [...(old.unseenFiles ?? []), ...layer.map((one) => one.generation)] : null;
  const layers = [...old.layers, ...layer];
  return { ...old, layers, cursor: message.cursor, rows, fingerprint, syncedAt, leftovers, unseenFiles };
}

/** What was not removed yet from before, and what is to be removed now. */
function joined(old: EntityRecord["leftovers"] = null, found: EntityRecord["leftovers"] = null) {
  if (old === null || found === null) return old ?? found;
  return [...new Set([...old, ...found])].sort((a, b) => a - b);
}

/** Rows that are new, changed or gone with this, by entity; entities that did not change are absent. */
export function countReceived(before: Overview, { received, asks, measured }: Believed): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const arrival of received.entities) {
    const { message, segments } = arrival;
    const name = message.entity;
    const gone = measured.get(name)?.gone ?? 0;
    if (message.mode === "replace") counts[name] = message.rows;
    if (message.mode === "snapshot") counts[name] = countChanged(before.entities[name], arrival, measured.get(name));
    if (message.mode === "delta" && segments > 0) counts[name] = message.rows + gone;
    const ask = asks.get(name);
    if (message.mode !== "ranges" || ask === undefined) continue;
    // What came now, and before it was cut.
    if (segments > 0 || !isShown(ask, before.entities[name])) counts[name] = message.rows + ask.kept + gone;
  }
  return counts;
}

/** Rows in parts that are not what the device had, or that the device had and not in them, whichever are more. */
function countChanged(old: EntityRecord | undefined, { message, parts }: Arrival, now?: Measured): number {
  if (message.mode !== "snapshot") return 0;
  if (old === undefined) return now?.rows ?? message.total;
  const kept = parts.filter(({ sum }) => old.sums.includes(sum)).reduce((all, { rows }) => all + rows, 0);
  return Math.max(message.total, old.rows) - kept + message.rows + (now?.gone ?? 0);
}

/** Whether what was compared is no more and no less than what the device shows. */
function isShown({ source }: Ask, record: EntityRecord | undefined): boolean {
  return record !== undefined && String(visibleGenerations(source.content)) === String(visibleGenerations(record));
}
