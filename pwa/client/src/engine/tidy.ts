/** Phase: fewer layers where there are many. What goes wrong here is no failure of the sync: the rows are there. */

import { compact, needsCompaction } from "../layers/compact";
import { asHaversackError } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import { visibleGenerations } from "../store/references";
import type { SyncWorld } from "./sync";

export async function tidy({ store, watchdog }: Pick<SyncWorld, "store" | "watchdog">): Promise<void> {
  const { entities, partials, definition } = await store.overview();
  const progress = () => {
    watchdog.signal.throwIfAborted();
    watchdog.touch();
  };
  for (const [entity, record] of Object.entries(entities)) {
    const kind = needsCompaction(record);
    const keyType = trackedKeyType(definition?.definition, entity);
    // Downloads that were cut lie over the same base, which has to stay.
    if (kind === null || keyType === null || entity in partials) continue;
    try {
      await compact(kind, { store, entity, record, order: keyOrder(keyType), progress });
    } catch (thrown) {
      watchdog.signal.throwIfAborted();
      // The rows are not what they are thought to be: the next sync compares them with the server's.
      if (asHaversackError(thrown).code === "corrupt_response") {
        const [generation = 0, ...layers] = visibleGenerations(record);
        await store.keepPartial(entity, { generation, layers, keyType }, record).catch(() => undefined);
      }
    }
  }
}
