/** The stack of open dialogs, last on top. A feature passes a dynamic import, so that no dialog is in the first download. */

import type { Component } from "svelte"
import { t } from "./strings"
import { toasts } from "./toasts.svelte"

// biome-ignore lint/suspicious/noExplicitAny: the stack holds dialogs with any props; `show` checks those of each one.
type AnyComponent = Component<any>

export interface OpenDialog {
  readonly key: number
  readonly component: AnyComponent
  readonly props: Record<string, unknown>
  close(): void
}

type WithoutClose<Props> = Omit<Props, "close">

class Dialogs {
  open = $state.raw<readonly OpenDialog[]>([])
  #keys = 0

  /** Loads a dialog and shows it. The dialog gets `close` in addition to `props`. Failing to load shows a toast. */
  async show<Props extends { close: () => void }>(
    load: () => Promise<{ default: Component<Props> }>,
    props: WithoutClose<Props>,
  ): Promise<void> {
    let component: AnyComponent
    try {
      component = (await load()).default as AnyComponent
    } catch {
      // There is no network, or the server has a newer client whose files have other names.
      toasts.problem(t("notLoaded"))
      return
    }
    const key = ++this.#keys
    const close = () => {
      this.open = this.open.filter(dialog => dialog.key !== key)
    }
    this.open = [...this.open, { key, component, props: props as Record<string, unknown>, close }]
  }

  closeAll(): void {
    this.open = []
  }
}

export const dialogs = new Dialogs()
