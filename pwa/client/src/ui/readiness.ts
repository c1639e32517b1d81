/** Whether everything works without a connection, and what is missing where not. Pure. */
import type { AppState, StorageReport } from "../api";
import { LOCAL } from "../protocol/patterns";

export type Missing =
  | { what: "data"; entities: string[] }
  | { what: "app" }
  | { what: "pictures"; count: number | null };

/** `shell`: whether an active service worker keeps the app's own files. Empty exactly when all is here. */
export function missingOffline(state: AppState, storage: StorageReport | null, shell: boolean): Missing[] {
  const { definition, entities } = state;
  const missing: Missing[] = [];
  const absent =
    definition?.entities.filter(({ name, pattern }) => pattern !== LOCAL && !entities[name]).map(({ name }) => name) ??
    [];
  if (!definition || absent.length || !state.lastSync) missing.push({ what: "data", entities: absent });
  if (!shell) missing.push({ what: "app" });
  // The device's own count knows the budget; the state's speaks of all that are wanted.
  const pictures = storage ? storage.pictures.missing : state.filesMissing;
  const pictured = definition?.entities.some((entity) => entity.pictures.length) ?? false;
  if (pictured && (pictures !== 0 || state.filesMissing === null)) {
    missing.push({ what: "pictures", count: state.filesMissing === null ? null : pictures });
  }
  return missing;
}
