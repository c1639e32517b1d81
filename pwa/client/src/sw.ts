/**
 * The service worker of one app: keeps the shell and its assets, answers every navigation in its scope with the shell,
 * and stays out of everything else, above all of the API (S3). Takes over only when it is told to.
 */

import { PrecacheController, PrecacheRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

import { cacheName, isOutdated } from "./sw/caches";
import { TAG, wakeUp } from "./sw/wake-up";
import { precachedWorker } from "./sw/worker-address";

declare const self: ServiceWorkerGlobalScope & {
  /** Put before this script by the server. */
  __HAVERSACK__: { shell: string; scope: string; precache: { url: string; revision: string | null }[] };
};

const { shell, scope, precache } = self.__HAVERSACK__;
const controller = new PrecacheController({
  cacheName: cacheName(scope),
  plugins: [
    {
      // The sign-in page of a network must not become the app.
      fetchDidSucceed: async ({ response }) => {
        if (response.redirected || response.status !== 200) throw new Error(`${response.url}: ${response.status}`);
        // A cache compares the headers that `Vary` names. Those of a navigation are not those of this request, so the
        // shell would be kept and never found.
        const headers = new Headers(response.headers);
        headers.delete("Vary");
        return new Response(response.body, { status: response.status, headers });
      },
    },
  ],
});

controller.addToCacheList(precache);
registerRoute(new PrecacheRoute(controller, { directoryIndex: "", cleanURLs: false, ignoreURLParametersMatching: [] }));
registerRoute(new NavigationRoute(controller.createHandlerBoundToURL(shell)));

// The script of the engine's worker: see `workerAddress`.
registerRoute(
  ({ request, url }) => request.destination === "worker" && url.pathname.startsWith(scope),
  async ({ request, url }) => {
    const file = precachedWorker(
      url.pathname,
      precache.map((entry) => entry.url),
    );
    if (file === undefined) return fetch(request);
    const { body, headers } = (await controller.matchPrecache(file)) ?? (await fetch(file));
    // Under the address that was asked for: the worker is then in scope, as its page is.
    return new Response(body, { headers });
  },
);

self.addEventListener("install", (event) => {
  event.waitUntil(controller.install(event));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([controller.activate(event), removeOutdated(), self.clients.claim()]));
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
});

self.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag === TAG) waitUntil.call(event, self.clients.matchAll({ type: "window" }).then(wakeUp));
});

/** Removes caches of earlier formats; those of other apps on this origin are not ours. */
async function removeOutdated(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => isOutdated(name, scope)).map((name) => caches.delete(name)));
}
