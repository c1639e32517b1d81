/**
 * New versions of the app. The service worker never takes over by itself: a person who is filling in a form, or a
 * sync that is running, is not interrupted. The screens are told that a version waits, and say when.
 */

type Listener = () => void;

const listeners = new Set<Listener>();
let waiting: ServiceWorker | null = null;
/** Another tab applied the update: this page runs the old code under the new service worker until it is reloaded. */
let replaced = false;
let reloading = false;

/** Calls back when a new version waits, at once when one already does. Returns a function that stops it. */
export function onUpdateWaiting(callback: Listener): () => void {
  listeners.add(callback);
  if (waiting !== null || replaced) callback();
  return () => listeners.delete(callback);
}

/** Starts the waiting version and reloads this page. Does nothing when none waits. */
export function applyUpdate(): void {
  if (replaced) {
    reload();
  } else if (waiting !== null) {
    reloading = true;
    waiting.postMessage({ type: "SKIP_WAITING" });
  }
}

/** Registers the service worker at `<base>sw.js`, and watches it. Resolves without one where there are none. */
export async function registerServiceWorker(base: string): Promise<void> {
  const container = navigator.serviceWorker;
  if (container === undefined) return;
  // The first service worker claims the page it was installed from: that is no update, and no reason to reload.
  let controlled = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    if (reloading) {
      reload();
    } else if (controlled) {
      replaced = true;
      announce();
    }
    controlled = true;
  });
  const registration = await container.register(`${base}sw.js`, { scope: base });
  note(registration);
  const watch = () => registration.installing?.addEventListener("statechange", () => note(registration));
  registration.addEventListener("updatefound", watch);
  // Browsers look for one while the page loads: it may be on its way already.
  watch();
}

function note(registration: ServiceWorkerRegistration): void {
  // Without a controller the waiting one is the first, and activates by itself.
  if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
  waiting = registration.waiting;
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}

let reloaded = false;

function reload(): void {
  if (reloaded) return;
  reloaded = true;
  location.reload();
}
