import { defineConfig } from "vite";

/** The service worker: one classic script, next to what `vite.config.ts` builds, under a name that never changes. */
export default defineConfig({
  publicDir: false,
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    target: "es2022",
    outDir: "pwa/static/pwa/build",
    emptyOutDir: false,
    modulePreload: false,
    lib: { entry: "pwa/client/src/sw.ts", formats: ["iife"], name: "haversack", fileName: () => "sw.js" },
    minify: true,
  },
});
