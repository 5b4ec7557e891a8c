/** What can be done with a message, once for the toolbar, the menu and the keyboard. */

import Copy from "@lucide/svelte/icons/copy"
import Link from "@lucide/svelte/icons/link"
import MailOpen from "@lucide/svelte/icons/mail-open"
import Pencil from "@lucide/svelte/icons/pencil"
import Trash2 from "@lucide/svelte/icons/trash-2"
import { copy } from "../dom/clipboard"
import { plain } from "../dom/keys"
import { canDelete, canEdit } from "../permissions/policy"
import type { Message } from "../protocol/types"
import type { Navigation } from "../routing/navigation.svelte"
import { UNDO_MS } from "../state/deletions.svelte"
import { reportFailure } from "../ui/failure"
import type { MenuItem } from "../ui/menu"
import { t } from "../ui/strings"
import { toasts } from "../ui/toasts.svelte"
import type { TimelineScreen } from "./screen.svelte"

export interface Deeds {
  mayEdit(message: Message): boolean
  mayDelete(message: Message): boolean
  edit(message: Message): void
  remove(message: Message): void
  copyText(message: Message): void
  copyLink(message: Message): void
  markUnread(message: Message): void
  /** Does what a key means on a focused message; returns whether it meant anything. */
  byKey(event: KeyboardEvent, message: Message): boolean
}

export function deedsFor(screen: TimelineScreen, navigation: Navigation): Deeds {
  const { session, state } = screen
  const deeds: Deeds = {
    mayEdit: message => canEdit(session.me, message, state),
    mayDelete: message => canDelete(session.me, message, state),
    edit(message) {
      screen.editing = message.id
    },
    remove(message) {
      session.outbox.deleteSoon(message).catch(reportFailure)
      toasts.show(t("message.deleted"), {
        standsMs: UNDO_MS,
        action: { label: t("undo"), run: () => session.outbox.undoDelete(message.id) },
      })
    },
    copyText: message => void tellCopied(message.text),
    copyLink: message => void tellCopied(navigation.link(state.room, message.number)),
    markUnread: message => void screen.markUnreadFrom(message).catch(reportFailure),
    byKey(event, message) {
      if (!plain(event)) return false
      if (event.key === "e" && deeds.mayEdit(message)) return done(() => deeds.edit(message))
      if (event.key === "Delete" && deeds.mayDelete(message)) return done(() => deeds.remove(message))
      if (event.key === "l") return done(() => deeds.copyLink(message))
      if (event.key === "u" && state.membership) return done(() => deeds.markUnread(message))
      return false
    },
  }
  return deeds
}

export function menuOf(deeds: Deeds, message: Message): MenuItem[] {
  const items: (MenuItem | false)[] = [
    deeds.mayEdit(message) && { label: t("message.edit"), icon: Pencil, hint: "E", run: () => deeds.edit(message) },
    !message.deleted && { label: t("message.copyText"), icon: Copy, run: () => deeds.copyText(message) },
    { label: t("message.copyLink"), icon: Link, hint: "L", run: () => deeds.copyLink(message) },
    { label: t("message.markUnread"), icon: MailOpen, hint: "U", run: () => deeds.markUnread(message) },
    deeds.mayDelete(message) && {
      label: t("message.delete"),
      icon: Trash2,
      hint: "Del",
      dangerous: true,
      run: () => deeds.remove(message),
    },
  ]
  return items.filter(item => item !== false)
}

async function tellCopied(text: string): Promise<void> {
  if (await copy(text)) toasts.show(t("copied"))
  else toasts.problem(t("notCopied"))
}

function done(deed: () => void): true {
  deed()
  return true
}
