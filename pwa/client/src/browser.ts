/** The ports of the engine, as browsers have them. */

import { browserNetwork } from "./network";
import type { Digest, Locks, Ports, StorageFigures } from "./ports";
import { sha256 } from "./protocol/sha256";
import { randomId } from "./random-id";
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
    random: () => Math.random(),
    uuid: randomId,
    // The builder would look for it among its own files.
    load: (url) => import(/* @vite-ignore */ url),
    network: browserNetwork(),
    fetch: (input, init) => fetch(input, init),
    locks: browserLocks(),
    channel: {
      post: (message) => channel.postMessage(message),
      listen(callback) {
        channel.onmessage = (event: MessageEvent) => callback(event.data);
      },
    },
    sha256: browserDigest(),
    storage: browserStorage(),
    stores: {
      device: (name) => new IdbDeviceStore(name),
      user: (name, key) => new IdbStore(name, key, randomId),
    },
  };
}

/** Over plain HTTP there are no locks. They are a courtesy between tabs: the data is safe without. */
function browserLocks(): Locks {
  const { locks } = navigator;
  if (locks === undefined) return { request: (_name, _options, work) => work() };
  // The types of the DOM say that the result is awaited, in words that no generic understands.
  return { request: (name, options, work) => locks.request(name, options, work) as Promise<never> };
}

/** Over plain HTTP there is no WebCrypto, which is several times faster. */
function browserDigest(): Digest {
  const { subtle } = crypto;
  if (subtle === undefined) return async (bytes) => sha256(bytes);
  return async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
}

/** Only secure contexts have it, and not all browsers tell everything. */
function browserStorage(): StorageFigures {
  const storage: StorageManager | undefined = navigator.storage;
  return {
    async estimate() {
      const told = await storage?.estimate?.().catch(() => null);
      return told?.usage === undefined || told.quota === undefined ? null : { usage: told.usage, quota: told.quota };
    },
    persisted: async () => (await storage?.persisted?.().catch(() => null)) ?? null,
  };
}
