import { expect, it } from "vitest";

import { precachedWorker, workerAddress } from "./worker-address";

const precached = ["/apps/shop/", "/static/pwa/build/assets/main-x.js", "/static/pwa/build/assets/worker-abc.js"];

it.each([
  "https://example.org/static/pwa/build/assets/worker-abc.js",
  "https://cdn.example.net/build/assets/worker-abc.js",
])("a page asks for its worker in scope, wherever static files are: %s", (url) => {
  expect(workerAddress(url, "/apps/shop/")).toBe("/apps/shop/worker-abc.js");
});

it("the service worker knows which file is meant", () => {
  expect(precachedWorker("/apps/shop/worker-abc.js", precached)).toBe(precached[2]);
  expect(precachedWorker("/apps/shop/worker-old.js", precached)).toBe(undefined);
});
