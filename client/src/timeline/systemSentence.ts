/** Turns a system message into a sentence. */

import type { Message } from "../protocol/types"
import { limitMarks } from "../text/combiningMarks"
import type { Key, Values } from "../ui/strings"

export interface Sentence {
  readonly key: Key
  readonly values: Values
}

/** `nameOf` returns a member's name. An empty new description means that it was cleared. */
export function systemSentence(message: Message, roomKind: string, nameOf: (member: number) => string): Sentence {
  const who = nameOf(message.author)
  const { kind, member, text: written = "" } = message.system ?? { kind: "created" as const }
  const text = limitMarks(written)
  const whom = member === undefined ? "" : nameOf(member)
  switch (kind) {
    case "created":
      return roomKind === "direct"
        ? { key: "system.begun", values: { who } }
        : { key: "system.created", values: { who } }
    case "added":
    case "removed":
      return { key: `system.${kind}`, values: { who, whom } }
    case "renamed":
      return { key: "system.renamed", values: { who, text } }
    case "described":
      return text === ""
        ? { key: "system.undescribed", values: { who } }
        : { key: "system.described", values: { who, text } }
    default:
      return { key: `system.${kind}`, values: { who: whom || who } }
  }
}
