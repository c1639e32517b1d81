import { defineConfig } from "vite";

/** The devices of `make sim` as one script for Node; in no bundle that anybody gets. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: "node" },
  build: {
    target: "es2022",
    ssr: "pwa/client/src/simulation/main.ts",
    minify: false,
    rolldownOptions: { output: { entryFileNames: "simulation.js" } },
  },
});
