import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["pwa/client/src/**/*.test.ts"],
    environment: "node",
  },
});
