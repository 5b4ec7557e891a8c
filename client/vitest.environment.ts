/**
 * Node, with modules compiled as for a browser. Vitest would compile runes for server-side rendering, where nothing
 * is reactive; the state classes are to be tested as they run in a tab, yet need no DOM.
 */

import type { Environment } from "vitest/runtime"

export default {
  name: "tab-without-dom",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => {} }),
} satisfies Environment
