import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { expect, test } from "vitest"

/** Folder below the features → the folders it may import from. A file next to this one counts as a folder. */
const BELOW_FEATURES: Record<string, readonly string[]> = {
  protocol: [],
  text: [],
  dom: [],
  styles: [],
  state: ["protocol"],
  ui: ["dom", "text"],
  routing: ["protocol", "state", "dom"],
  permissions: ["protocol", "state"],
  context: ["state", "routing"],
}

/** Features, lowest layer first. A feature imports other features only from lower layers, and everything below the features. */
const FEATURES: readonly (readonly string[])[] = [
  ["composer", "directory", "profile", "settings", "status"],
  ["roomPanel", "sidebar", "timeline"],
  ["layout"],
]

/** Files that start the client; no folder imports from them. */
const ENTRY_POINTS: readonly string[] = ["App.svelte", "main", "tab"]

const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g

const root = import.meta.dirname
const sources = globSync("**/*.{ts,svelte}", { cwd: root })
  .map(String)
  .filter(path => !path.includes(".test.") && !path.startsWith("testing/"))

function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8")
  return [...text.matchAll(IMPORT)].map(([, target = ""]) => normalize(join(dirname(path), target)))
}

/** The first folder of a path or import; for a file that is in no folder, its name without `.ts`. */
function folderOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] as string) : path.replace(/\.ts$/, "")
}

/** Every import that leaves its folder. */
const imports = sources.flatMap(path =>
  importsOf(path)
    .map(target => ({ path, from: folderOf(path), to: folderOf(target) }))
    .filter(({ from, to }) => from !== to),
)

function layerOf(folder: string): number {
  return FEATURES.findIndex(layer => layer.includes(folder))
}

test("every folder has a layer", () => {
  const known = new Set([...Object.keys(BELOW_FEATURES), ...FEATURES.flat(), ...ENTRY_POINTS])
  expect(sources.map(folderOf).filter(folder => !known.has(folder))).toEqual([])
})

test("a folder below the features imports only from the folders it may", () => {
  const wrong = imports.filter(({ from, to }) => {
    const allowed = BELOW_FEATURES[from]
    return allowed && !allowed.includes(to)
  })
  expect(wrong).toEqual([])
})

test("a feature imports other features only from lower layers", () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      layerOf(from) >= 0 && !(to in BELOW_FEATURES) && !(layerOf(to) >= 0 && layerOf(to) < layerOf(from)),
  )
  expect(wrong).toEqual([])
})

test("folders do not import each other in a circle", () => {
  const targets = new Map<string, Set<string>>()
  for (const { from, to } of imports) targets.set(from, (targets.get(from) ?? new Set()).add(to))
  const finished = new Set<string>()

  function circleFrom(folder: string, trail: readonly string[]): readonly string[] | null {
    if (trail.includes(folder)) return [...trail.slice(trail.indexOf(folder)), folder]
    if (finished.has(folder)) return null
    for (const target of targets.get(folder) ?? []) {
      const circle = circleFrom(target, [...trail, folder])
      if (circle) return circle
    }
    finished.add(folder)
    return null
  }

  const [circle] = [...targets.keys()].map(folder => circleFrom(folder, [])).filter(found => found !== null)
  expect(circle).toBeUndefined()
})

test("only main.ts imports App.svelte", () => {
  const wrong = sources.filter(path => path !== "main.ts" && importsOf(path).some(to => to.startsWith("App.svelte")))
  expect(wrong).toEqual([])
})

test("message text is never turned into HTML through a string", () => {
  const wrong = sources.filter(path =>
    /\{@html|innerHTML|outerHTML|insertAdjacentHTML/.test(readFileSync(join(root, path), "utf8")),
  )
  expect(wrong).toEqual([])
})

test("the protocol and the state do not use the DOM", () => {
  const wrong = sources
    .filter(path => /^(protocol|state)\//.test(path) && path !== "state/boot.ts")
    .filter(path => /\b(document|window)\.\w/.test(readFileSync(join(root, path), "utf8")))
  expect(wrong).toEqual([])
})
