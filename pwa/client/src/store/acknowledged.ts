/** What the server has acknowledged lately, in the store `outbox` (W6): a few hundred entries, of the last weeks. */

import type { IDBPObjectStore } from "idb";

import type { Acknowledged } from "../outbox/types";
import type { Names, UserSchema } from "./schema";

type Outbox<Mode extends IDBTransactionMode> = IDBPObjectStore<UserSchema, Names[], "outbox", Mode>;

export const MOST_ACKNOWLEDGED = 500;
/** Milliseconds: 30 days. A server that is set back further has lost more than one device can tell. */
export const ACKNOWLEDGED_FOR = 30 * 24 * 3600 * 1000;
/** In front of their numbers; ids of mutations are UUIDs, which sort before. */
const PREFIX = "known:";
const DIGITS = 15;

export async function acknowledgedIn(
  outbox: Outbox<"readonly" | "readwrite" | "versionchange">,
): Promise<Acknowledged[]> {
  return (await outbox.getAll(all())) as Acknowledged[];
}

/** Notes more of it. By number, not by time: a clock may be set back. */
export async function acknowledge(
  outbox: Outbox<"readwrite">,
  more: readonly Omit<Acknowledged, "id">[],
): Promise<void> {
  const newest = more.slice(-MOST_ACKNOWLEDGED);
  const [{ at: now } = { at: 0 }] = newest.slice(-1);
  const last = await outbox.openKeyCursor(all(), "prev");
  let number = Number(last?.key.slice(PREFIX.length) ?? 0);
  for (const one of newest) {
    await outbox.put({ ...one, id: PREFIX + String(++number).padStart(DIGITS, "0") });
  }
  let count = await outbox.count(all());
  let cursor = await outbox.openCursor(all());
  while (cursor !== null && (count > MOST_ACKNOWLEDGED || isOld(cursor.value as Acknowledged, now))) {
    await cursor.delete();
    count--;
    cursor = await cursor.continue();
  }
}

function isOld({ at }: Acknowledged, now: number): boolean {
  return at < now - ACKNOWLEDGED_FOR;
}

function all(): IDBKeyRange {
  return IDBKeyRange.bound(PREFIX, `${PREFIX}:`);
}
