import { defineConfig } from "vite";

/** The store's contract as one script, to be run in a page by `tests/browser/test_store.py`. */
export default defineConfig({
  publicDir: false,
  resolve: { alias: { vitest: new URL("pwa/client/src/testing/suite.ts", import.meta.url).pathname } },
  build: {
    target: "es2022",
    modulePreload: false,
    minify: false,
    lib: {
      entry: "pwa/client/src/testing/contract-page.ts",
      formats: ["iife"],
      name: "contract",
      fileName: () => "contract.js",
    },
  },
});
