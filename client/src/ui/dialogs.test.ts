import type { Component } from "svelte"
import { beforeEach, expect, test } from "vitest"
import { dialogs } from "./dialogs.svelte"
import { toasts } from "./toasts.svelte"

type Any = Component<{ close: () => void; name: string }>
const dialog = (() => {}) as unknown as Any
const loaded = () => Promise.resolve({ default: dialog })

beforeEach(() => dialogs.closeAll())

test("dialogs are stacked, and each closes only itself", async () => {
  await dialogs.show(loaded, { name: "first" })
  await dialogs.show(loaded, { name: "second" })
  expect(dialogs.open.map(({ props }) => props.name)).toEqual(["first", "second"])
  dialogs.open[0]?.close()
  expect(dialogs.open.map(({ props }) => props.name)).toEqual(["second"])
})

test("a dialog that cannot be loaded shows a toast", async () => {
  await dialogs.show<{ close: () => void; name: string }>(() => Promise.reject(new Error("no network")), { name: "x" })
  expect(dialogs.open).toEqual([])
  expect(toasts.shown.at(-1)).toMatchObject({ mood: "problem" })
})
