/** The screens alone, with made-up data: `npx vite --config pwa/client/dev/vite.config.ts`. */
import { defineConfig } from "vite";

const here = new URL(".", import.meta.url).pathname;

export default defineConfig({
  root: here,
  cacheDir: "/tmp/haversack-dev-vite",
  server: { port: 8102, strictPort: true, fs: { allow: [new URL("../../..", import.meta.url).pathname] } },
  build: { outDir: "/tmp/haversack-dev-build", emptyOutDir: true },
  plugins: [
    {
      name: "no-service-worker",
      enforce: "pre",
      resolveId: (id) => (id.endsWith("/updates") ? `${here}fake-updates.ts` : null),
    },
  ],
});
