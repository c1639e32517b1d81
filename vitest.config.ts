import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["pwa/client/src/**/*.test.ts"],
    environment: "node",
    // Nothing waits for a clock: a test that is slow has a slow machine, and only a hanging one takes this long.
    testTimeout: 60_000,
  },
});
