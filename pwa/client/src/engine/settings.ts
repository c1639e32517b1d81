/** When an app syncs by itself: its settings in the admin, as they came with the definition (Q3). */

import type { Definition, SyncSettings } from "../api";

/** Of an app that says nothing: everything is off. */
export const OFF: SyncSettings = {
  on_online: false,
  on_resume: false,
  on_login: false,
  on_start: false,
  on_change: false,
  every: 0,
  retry: false,
  retry_interval: 30,
  not_on_metered: false,
};

/** As they came: a server that is older than this client leaves settings out. */
export function syncSettings(settings: Definition["settings"]): SyncSettings {
  return { ...OFF, ...settings?.sync };
}
