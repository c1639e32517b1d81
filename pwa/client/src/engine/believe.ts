/** Whether an answer can be made visible, and how the entities are to be asked for again of which it cannot. */

import type { AttributeType } from "../api";
import { type Measured, measureLayer } from "../layers/measure";
import { Readable } from "../layers/readable";
import { ClientError } from "../protocol/errors";
import { isOrdered, keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { CaughtUp, Overview, Store } from "../store/store";
import type { Ask, Level } from "./asks";
import type { Base } from "./parts";
import type { Arrival, Received } from "./receive";
import { fileColumns } from "./wanted-files";

/** An answer that fits together. */
export interface Believed {
  received: Received;
  asks: ReadonlyMap<string, Ask>;
  /** What the device has then of the entities that changed in part. */
  measured: ReadonlyMap<string, Measured>;
  /** Where the rows are of those that came in parts. */
  bases: ReadonlyMap<string, Base>;
  /** Of local changes, what the rows were read after. */
  settled: Omit<CaughtUp, "entities">;
}

export interface Judging {
  store: Store;
  before: Overview;
  received: Received;
  asks: ReadonlyMap<string, Ask>;
  levels: ReadonlyMap<string, Level>;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

export interface Judgement extends Omit<Believed, "bases" | "measured" | "settled"> {
  measured: Map<string, Measured>;
  /** Entities to be asked for again, in another way. */
  raised: Map<string, Level>;
}

/** @throws ClientError `corrupt_response`: an answer to something that was not asked. */
export async function judge(judging: Judging): Promise<Judgement> {
  const { before, received, asks, levels } = judging;
  if (received.version !== (received.definition ?? before.definition)?.version) {
    throw new ClientError("corrupt_response", "the definition that explains the rows did not come");
  }
  const raised = new Map<string, Level>();
  const measured = new Map<string, Measured>();
  for (const arrival of received.entities) {
    const name = arrival.message.entity;
    const verdict = await judgeEntity(arrival, judging);
    if (typeof verdict === "object") measured.set(name, verdict);
    else if (verdict !== "good") {
      if (levels.get(name) === "whole") throw new ClientError("corrupt_response", name);
      raised.set(name, verdict);
    }
  }
  return { received, asks, measured, raised };
}

/** What the device has then, `good` when that needs no working out, or how to ask again. */
async function judgeEntity(arrival: Arrival, judging: Judging): Promise<Measured | "good" | Level> {
  const { before, asks, levels } = judging;
  const { message } = arrival;
  const record = before.entities[message.entity];
  const ask = asks.get(message.entity);
  if (message.mode === "replace") return "good";
  if (message.mode === "snapshot") {
    // Only where changes are tracked is there anything to tell of what came since.
    if (arrival.segments > 0 && keyTypeOf(arrival, judging) === null) throw unasked(arrival);
    return "good";
  }
  if (message.mode === "reset") {
    const isNew = ask === undefined && !levels.has(message.entity);
    return record !== undefined && isNew ? "compare" : "whole";
  }
  if (message.mode === "ranges") {
    if (ask === undefined) throw unasked(arrival);
    const { source, ordered, description } = ask;
    const layer = await judging.store.segments(message.entity, judging.received.generation, arrival.segments);
    const measured = await measureLayer(source, ordered, description, layer, judging.progress);
    return measured.rows === message.total && measured.fingerprint === message.fingerprint ? measured : "whole";
  }
  if (record === undefined || levels.get(message.entity) === "whole") throw unasked(arrival);
  if (message.mode === "unchanged") {
    if (message.rows === null) return "good";
    return message.rows === record.rows && message.fingerprint === record.fingerprint ? "good" : "whole";
  }
  if (String(message.columns) !== String(record.columns)) return "whole";
  const type = keyTypeOf(arrival, judging);
  if (type === null) throw unasked(arrival);
  const source = { store: judging.store, entity: message.entity, order: keyOrder(type), content: record };
  const readable = new Readable(source);
  const layer = await judging.store.segments(message.entity, judging.received.generation, arrival.segments);
  const files = fileColumns(definitionOf(judging), message.entity, record.columns).map(({ column }) => column);
  const measured = await measureLayer(readable.asSource, isOrdered(type), record, layer, judging.progress, files);
  // The changes are what they are. What they lie over is compared after that, as what is damaged.
  if (readable.isDamaged) await judging.store.doubt(message.entity);
  return measured;
}

/** What the device has then of an entity that came in parts. */
export async function measureSnapshot(arrival: Arrival, base: Base, judging: Judging): Promise<Measured> {
  const { message, segments } = arrival;
  if (message.mode !== "snapshot") throw new ClientError("internal");
  const { entity, total: rows, fingerprint } = message;
  const { store, received, progress } = judging;
  const type = keyTypeOf(arrival, judging) ?? "string";
  const source = { store, entity, order: keyOrder(type), content: { ...base, layers: [] } };
  const layer = await store.segments(entity, received.generation, segments);
  return measureLayer(source, isOrdered(type), { rows, fingerprint }, layer, progress);
}

/** Type of the key where changes are tracked, else `null`. */
export function keyTypeOf({ message }: Arrival, judging: Pick<Judging, "received" | "before">): AttributeType | null {
  return trackedKeyType(definitionOf(judging), message.entity);
}

function definitionOf({ received, before }: Pick<Judging, "received" | "before">) {
  return (received.definition ?? before.definition)?.definition;
}

function unasked({ message }: Arrival): ClientError {
  return new ClientError("corrupt_response", `${message.entity} is ${message.mode}, which was not asked`);
}
