/** The syntax tree of a message's text. Components render it as elements. */

export type Block =
  | { type: "paragraph"; children: Inline[] }
  | { type: "heading"; level: 1 | 2 | 3 | 4 | 5 | 6; children: Inline[] }
  | { type: "quote"; children: Block[] }
  | { type: "list"; ordered: boolean; start: number; items: Block[][] }
  | { type: "code"; language: string; text: string }
  | { type: "break" }

export type Inline =
  | { type: "text"; text: string }
  | { type: "strong" | "em" | "del"; children: Inline[] }
  | { type: "code"; text: string }
  | { type: "link"; href: string; children: Inline[] }
  | { type: "newline" }

/** A part of highlighted code: `class` is its kind (`hljs-keyword`); `children` are the nested parts. */
export type Highlighted = { type: "text"; text: string } | { type: "span"; class: string; children: Highlighted[] }
