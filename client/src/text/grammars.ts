/** The languages of syntax highlighting. Loaded only when there is code to show. */

import bash from "highlight.js/lib/languages/bash"
import c from "highlight.js/lib/languages/c"
import cpp from "highlight.js/lib/languages/cpp"
import csharp from "highlight.js/lib/languages/csharp"
import css from "highlight.js/lib/languages/css"
import diff from "highlight.js/lib/languages/diff"
import dockerfile from "highlight.js/lib/languages/dockerfile"
import go from "highlight.js/lib/languages/go"
import ini from "highlight.js/lib/languages/ini"
import java from "highlight.js/lib/languages/java"
import javascript from "highlight.js/lib/languages/javascript"
import json from "highlight.js/lib/languages/json"
import kotlin from "highlight.js/lib/languages/kotlin"
import lua from "highlight.js/lib/languages/lua"
import markdown from "highlight.js/lib/languages/markdown"
import php from "highlight.js/lib/languages/php"
import python from "highlight.js/lib/languages/python"
import ruby from "highlight.js/lib/languages/ruby"
import rust from "highlight.js/lib/languages/rust"
import shell from "highlight.js/lib/languages/shell"
import sql from "highlight.js/lib/languages/sql"
import swift from "highlight.js/lib/languages/swift"
import typescript from "highlight.js/lib/languages/typescript"
import xml from "highlight.js/lib/languages/xml"
import yaml from "highlight.js/lib/languages/yaml"
import { createLowlight } from "lowlight"
import type { Highlighted } from "./tree"

// Each grammar registers its aliases: js, ts, py, rs, html, svg, toml, sh, yml …
const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  markdown,
  php,
  python,
  ruby,
  rust,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
})

export function highlighted(text: string, language: string): Highlighted[] | null {
  if (!lowlight.registered(language)) return null
  return toSpans(lowlight.highlight(language, text).children)
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number]

function toSpans(nodes: readonly Node[]): Highlighted[] {
  const found: Highlighted[] = []
  for (const node of nodes) {
    if (node.type === "text") found.push({ type: "text", text: node.value })
    else if (node.type === "element") {
      const names = node.properties.className
      const name = Array.isArray(names) ? names.join(" ") : ""
      found.push({ type: "span", class: name, children: toSpans(node.children as Node[]) })
    }
  }
  return found
}
