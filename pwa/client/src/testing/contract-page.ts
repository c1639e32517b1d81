/** The store's contract in a page (see `tests/browser/test_store.py`): the browser's own IndexedDB, no double of it. */

import { storeContract } from "../store/contract";
import { IdbStore } from "../store/user";
import { cases } from "./suite";

let replicas = 0;
storeContract("a browser", (user) => new IdbStore("contract", user, () => `replica-${++replicas}`));

/** What went wrong, by the name of the case; and how many cases there were. */
async function runContract(): Promise<{ cases: number; failures: Record<string, string> }> {
  const failures: Record<string, string> = {};
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      failures[name] = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    }
  }
  return { cases: cases.length, failures };
}

Object.assign(window, { runContract });
