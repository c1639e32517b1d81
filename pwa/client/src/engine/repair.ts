/** What a comparison leaves: a base without what was damaged in it, and how many rows were not as they should be. */

import { writeBase } from "../layers/compact";
import { mergedLines, type Source } from "../layers/merge";
import { Readable } from "../layers/readable";
import { rowFingerprint } from "../protocol/fingerprint";
import { type KeyOrder, keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { EntityRecord, Overview, Store, Switch } from "../store/store";
import type { Believed } from "./believe";

/** Rows that were not as the server has them, by entity; entities of which all were are absent. */
export type Repaired = Record<string, number>;

export interface RepairWorld {
  store: Store;
  /** What the device shows. */
  before: Pick<Overview, "entities" | "definition">;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/**
 * Of these entities, which were compared: counts what differed, and has a base written without it. `change`: what they
 * are to become, in which that is noted.
 */
export async function repair(
  entities: readonly string[],
  change: Switch,
  { asks, measured }: Believed,
  { store, before, progress }: RepairWorld,
): Promise<Repaired> {
  const repaired: Repaired = {};
  for (const entity of entities) {
    const [old, next] = [before.entities[entity], change.entities[entity]];
    if (old === undefined || next === undefined) continue;
    const keyType = trackedKeyType(before.definition?.definition, entity) ?? "string";
    const repairing = { store, entity, order: keyOrder(keyType), old, next, progress };
    const ask = asks.get(entity);
    const isOver = ask !== undefined && next.generation === old.generation;
    const known = isOver && ask.kept === 0 ? measured.get(entity)?.differing : undefined;
    const differing = known ?? (await countDiffering(repairing));
    if (differing > 0) repaired[entity] = differing;
    if (isOver && (differing > 0 || ask.isDamaged)) change.entities[entity] = await renewed(repairing);
  }
  return repaired;
}

interface Repairing {
  store: Store;
  /** What the device shows of it, and what it is to show. */
  old: EntityRecord;
  entity: string;
  order: KeyOrder;
  next: EntityRecord;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/**
 * The rows of a comparison in a base of their own: a layer over what is damaged would leave it there, for the next
 * comparison to find. What the record is then; nobody sees it before it is switched to.
 *
 * @throws ClientError `corrupt_response`: they are not those the server told of.
 */
async function renewed({ store, entity, order, next, progress }: Repairing): Promise<EntityRecord> {
  const generation = await store.newGeneration();
  return {
    ...next,
    ...(await writeBase({ store, entity, order, record: next, progress }, generation)),
    unseenFiles: null,
  };
}

/** How many rows were not as they are to be. */
async function countDiffering({ store, entity, order, old, next, progress }: Repairing): Promise<number> {
  const sourceOf = (content: EntityRecord): Source => {
    return new Readable({ store, entity, order, content }).asSource;
  };
  const before = new Map<string, number>();
  let differing = 0;
  for await (const lines of mergedLines(sourceOf(old))) {
    progress();
    for (const { key, text } of lines) before.set(String(key), rowFingerprint(encoder.encode(text)));
  }
  for await (const lines of mergedLines(sourceOf(next))) {
    progress();
    for (const { key, text } of lines) {
      if (before.get(String(key)) !== rowFingerprint(encoder.encode(text))) differing++;
      before.delete(String(key));
    }
  }
  return differing + before.size;
}

const encoder = new TextEncoder();
