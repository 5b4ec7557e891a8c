import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"

const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g

const source = join(import.meta.dirname, "..")
const files = globSync("{protocol,state}/*.ts", { cwd: source }).filter(path => !path.includes(".test."))
const imports = new Map(files.map(file => [file, importsOf(file)]))

/** The files that a file imports values or types from. */
function importsOf(file: string): string[] {
  const targets = [...readFileSync(join(source, file), "utf8").matchAll(IMPORT)].map(([, target = ""]) => target)
  return targets.map(target => join(dirname(file), `${target}.ts`))
}

/** All files that a file imports, directly or through others. */
function reachableFrom(file: string): Set<string> {
  const found = new Set<string>()
  const open = [file]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const target of imports.get(next) ?? []) {
      if (found.has(target)) continue
      found.add(target)
      open.push(target)
    }
  }
  return found
}

test("every import is understood", () => {
  const targets = [...imports.values()].flat()
  expect(targets.filter(target => !existsSync(join(source, target)))).toEqual([])
  expect(targets.length).toBeGreaterThan(files.length)
})

test("no file imports itself through others, not even for a type", () => {
  expect(files.filter(file => reachableFrom(file).has(file))).toEqual([])
})
