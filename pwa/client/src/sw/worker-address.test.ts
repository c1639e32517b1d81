import { expect, it } from "vitest";

import { precachedWorker, workerAddress } from "./worker-address";

const url = "https://example.org/static/pwa/build/assets/worker-abc.js";
const precached = ["/apps/shop/", "/static/pwa/build/assets/main-x.js", "/static/pwa/build/assets/worker-abc.js"];

it("a controlled page asks for its worker in scope, and the service worker knows which file is meant", () => {
  expect(workerAddress(url, "/apps/shop/", true)).toBe("/apps/shop/worker-abc.js");
  expect(precachedWorker("/apps/shop/worker-abc.js", precached)).toBe(precached[2]);
  expect(precachedWorker("/apps/shop/worker-old.js", precached)).toBe(undefined);
});

it("a page that is not controlled yet asks for the file itself", () => {
  expect(workerAddress(url, "/apps/shop/", false)).toBe(url);
});
