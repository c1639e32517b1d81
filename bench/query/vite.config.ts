import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: true,
    lib: { entry: "bench/query/page.ts", formats: ["es"], fileName: () => "page.js" },
  },
});
