import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vite"

// Every address under /chat/ is the same page, as Django serves it.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: "../svelte.config.js" })],
  server: { host: "127.0.0.1", port: 8112, strictPort: true, fs: { allow: [".."] } },
  preview: { host: "127.0.0.1", port: 8112, strictPort: true },
  build: { outDir: "../../test-results/gallery", emptyOutDir: true, target: "es2023" },
})
