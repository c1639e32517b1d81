/** What the state of syncing is called, in one place: every screen says the same about the same state. */
import type { AppState, SyncError, SyncProgress, SyncResult } from "../api";
import type { Formatter } from "./format";
import { findEntity } from "./model";
import { type TextName, t } from "./texts";

const reasons: Record<string, TextName> = {
  network: "reasonNetwork",
  server_error: "reasonServer",
  throttled: "reasonThrottled",
  sign_in_required: "reasonSignIn",
  permission_denied: "reasonPermission",
  wrong_user: "reasonWrongUser",
  quota: "reasonQuota",
  timeout: "reasonTimeout",
  incomplete_response: "reasonTimeout",
  corrupt_response: "reasonTimeout",
  not_haversack: "reasonStranger",
  storage: "reasonStorage",
  protocol_unsupported: "reasonVersion",
};

/** By code; a code this app has no words for keeps the message that came with it. */
export function reason(error: SyncError): string {
  const name = reasons[error.code];
  const why = name ? t(name) : error.message.replace(/\.$/, "") || error.code;
  return error.about ? t("reasonOf", { title: error.about.title, reason: why }) : why;
}

export function phaseText({ phase, done, total }: SyncProgress, format: Formatter): string {
  const numbers = { done: format.count(done), total: format.count(total) };
  switch (phase) {
    case "push":
      return total ? t("phasePush", numbers) : t("phaseConnect");
    case "connect":
      return t("phaseConnect");
    case "rows":
      return t("phaseRows", numbers);
    case "apply":
      return t("phaseApply");
    case "files":
      return t("phaseFiles", numbers);
  }
}

export type StateLook = "busy" | "offline" | "failed" | "good";

/** Without a network nothing has failed: it waits. */
export function stateLook({ syncing, online, lastError }: AppState): StateLook {
  if (syncing) return "busy";
  if (!online) return "offline";
  return lastError ? "failed" : "good";
}

/** The state in a word or two. */
export function stateTitle(state: AppState): string {
  const good = state.lastSync ? "upToDate" : "neverSynced";
  return t(({ busy: "syncing", offline: "networkOffline", failed: "syncFailed", good } as const)[stateLook(state)]);
}

/** "about 3 minutes left"; empty while nothing can be said. */
export function remainingText(seconds: number | null, format: Formatter): string {
  if (seconds === null) return "";
  if (seconds < 10) return t("remainingMoment");
  const minutes = Math.max(Math.round(seconds / 60), 1);
  const rounded = Math.ceil(seconds / 10) * 10;
  return rounded < 60
    ? t("remainingSeconds", { count: rounded, number: format.count(rounded) })
    : t("remainingMinutes", { count: minutes, number: format.count(minutes) });
}

/** What a comparison with the server found. */
export function checkText(repaired: Record<string, number>, { definition }: AppState, format: Formatter): string {
  const parts = Object.entries(repaired)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => {
      const entity = findEntity(definition, name);
      const label = count === 1 ? entity?.label : entity?.label_plural;
      return t("results", { number: format.count(count), name: label ?? name });
    });
  return parts.length ? t("checkRepaired", { what: format.list(parts) }) : t("checkGood");
}

/** The short text beside the sync button, when it is not simply the time of the last sync. */
export function stateText(state: AppState, format: Formatter): string | null {
  const { syncing } = state;
  if (syncing) {
    if (syncing.phase === "push" && syncing.total > 0) return phaseText(syncing, format);
    const measured = syncing.total > 0 && (syncing.phase === "rows" || syncing.phase === "files");
    return measured ? t("syncingPercent", { percent: format.percent(syncing.done, syncing.total) }) : t("syncing");
  }
  if (!state.online) return t("offline");
  if (state.lastError) return t("syncFailed");
  const unsent = state.pending?.unsent ?? 0;
  if (unsent) return t("notSent", { count: unsent, number: format.count(unsent) });
  return state.lastSync ? null : t("neverSynced");
}

/** What became of the changes that were sent; empty when none were. */
function pushedText({ pushed }: SyncResult, format: Formatter): string {
  if (!pushed) return "";
  const { applied, conflict, rejected, gone } = pushed;
  const turn = conflict + rejected + gone;
  const sent = applied ? t("changesSent", { count: applied, number: format.count(applied) }) : "";
  if (!turn) return sent;
  const one = applied ? "changesNeedYou" : "changesAttention";
  const needs = t(one, { count: turn, number: format.count(turn) });
  return sent ? t("sentAndMore", { one: sent, other: needs }) : needs;
}

/** Whether a person has to look at what became of their changes. */
export function needsSomebody({ pushed }: SyncResult): boolean {
  return !!pushed && pushed.conflict + pushed.rejected + pushed.gone > 0;
}

export function resultText(result: SyncResult, format: Formatter): string {
  const pushed = pushedText(result, format);
  // What came along with one's own changes is mostly these.
  if (pushed) return pushed;
  const rows = Object.values(result.received).reduce((sum, count) => sum + count, 0);
  return rows ? t("rowsUpdated", { count: rows, number: format.count(rows) }) : t("upToDate");
}

/** What has come and what comes in all: bytes say more about time than rows do, where they are known. */
export function measure({ phase, done, total, bytes = 0, totalBytes = 0 }: SyncProgress): [number, number] {
  return phase === "rows" && totalBytes > 0 ? [bytes, totalBytes] : [done, total];
}
