import { beforeEach, expect, it, vi } from "vitest";

class Worker extends EventTarget {}

/** A page that an older service worker controls, and the registration that it finds. */
function page() {
  const registration = Object.assign(new EventTarget(), {
    installing: null as Worker | null,
    waiting: null as Worker | null,
    /** The newer one is ready, and waits. */
    installed(): void {
      const { installing } = registration;
      Object.assign(registration, { installing: null, waiting: installing });
      installing?.dispatchEvent(new Event("statechange"));
    },
  });
  const serviceWorker = Object.assign(new EventTarget(), {
    controller: new Worker(),
    register: async () => registration,
  });
  vi.stubGlobal("navigator", { serviceWorker });
  return registration;
}

async function open() {
  vi.resetModules();
  const { onUpdateWaiting, registerServiceWorker } = await import("./updates");
  const told = vi.fn();
  onUpdateWaiting(told);
  await registerServiceWorker("/apps/catalog/");
  return told;
}

beforeEach(() => vi.unstubAllGlobals());

it("a new version that is found later is told of when it waits", async () => {
  const registration = page();
  const told = await open();
  registration.installing = new Worker();
  registration.dispatchEvent(new Event("updatefound"));
  expect(told).not.toHaveBeenCalled();
  registration.installed();
  expect(told).toHaveBeenCalledOnce();
});

it("a new version that was found before the page asked is told of when it waits", async () => {
  const registration = page();
  registration.installing = new Worker();
  const told = await open();
  expect(told).not.toHaveBeenCalled();
  registration.installed();
  expect(told).toHaveBeenCalledOnce();
});

it("a new version that waits already is told of at once", async () => {
  page().waiting = new Worker();
  expect(await open()).toHaveBeenCalledOnce();
});
