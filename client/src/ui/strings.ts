/** Texts of the interface: `t` returns a sentence, `parts` returns it split at the values, so that each can get its own element. */

import { en } from "./strings.en"

export type Key = keyof typeof en
export type Values = Readonly<Record<string, string | number>>
export type Template = string | { readonly one?: string; readonly other: string }
/** Plain text, or a placeholder's name with its value. */
export type Part = string | { readonly name: string; readonly value: string }

const plural = new Intl.PluralRules("en")
const numbers = new Intl.NumberFormat("en")

/** The sentence with its placeholders filled in. `values.count` chooses between `one` and `other`. */
export function t(key: Key, values: Values = {}): string {
  return parts(key, values)
    .map(part => (typeof part === "string" ? part : part.value))
    .join("")
}

/** The sentence as text and values in reading order. */
export function parts(key: Key, values: Values = {}): Part[] {
  return form(en[key], values)
    .split(/(\{\w+\})/)
    .filter(part => part !== "")
    .map(part => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      return name === undefined ? part : { name, value: formatted(values[name] ?? "") }
    })
}

/** An integer in the format of the interface's language: 12,345. */
export function count(value: number): string {
  return numbers.format(value)
}

function form(message: Template, values: Values): string {
  if (typeof message === "string") return message
  const category = plural.select(Number(values.count ?? 0))
  return (category === "one" ? message.one : undefined) ?? message.other
}

function formatted(value: string | number): string {
  return typeof value === "number" ? count(value) : value
}
