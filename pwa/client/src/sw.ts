/**
 * The service worker of one app: keeps the shell and its assets, answers every navigation in its scope with the shell,
 * and stays out of everything else, above all of the API (S3). Takes over only when it is told to.
 */

import { cacheName, isOutdated } from "./sw/caches";
import { type Entry, Shell } from "./sw/shell";
import { TAG, wakeUp } from "./sw/wake-up";
import { precachedWorker } from "./sw/worker-address";

declare const self: ServiceWorkerGlobalScope & {
  /** Put before this script by the server. */
  __HAVERSACK__: { shell: string; scope: string; precache: Entry[] };
};

const { shell, scope, precache } = self.__HAVERSACK__;
const kept = new Shell(cacheName(scope), precache);
const addresses = precache.map(({ url }) => url);

self.addEventListener("install", (event) => {
  event.waitUntil(kept.install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([kept.activate(), removeOutdated(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(kept.respond(shell));
  else if (kept.has(request.url)) event.respondWith(kept.respond(request.url));
  else if (request.destination === "worker") {
    const file = workerFile(new URL(request.url));
    if (file !== undefined) event.respondWith(workerScript(file));
  }
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
});

self.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag === TAG) waitUntil.call(event, self.clients.matchAll({ type: "window" }).then(wakeUp));
});

/** The script of the engine's worker: see `workerAddress`. */
function workerFile({ pathname }: URL): string | undefined {
  return pathname.startsWith(scope) ? precachedWorker(pathname, addresses) : undefined;
}

/** Under the address that was asked for: the worker is then in scope, as its page is. */
async function workerScript(file: string): Promise<Response> {
  const { body, headers } = await kept.respond(file);
  return new Response(body, { headers });
}

/** Removes caches of earlier formats; those of other apps on this origin are not ours. */
async function removeOutdated(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => isOutdated(name, scope)).map((name) => caches.delete(name)));
}
