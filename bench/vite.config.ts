import { defineConfig } from "vite";

/** The page of one benchmark: the mode is the name of its folder. */
export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: true,
    lib: { entry: `bench/${mode}/page.ts`, formats: ["es"], fileName: () => "page.js" },
  },
}));
