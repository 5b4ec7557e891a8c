import { fileURLToPath } from "node:url"
import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vitest/config"

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
    // Two libraries that markdown-it brings and its rules here never call: see src/text/markdown.ts.
    alias: {
      entities: fileURLToPath(new URL("src/text/absent/entities.ts", import.meta.url)),
      "linkify-it": fileURLToPath(new URL("src/text/absent/linkify.ts", import.meta.url)),
    },
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
