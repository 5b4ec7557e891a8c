/** The actions on a message, shared by the toolbar, the menu and the keyboard. */

import Copy from "@lucide/svelte/icons/copy"
import Link from "@lucide/svelte/icons/link"
import MailOpen from "@lucide/svelte/icons/mail-open"
import Pencil from "@lucide/svelte/icons/pencil"
import Trash2 from "@lucide/svelte/icons/trash-2"
import { copy } from "../dom/clipboard"
import { noModifier } from "../dom/keys"
import { canDelete, canEdit } from "../permissions/policy"
import type { Message } from "../protocol/types"
import type { Navigation } from "../routing/navigation.svelte"
import { UNDO_MS } from "../state/deletions.svelte"
import { reportFailure } from "../ui/failure"
import type { MenuItem } from "../ui/menu"
import { t } from "../ui/strings"
import { toasts } from "../ui/toasts.svelte"
import type { TimelineViewModel } from "./viewModel.svelte"

export interface MessageActions {
  mayEdit(message: Message): boolean
  mayDelete(message: Message): boolean
  edit(message: Message): void
  remove(message: Message): void
  copyText(message: Message): void
  copyLink(message: Message): void
  markUnread(message: Message): void
  /** Runs the action of a key on a focused message. Returns true if the key is handled. */
  handleKey(event: KeyboardEvent, message: Message): boolean
}

export function messageActions(model: TimelineViewModel, navigation: Navigation): MessageActions {
  const { session, roomState } = model
  const actions: MessageActions = {
    mayEdit: message => canEdit(session.me, message, roomState),
    mayDelete: message => canDelete(session.me, message, roomState),
    edit(message) {
      model.editing = message.id
    },
    remove(message) {
      session.outbox.deleteSoon(message).catch(reportFailure)
      toasts.show(t("message.deleted"), {
        shownMs: UNDO_MS,
        action: { label: t("undo"), run: () => session.outbox.undoDelete(message.id) },
      })
    },
    copyText: message => void copyAndReport(message.text),
    copyLink: message => void copyAndReport(navigation.link(roomState.room, message.number)),
    markUnread: message => void model.markUnreadFrom(message).catch(reportFailure),
    handleKey(event, message) {
      if (!noModifier(event)) return false
      if (event.key === "e" && actions.mayEdit(message)) return done(() => actions.edit(message))
      if (event.key === "Delete" && actions.mayDelete(message)) return done(() => actions.remove(message))
      if (event.key === "l") return done(() => actions.copyLink(message))
      if (event.key === "u" && roomState.membership) return done(() => actions.markUnread(message))
      return false
    },
  }
  return actions
}

export function menuItems(actions: MessageActions, message: Message): MenuItem[] {
  const items: (MenuItem | false)[] = [
    actions.mayEdit(message) && { label: t("message.edit"), icon: Pencil, hint: "E", run: () => actions.edit(message) },
    !message.deleted && { label: t("message.copyText"), icon: Copy, run: () => actions.copyText(message) },
    { label: t("message.copyLink"), icon: Link, hint: "L", run: () => actions.copyLink(message) },
    { label: t("message.markUnread"), icon: MailOpen, hint: "U", run: () => actions.markUnread(message) },
    actions.mayDelete(message) && {
      label: t("message.delete"),
      icon: Trash2,
      hint: "Del",
      dangerous: true,
      run: () => actions.remove(message),
    },
  ]
  return items.filter(item => item !== false)
}

async function copyAndReport(text: string): Promise<void> {
  if (await copy(text)) toasts.show(t("copied"))
  else toasts.problem(t("notCopied"))
}

function done(action: () => void): true {
  action()
  return true
}
