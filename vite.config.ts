import { defineConfig, type Plugin } from "vite";

/** The page and its worker. The service worker is built by `vite.sw.config.ts`: it has to be one classic script. */
export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [smallTemplates(), plainImports()],
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
  worker: { format: "es", plugins: () => [smallTemplates()] },
});

/** Later parts of the page have no styles and no parts of their own to be asked for beforehand. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: {
      filter: { id: /vite\/preload-helper/ },
      handler: () => "export const __vitePreload = (load) => load();",
    },
  };
}

/**
 * Takes comments and indents out of templates: they are strings to everything else that makes files small. And hints to
 * who makes files small, which stand where nobody does any more.
 */
function smallTemplates(): Plugin {
  return {
    name: "small-templates",
    // After minifying, lines begin with blanks in `html` templates only.
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") file.code = file.code.replace(/\n[ \t]+/g, "\n").replaceAll("/* @__PURE__ */", "");
      }
    },
    transform: {
      filter: { id: /\/src\/ui\/.*\.ts$/ },
      handler: (code) => code.replace(/\bcss`[^`]*`/g, small),
    },
  };
}

function small(styles: string): string {
  return styles
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/: /g, ":")
    .replaceAll(";}", "}");
}
