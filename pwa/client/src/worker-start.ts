/** Opening the engine in its worker, which may not come up at all. */

import { ClientError } from "./protocol/errors";

/** Rejects when the worker fails before it has answered: without that the page would wait for it for ever. */
export function openIn(worker: EventTarget, open: () => Promise<void>): Promise<void> {
  const failed = new Promise<never>((_resolve, reject) => {
    for (const type of ["error", "messageerror"]) {
      worker.addEventListener(type, (event) => reject(new ClientError("internal", event)), { once: true });
    }
  });
  return Promise.race([open(), failed]);
}
