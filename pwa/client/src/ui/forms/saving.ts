/** Saves what a form holds, and says what came of it. */
import type { AppState, EntityDefinition, Key, LocalFacts } from "../../api";
import { LOCAL } from "../../protocol/patterns";
import { write } from "../data/write";
import { t } from "../texts";
import { anewOf, editsOf, type Filling, type Placed, tellFields } from "./filling";
import type { Refusal } from "./refusal";
import { type FormText, f } from "./texts";

/** `detail` of `hv-saved`. */
export interface Saved {
  entity: string;
  key: Key;
  isNew: boolean;
}

/** What is to be saved; of a record that went meanwhile, all of it as another. */
export function placedOf(filling: Filling, { records }: Refusal, isGone: boolean): Placed[] {
  const newKey = () => window.offline.newKey();
  if (isGone) return anewOf(filling, newKey());
  const placed = editsOf(filling, newKey);
  // Who saves what was refused wants it sent again: also those records that nothing was typed into.
  return [...placed, ...records.filter(({ of }) => !placed.some((one) => one.of === of))];
}

/**
 * @returns the record's key.
 * @throws what `window.offline` rejects with: see `failureOf`.
 */
export async function save({ key, editing }: Filling, placed: Placed[], change: LocalFacts | null): Promise<Key> {
  const [first] = placed;
  if (first === undefined) {
    // Nothing to correct: it is to be tried as it is.
    if (change?.state === "gone") await window.offline.resend([change.change]);
    return key as Key;
  }
  const [made] = await write(placed.map(({ edit }) => edit));
  return (first.of === editing ? made : key) as Key;
}

/** Why it was not saved, where no field is to blame; the fields that are have been told. */
export function failureOf(error: unknown, placed: Placed[]): string[] {
  const { code, fields, message } = error as { code?: string; fields?: Record<string, string[]>; message?: string };
  if (code === "invalid_values" && fields !== undefined) return tellFields(placed, fields);
  if (code === "quota") return [`${t("quotaTitle")}.`, t("quotaHint")];
  return [f("saveFailed", { reason: message ?? "" }), f("saveFailedHint")];
}

/** What is said of what was saved: where it is, and when it goes on. */
export function savedText(
  { pattern }: EntityDefinition,
  change: LocalFacts | null,
  { online, sessionExpired }: AppState,
): FormText {
  if (pattern === LOCAL) return "savedLocal";
  if (change?.state === "conflict") return "savedConflict";
  if (!online) return "savedOffline";
  return sessionExpired ? "savedSignIn" : "savedOnline";
}
