/** Special handling of pasted text: code becomes a fenced block, a URL over a selection becomes a link. */

import { type Edit, type Field, fence, insideFence, link } from "./formatting"

export interface Pasted {
  readonly text: string
  readonly html: string
  /** the data that VS Code adds: `{"mode": "python"}` */
  readonly editor: string
}

/** The edit that pastes it; null if the browser should paste it itself. */
export function pasteEdit(field: Field, pasted: Pasted): Edit | null {
  const { text, start, end } = field
  if (insideFence(text, start)) return null
  const selected = text.slice(start, end)
  if (/^https?:\/\/\S+$/.test(pasted.text) && selected.trim() !== "" && !selected.includes("\n")) {
    const edit = link(field, pasted.text)
    const caret = edit.from + edit.insert.length
    return { ...edit, start: caret, end: caret }
  }
  const fromEditor = pasted.editor !== "" || /<pre[\s>]/i.test(pasted.html)
  if (fromEditor && pasted.text.trimEnd().includes("\n")) return fence(field, pasted.text, language(pasted.editor))
  return null
}

function language(editor: string): string {
  try {
    const { mode } = JSON.parse(editor) as { mode?: unknown }
    return typeof mode === "string" && /^[\w+#-]{1,20}$/.test(mode) && mode !== "plaintext" ? mode : ""
  } catch {
    return ""
  }
}
