/// <reference types="vite/client" />
/** Puts `window.offline` in place, and starts the engine behind it. */

import { readConfig } from "./config";
import type { Listener } from "./engine/events";
import { speak } from "./language";
import { browserNetwork } from "./network";
import { createRuntime } from "./runtime";
import { isWakeUp } from "./sw/wake-up";
import { workerAddress } from "./sw/worker-address";
import { engineBehind } from "./wire";
import workerUrl from "./worker?worker&url";
import { openIn } from "./worker-start";

export const config = readConfig(document);
speak(config);
const worker = new Worker(workerAddress(workerUrl, config.base), { type: "module" });
let told: Listener = () => undefined;
const engine = engineBehind(worker, () => told);

window.offline = createRuntime({
  config,
  engine,
  open(listener) {
    told = listener;
    return openIn(worker, () => engine.open(config, page()));
  },
  networkType: () => browserNetwork().type(),
  persist: async () => (await navigator.storage?.persist?.().catch(() => false)) ?? false,
  pressed: () => navigator.userActivation?.isActive ?? false,
});

window.addEventListener("online", () => engine.hint(true));
window.addEventListener("offline", () => engine.hint(false));
document.addEventListener("visibilitychange", () => void (page().visible ? engine.resume() : engine.pause()));
// Pages that the browser keeps for going back stand still meanwhile, whether or not they were hidden first.
window.addEventListener("pagehide", () => engine.pause());
window.addEventListener("pageshow", ({ persisted }) => persisted && page().visible && engine.resume());
// The service worker was woken since there is a network again.
navigator.serviceWorker?.addEventListener("message", ({ data }) => isWakeUp(data) && engine.hint(true));

// A browser that holds a session already needs no second sign-in. Nothing is synced: that is asked for, by a person
// or by the triggers that the app's settings switch on (Q3).
if (!config.anonymous) void window.offline.ready.then(() => engine.adoptSession()).catch(() => undefined);

function page(): { online: boolean; visible: boolean } {
  return { online: navigator.onLine, visible: document.visibilityState === "visible" };
}
