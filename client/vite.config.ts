import { fileURLToPath } from "node:url"
import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vitest/config"

const absent = fileURLToPath(new URL("src/text/absent.ts", import.meta.url))

// The client is not a site of its own: Django serves the page and finds the hashed names in manifest.json.
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
    // What markdown-it brings and never calls here, more than half of its size: see src/text/absent.ts.
    alias: Object.fromEntries(["entities", "linkify-it", "mdurl", "punycode.js"].map(name => [name, absent])),
    // Vitest would take Svelte as it is for rendering on a server, where nothing is reactive.
    ...(process.env.VITEST ? { conditions: ["browser"] } : {}),
  },
  test: {
    environment: "./vitest.environment.ts",
    server: { deps: { inline: ["svelte", "markdown-it"] } },
    restoreMocks: true,
    include: ["src/**/*.test.ts"],
  },
})
