/** The ports of the engine, as browsers have them. */

import type { Ports } from "./ports";
import { IdbDeviceStore } from "./store/device";
import { IdbStore } from "./store/user";

export function browserPorts(app: string): Ports {
  const channel = new BroadcastChannel(`haversack/${app}`);
  return {
    clock: {
      now: () => Date.now(),
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    fetch: (input, init) => fetch(input, init),
    locks: {
      // The types of the DOM say that the result is awaited, in words that no generic understands.
      request: (name, options, work) => navigator.locks.request(name, options, work) as Promise<never>,
    },
    channel: {
      post: (message) => channel.postMessage(message),
      listen(callback) {
        channel.onmessage = (event: MessageEvent) => callback(event.data);
      },
    },
    stores: {
      device: (name) => new IdbDeviceStore(name),
      user: (name, key) => new IdbStore(name, key, () => crypto.randomUUID()),
    },
  };
}
