/** The dialogs that are open, last on top. A feature opens one by how to load it, so that no dialog is in the first download. */

import type { Component } from "svelte"
import { t } from "./strings"
import { toasts } from "./toasts.svelte"

// biome-ignore lint/suspicious/noExplicitAny: the stack holds dialogs of every shape; `open` checks each one's props.
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

  /** Loads a dialog and shows it. It is given `close` besides its own props. */
  async show<Props extends { close: () => void }>(
    load: () => Promise<{ default: Component<Props> }>,
    props: WithoutClose<Props>,
  ): Promise<void> {
    let component: AnyComponent
    try {
      component = (await load()).default as AnyComponent
    } catch {
      // No network, or the server has a newer client whose files have other names.
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
