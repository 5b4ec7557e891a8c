import { fileURLToPath } from "node:url"
import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vitest/config"

const stubs = fileURLToPath(new URL("src/text/markdownStubs.ts", import.meta.url))

// Django serves the page, and finds the hashed file names in manifest.json.
export default defineConfig({
  base: "./",
  plugins: [svelte()],
  build: {
    outDir: "../src/hubbub/static/hubbub",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "src/main.ts" },
  },
  resolve: {
    // Dependencies that markdown-it imports and never calls here, more than half of its size: see src/text/markdownStubs.ts.
    alias: Object.fromEntries(["entities", "linkify-it", "mdurl", "punycode.js"].map(name => [name, stubs])),
    // By default Vitest loads the server version of Svelte, in which nothing is reactive.
    ...(process.env.VITEST ? { conditions: ["browser"] } : {}),
  },
  test: {
    environment: "./vitest.environment.ts",
    server: { deps: { inline: ["svelte", "markdown-it"] } },
    restoreMocks: true,
    include: ["src/**/*.test.ts"],
  },
})
