/** What the state of syncing is called, in one place: every screen says the same about the same state. */
import type { AppState, SyncError, SyncProgress, SyncResult } from "../api";
import type { Formatter } from "./format";
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
  return name ? t(name) : error.message.replace(/\.$/, "") || error.code;
}

export function phaseText({ phase, done, total }: SyncProgress, format: Formatter): string {
  const numbers = { done: format.count(done), total: format.count(total) };
  switch (phase) {
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

/** The short text beside the sync button, when it is not simply the time of the last sync. */
export function stateText(state: AppState, format: Formatter): string | null {
  const { syncing } = state;
  if (syncing) {
    const measured = syncing.total > 0 && (syncing.phase === "rows" || syncing.phase === "files");
    return measured ? t("syncingPercent", { percent: format.percent(syncing.done, syncing.total) }) : t("syncing");
  }
  if (!state.online) return t("offline");
  if (state.lastError) return t("syncFailed");
  return state.lastSync ? null : t("neverSynced");
}

export function resultText(result: SyncResult, format: Formatter): string {
  const rows = Object.values(result.received).reduce((sum, count) => sum + count, 0);
  return rows ? t("rowsUpdated", { count: rows, number: format.count(rows) }) : t("upToDate");
}
