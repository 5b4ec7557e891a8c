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
  // Vitest would take Svelte as it is for rendering on a server, where nothing is reactive.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  test: {
    environment: "./vitest.environment.ts",
    server: { deps: { inline: ["svelte"] } },
    restoreMocks: true,
    include: ["src/**/*.test.ts"],
  },
})
