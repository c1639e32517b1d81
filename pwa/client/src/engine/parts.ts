/**
 * Phase: the parts of snapshots (decision 0015), each from wherever it is to be had: from a download that was cut, from
 * the rows on the device, from the server. A part has the same content everywhere, which its sum proves.
 */

import { isRising, keysOf } from "../layers/overlay";
import type { Digest } from "../ports";
import { asHaversackError, ClientError, type HaversackError } from "../protocol/errors";
import type { KeyOrder } from "../protocol/keys";
import type { PartMessage } from "../protocol/messages";
import type { Content, Overview, Place, Segment, Store } from "../store/store";

/** Requests at a time: enough that a slow line is never idle, few enough that one part after the other is complete. */
const AT_ONCE = 4;

/** A base without anything over it. */
export type Base = Omit<Content, "layers">;

/** The parts of one entity, in their order. */
export interface Listed {
  entity: string;
  parts: readonly PartMessage[];
  /** How its keys are ordered; `null` where nothing has to be known of it. */
  order: KeyOrder | null;
}

export interface FetchingParts {
  store: Store;
  /** Where they are to be staged. */
  generation: number;
  /** What the device has, and the parts of cut downloads. */
  now: Pick<Overview, "entities" | "parts">;
  sha256: Digest;
  /** `null`: the server no longer has it. */
  download(entity: string, part: PartMessage): Promise<Uint8Array<ArrayBuffer> | null>;
  /** A part is here that was not, or (`false`) one is damaged that was taken to be here. May throw to end it. */
  progress(part: PartMessage, isHere: boolean): void;
  /** A part is staged. */
  staged(entity: string, place: Place, rows: number): void;
}

/**
 * Everything that is listed, staged, by entity; `null` when the server no longer has some of it: then it has another
 * list. What arrived is kept in any case.
 *
 * @throws HaversackError: why a part could not be had.
 */
export async function fetchParts(
  listed: readonly Listed[],
  fetching: FetchingParts,
): Promise<Map<string, Base> | null> {
  const { store, generation, now, sha256, download, progress, staged } = fetching;
  const queue = listed.flatMap(({ entity, parts, order }) => parts.map((part) => ({ entity, part, order })));
  const lasts = new Map(listed.map(({ entity, parts }) => [entity, new Array<Last>(parts.length)]));
  const here = new Map(listed.map(({ entity }) => [entity, placesOf(entity, now)]));
  const end: { isGone: boolean; error: HaversackError | null } = { isGone: false, error: null };

  async function fetchOne({ entity, part, order }: (typeof queue)[number]): Promise<void> {
    const at = here.get(entity)?.get(part.sum);
    let text = at === undefined ? null : await readPart(store, entity, part, at, sha256);
    if (at !== undefined && text === null) progress(part, false);
    const isNew = text === null;
    if (text === null) {
      // A connection that broke says nothing about the next: whoever looks at what came (P3) need not notice.
      const bytes = await download(entity, part).catch((error: unknown) => {
        if (asHaversackError(error).code !== "network") throw error;
        return download(entity, part);
      });
      if (bytes === null) {
        end.isGone = true;
        return;
      }
      text = await verified(part, bytes, sha256);
    }
    const segment: Segment = { first: part.first, last: part.last, rows: part.rows, text };
    const moved = !isNew && at?.isStaged ? { generation: at.generation, number: at.number } : undefined;
    const place = { generation, number: part.number };
    await store.stagePart(entity, place, part.sum, segment, moved);
    staged(entity, place, part.rows);
    const last = order !== null && isRising(order, keysOf(segment)) ? part : null;
    (lasts.get(entity) ?? [])[part.number] = last;
    if (isNew) progress(part, true);
  }

  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined && end.error === null && !end.isGone; next = queue.shift()) {
      try {
        await fetchOne(next);
      } catch (thrown) {
        end.error ??= asHaversackError(thrown);
      }
    }
  }

  // Those that are on their way when one fails still arrive, and need not travel again.
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (end.error !== null) throw end.error;
  if (end.isGone) return null;
  return new Map(listed.map((one) => [one.entity, baseOf(one, generation, lasts.get(one.entity) ?? [])]));
}

/** Whether a part is on the device, as far as is noted. */
export function hasPart(entity: string, { sum }: PartMessage, now: FetchingParts["now"]): boolean {
  return now.parts[entity]?.[sum] !== undefined || now.entities[entity]?.sums.includes(sum) === true;
}

/** A part whose rows come in order, with its keys; `null` for any other. */
type Last = Pick<PartMessage, "first" | "last"> | null;

interface Found extends Place {
  /** It is seen by nobody. */
  isStaged: boolean;
}

function placesOf(entity: string, { entities, parts }: FetchingParts["now"]): Map<string, Found> {
  const places = new Map<string, Found>();
  const { generation = 0, sums = [] } = entities[entity] ?? {};
  for (const [number, sum] of sums.entries())
    if (sum !== null) places.set(sum, { generation, number, isStaged: false });
  for (const [sum, place] of Object.entries(parts[entity] ?? {})) places.set(sum, { ...place, isStaged: true });
  return places;
}

/** The text of a part that is on the device, if it is still what it was. */
async function readPart(
  store: Store,
  entity: string,
  { sum }: PartMessage,
  { generation, number }: Place,
  sha256: Digest,
): Promise<string | null> {
  const text: unknown = (await store.segment(entity, generation, number))?.text;
  if (typeof text !== "string") return null;
  return hex(await sha256(encoder.encode(text))) === sum ? text : null;
}

/** The text of a part that came. @throws ClientError `corrupt_response`. */
async function verified(part: PartMessage, bytes: Uint8Array<ArrayBuffer>, sha256: Digest): Promise<string> {
  if (hex(await sha256(bytes)) !== part.sum) throw new ClientError("corrupt_response", part.sum);
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  if (lines !== part.rows || bytes.at(-1) !== LINE_FEED) throw new ClientError("corrupt_response", "rows of a part");
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new ClientError("corrupt_response", error);
  }
}

function baseOf({ parts, order }: Listed, generation: number, found: readonly Last[]): Base {
  const lasts: Base["lasts"] = [];
  let greatest: Last = null;
  // From the first that is not where it should be, nothing is known of which keys are in which.
  let isPlaced = order !== null;
  for (const last of found) {
    if (last === null || (greatest !== null && order !== null && order(greatest.last, last.first) >= 0))
      isPlaced = false;
    lasts.push(isPlaced && last !== null ? last.last : null);
    greatest = last;
  }
  const sums = parts.map(({ sum }) => sum);
  const bytes = parts.reduce((all, part) => all + part.bytes, 0);
  return { generation, segments: parts.length, lasts, sums, bytes };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const LINE_FEED = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
