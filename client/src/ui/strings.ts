/** Words of the interface: `t` gives a sentence, `parts` gives it in parts where names have to stand in elements of their own. */

import { en } from "./strings.en"

export type Key = keyof typeof en
export type Values = Readonly<Record<string, string | number>>
export type Message = string | { readonly one?: string; readonly other: string }
/** Plain text, or the place of a value. */
export type Part = string | { readonly name: string; readonly value: string }

const plural = new Intl.PluralRules("en")
const numbers = new Intl.NumberFormat("en")

/** The sentence with its values filled in. A message with `one` and `other` chooses by `count`. */
export function t(key: Key, values: Values = {}): string {
  return parts(key, values)
    .map(part => (typeof part === "string" ? part : part.value))
    .join("")
}

/** The sentence as text and values in reading order, for whoever isolates names from the text around them. */
export function parts(key: Key, values: Values = {}): Part[] {
  return form(en[key], values)
    .split(/(\{\w+\})/)
    .filter(part => part !== "")
    .map(part => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      return name === undefined ? part : { name, value: written(values[name] ?? "") }
    })
}

/** A whole number as people of the interface's language write it: 12,345. */
export function count(value: number): string {
  return numbers.format(value)
}

function form(message: Message, values: Values): string {
  if (typeof message === "string") return message
  const category = plural.select(Number(values.count ?? 0))
  return (category === "one" ? message.one : undefined) ?? message.other
}

function written(value: string | number): string {
  return typeof value === "number" ? count(value) : value
}
