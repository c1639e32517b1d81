import { defineConfig } from "vite";

/** The page and its worker. The service worker is built by `vite.sw.config.ts`: it has to be one classic script. */
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "pwa/static/pwa/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    // The app's policy allows no script and no worker that is not a file of its own.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: "pwa/client/src/main.ts" },
  },
  worker: { format: "es" },
});
