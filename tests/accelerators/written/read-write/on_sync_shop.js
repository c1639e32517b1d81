/**
 * What a sync of the app "shop" does, on the device.
 *
 * `manage.py createsyncaction` wrote it, and it is yours now. `sync.context` is "" where everything is to be synced, as
 * by all triggers. Haversack's docs/client.md tells what else there is.
 */

import { SyncLocalKind } from "./sync_local_kind.js";
import { SyncLocalThing } from "./sync_local_thing.js";

export default async function onSync(sync) {
  // The entities of the context.
  const rest = new Set(await sync.wanted());

  // One after the other, those that are written out (createsyncaction adds to them):
  if (rest.delete("LocalThing")) await SyncLocalThing(sync);
  if (rest.delete("LocalKind")) await SyncLocalKind(sync);

  // All others in one request.
  if (rest.size > 0) await sync.actions.sync([...rest]);
}
