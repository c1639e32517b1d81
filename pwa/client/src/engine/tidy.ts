/**
 * Phase: rows that nobody may see leave the device (S1), and there are fewer layers where there are many. What goes
 * wrong here is no failure of the sync: what is to be shown is there. The next sync takes it up again.
 */

import { compact, needsCompaction } from "../layers/compact";
import { removeLeftovers } from "../layers/leftovers";
import { asHaversackError } from "../protocol/errors";
import { keyOrder } from "../protocol/keys";
import { trackedKeyType } from "../protocol/patterns";
import type { SyncWorld } from "./sync";

export async function tidy({ store, watchdog }: Pick<SyncWorld, "store" | "watchdog">): Promise<void> {
  const { entities, partials, definition, doubts } = await store.overview();
  const progress = () => {
    watchdog.signal.throwIfAborted();
    watchdog.touch();
  };
  for (const [entity, before] of Object.entries(entities)) {
    const keyType = trackedKeyType(definition?.definition, entity);
    // What is to be compared first stays as it is.
    if (keyType === null || doubts.includes(entity)) continue;
    let record = before;
    const work = { store, entity, order: keyOrder(keyType), progress };
    /** Whether it went well. */
    const attempt = async (step: () => Promise<void>): Promise<boolean> => {
      try {
        await step();
        return true;
      } catch (thrown) {
        watchdog.signal.throwIfAborted();
        // The rows are not what they are thought to be: the next sync compares them with the server's.
        if (asHaversackError(thrown).code === "corrupt_response") await store.doubt(entity).catch(() => undefined);
        return false;
      }
    };
    // Downloads that were cut lie over the same base, which has to stay.
    const kind = entity in partials ? null : needsCompaction(record);
    if (kind === "base" && (await attempt(() => compact("base", { ...work, record })))) continue;
    if (record.leftovers !== null) {
      await attempt(async () => {
        record = await removeLeftovers({ ...work, record });
      });
    }
    if (kind === "layers") await attempt(() => compact("layers", { ...work, record }));
  }
}
