import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { expect, test } from "vitest"

/** Folder → the folders it may import from. All others are features: they may import from every folder. */
const LAYERS: Record<string, readonly string[]> = {
  protocol: [],
  state: ["protocol"],
  text: [],
  dom: [],
  styles: [],
  ui: ["dom", "text"],
}

const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g

const root = import.meta.dirname
const sources = globSync("**/*.{ts,svelte}", { cwd: root })
  .map(String)
  .filter(path => !path.includes(".test.") && !path.startsWith("testing/"))

function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8")
  return [...text.matchAll(IMPORT)].map(([, target = ""]) => normalize(join(dirname(path), target)))
}

function folderOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] as string) : "."
}

test("a folder imports only from the layers below it", () => {
  const wrong = sources.flatMap(path => {
    const allowed = LAYERS[folderOf(path)]
    if (!allowed) return []
    const targets = importsOf(path).map(folderOf)
    return targets.filter(to => to !== folderOf(path) && !allowed.includes(to)).map(to => `${path} imports from ${to}`)
  })
  expect(wrong).toEqual([])
})

test("nothing but main.ts knows the whole", () => {
  const wrong = sources.filter(path => path !== "main.ts" && importsOf(path).some(to => to.startsWith("App.svelte")))
  expect(wrong).toEqual([])
})

test("text never becomes HTML by way of a string", () => {
  const wrong = sources.filter(path =>
    /\{@html|innerHTML|outerHTML|insertAdjacentHTML/.test(readFileSync(join(root, path), "utf8")),
  )
  expect(wrong).toEqual([])
})

test("the protocol and the state need no document", () => {
  const wrong = sources
    .filter(path => /^(protocol|state)\//.test(path) && path !== "state/boot.ts")
    .filter(path => /\b(document|window)\./.test(readFileSync(join(root, path), "utf8")))
  expect(wrong).toEqual([])
})
