/**
 * Which entities are to be compared with the server's rows (P5), and how they are asked for: those that are in doubt,
 * and now and then all of them.
 */

import { mergedLines } from "../layers/merge";
import { Readable } from "../layers/readable";
import { addFingerprints, rowFingerprint } from "../protocol/fingerprint";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { Check, EntityRecord, Overview, Store } from "../store/store";
import type { Level } from "./asks";
import { type Job, knownEntities } from "./plan";

export interface Comparison {
  /** What is known to be right after it. */
  entities: string[];
  /** Whether these are all. */
  isWhole: boolean;
  /** How those are asked for of which something is to be asked. */
  levels: Map<string, Level>;
}

export interface Comparing {
  store: Store;
  /** Milliseconds since 1970. */
  now: number;
  /** Milliseconds between two comparisons of everything. */
  every: number;
  /** Called now and then; may throw to end it. */
  progress(): void;
}

/** `null`: nothing is to be compared. */
export async function planComparison(job: Job, overview: Overview, comparing: Comparing): Promise<Comparison | null> {
  const known = knownEntities(job, overview);
  const isEverything = job.context === "" && job.entities === undefined;
  const isWhole =
    job.check === true || (isEverything && isCheckDue(overview.lastCheck, comparing.now, comparing.every));
  const entities = isWhole ? Object.keys(overview.entities) : known.filter((name) => overview.doubts.includes(name));
  if (entities.length === 0 && !isWhole) return null;
  const levels = new Map<string, Level>();
  for (const name of entities) {
    const record = overview.entities[name] as EntityRecord;
    const isTracked = trackedKeyType(overview.definition?.definition, name) !== null;
    // The server has just said how many rows the others are, and their fingerprint.
    if (isTracked) levels.set(name, "compare");
    else if (!(await isIntact(name, record, comparing))) levels.set(name, "whole");
  }
  return { entities, isWhole, levels };
}

/** A clock that was set to another time is no reason never to compare again. */
export function isCheckDue(last: Check | null, now: number, every: number): boolean {
  return last === null || !(Math.abs(now - Date.parse(last.at)) < every);
}

/** Whether the rows that are really there are those that the record tells of. */
async function isIntact(entity: string, record: EntityRecord, { store, progress }: Comparing): Promise<boolean> {
  const readable = new Readable({ store, entity, order: keyOrder("string"), content: record });
  let rows = 0;
  let fingerprint = 0;
  for await (const lines of mergedLines(readable.asSource)) {
    progress();
    rows += lines.length;
    for (const { text } of lines) fingerprint = addFingerprints(fingerprint, rowFingerprint(encoder.encode(text)));
  }
  return !readable.isDamaged && rows === record.rows && fingerprint === record.fingerprint;
}

const encoder = new TextEncoder();
