import { describe, expect, test } from "vitest"
import { parse, parseMessage } from "./parse"
import type { Block, Inline } from "./tree"

/** The tree on one line: em(text) … */
function inShort(source: string): string {
  return parse(source).map(block).join(" ")
}

function block(node: Block): string {
  switch (node.type) {
    case "paragraph":
      return `p(${node.children.map(inline).join("")})`
    case "heading":
      return `h${node.level}(${node.children.map(inline).join("")})`
    case "quote":
      return `quote(${node.children.map(block).join(" ")})`
    case "list":
      return `${node.ordered ? `ol${node.start}` : "ul"}(${node.items.map(item => item.map(block).join(" ")).join(" | ")})`
    case "code":
      return `code[${node.language}](${node.text})`
    case "break":
      return "break"
  }
}

function inline(node: Inline): string {
  if (node.type === "text") return node.text
  if (node.type === "code") return `code(${node.text})`
  if (node.type === "newline") return "↵"
  if (node.type === "link") return `link[${node.href}](${node.children.map(inline).join("")})`
  return `${node.type}(${node.children.map(inline).join("")})`
}

test.each([
  ["hello", "p(hello)"],
  ["**strong** *em* ~~del~~ `code`", "p(strong(strong) em(em) del(del) code(code))"],
  ["***both***", "p(em(strong(both)))"],
  ["one\ntwo", "p(one↵two)"],
  ["one\n\ntwo", "p(one) p(two)"],
  ["## title", "h2(title)"],
  ["> said\n> > before", "quote(p(said) quote(p(before)))"],
  ["- a\n- b\n  - c", "ul(p(a) | p(b) ul(p(c)))"],
  ["3. three\n4. four", "ol3(p(three) | p(four))"],
  ["```Python\nprint(1)\n```", "code[python](print(1))"],
  ["~~~\na\n\nb\n~~~", "code[](a\n\nb)"],
  ["a\n\n---\n\nb", "p(a) break p(b)"],
  ["snake_case_name 2*3*4", "p(snake_case_name 2em(3)4)"],
  ["مرحبا **بك** 你好", "p(مرحبا strong(بك) 你好)"],
])("%j", (source, tree) => {
  expect(inShort(source)).toBe(tree)
})

describe("syntax that is shown as typed", () => {
  test.each([
    ["HTML", '<b onclick="x()">bold</b>', 'p(<b onclick="x()">bold</b>)'],
    ["a script", "<script>alert(1)</script>", "p(<script>alert(1)</script>)"],
    ["an entity", "&amp; &#x3c;", "p(&amp; &#x3c;)"],
    ["a table", "|a|b|\n|-|-|\n|1|2|", "p(|a|b|↵|-|-|↵|1|2|)"],
    ["a definition", "[a]: https://x.org", "p([a]: link[https://x.org/](https://x.org))"],
    ["an underlined line", "title\n---", "p(title) break"],
    ["an indented line", "    four spaces", "p(four spaces)"],
  ])("%s", (_, source, tree) => {
    expect(inShort(source)).toBe(tree)
  })
})

describe("links", () => {
  test.each([
    ["[here](https://x.org/a)", "p(link[https://x.org/a](here))"],
    ["[**bold** link](http://x.org)", "p(link[http://x.org/](strong(bold) link))"],
    ["<https://x.org>", "p(link[https://x.org/](https://x.org))"],
    ["[write](mailto:bob@x.org)", "p(link[mailto:bob@x.org](write))"],
    [
      "see https://x.org/a_b_c*d*?q=1#top.",
      "p(see link[https://x.org/a_b_c*d*?q=1#top](https://x.org/a_b_c*d*?q=1#top).)",
    ],
    ["(https://x.org/wiki/A_(b))", "p((link[https://x.org/wiki/A_(b)](https://x.org/wiki/A_(b))))"],
    ["**https://x.org**", "p(strong(link[https://x.org/](https://x.org)))"],
    ["HTTPS://X.org, http://y.org!", "p(link[https://x.org/](HTTPS://X.org), link[http://y.org/](http://y.org)!)"],
    ["https://例え.jp/あ", "p(link[https://xn--r8jz45g.jp/%E3%81%82](https://例え.jp/あ))"],
    ["`https://x.org`", "p(code(https://x.org))"],
    ["[https://a.org](https://b.org)", "p(link[https://b.org/](https://a.org))"],
    ["xhttps://x.org", "p(xhttps://x.org)"],
    ["https:// alone", "p(https:// alone)"],
  ])("%j", (source, tree) => {
    expect(inShort(source)).toBe(tree)
  })

  test.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,hi)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](/relative)",
    "[x](//x.org)",
    "<javascript:alert(1)>",
    "[x](java\tscript:alert(1))",
    "[x](\u0001javascript:alert(1))",
  ])("%j is not a link", source => {
    expect(inShort(source)).not.toContain("link[")
  })
})

test("each version of a message is parsed once", () => {
  const message = { text: "*a*" }
  expect(parseMessage(message)).toBe(parseMessage(message))
  expect(parseMessage({ text: "*b*" })).not.toEqual(parseMessage(message))
})

describe("hostile messages", () => {
  const LONG = 16 * 1024
  const full = (piece: string) => piece.repeat(Math.floor(LONG / piece.length))

  // A second is generous, for a slow and busy machine: quadratic parsing or a stack overflow would take many.
  test.each([
    ">",
    "> ",
    "[",
    "![",
    "[a](",
    "`",
    "`` ` ",
    "*",
    "*a ",
    "**a *b ",
    "_a",
    "~~a",
    "*_~",
    "- ",
    "1. ",
    "> - ",
    "a\n-\n",
    "https://a",
    "https://a.b/(",
    ":",
    "<",
    "&",
    "\\",
    "\n>",
    "```\n",
    "((https://a)",
    "http://[",
    "https://a.b/)))",
    "https://a.b/....x",
  ])("16 KiB of %j are parsed within a second", piece => {
    const source = full(piece)
    const begun = performance.now()
    parse(source)
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  test("nesting is bounded", () => {
    const tree = inShort(`${"> ".repeat(500)}deep`)
    expect(tree.split("quote(").length - 1).toBeLessThanOrEqual(20)
  })
})
