/**
 * Node with modules compiled for a browser. By default Vitest compiles runes for server-side rendering, where nothing is
 * reactive. The tests need reactive state classes, and no DOM.
 */

import type { Environment } from "vitest/runtime"

export default {
  name: "tab-without-dom",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => {} }),
} satisfies Environment
