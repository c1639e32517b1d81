import { expect, it } from "vitest";

import { cacheName, isOutdated } from "./caches";

it("never takes another app's cache for its own", () => {
  const mine = "/apps/a/";
  expect(isOutdated(cacheName(mine), mine)).toBe(false);
  expect(isOutdated("haversack|/apps/a/|0", mine)).toBe(true);
  for (const other of ["/apps/ab/", "/apps/a/b/", "/x/apps/a/"]) {
    expect(isOutdated(cacheName(other), mine)).toBe(false);
  }
  expect(isOutdated("workbox-precache-v2-https://example.org/apps/a/", mine)).toBe(false);
});
