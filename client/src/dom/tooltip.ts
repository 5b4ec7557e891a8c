/** The page's only tooltip: shown after the pointer rests for a moment, or at once on keyboard focus. */

import type { Attachment } from "svelte/attachments"
import { positionPopup } from "./popupPosition"

const REST_MS = 450

/** Shows a text next to an element that already has an accessible name. The tooltip is hidden from screen readers. */
export function tooltip(text: () => string): Attachment<HTMLElement> {
  return element => {
    let waiting: ReturnType<typeof setTimeout> | undefined

    function enter(event: PointerEvent): void {
      if (event.pointerType === "mouse") waiting = setTimeout(() => show(element, text()), REST_MS)
    }
    function focus(): void {
      if (element.matches(":focus-visible")) show(element, text())
    }
    function leave(): void {
      clearTimeout(waiting)
      hide(element)
    }

    const listening = new AbortController()
    const options = { signal: listening.signal }
    element.addEventListener("pointerenter", enter, options)
    element.addEventListener("focus", focus, options)
    for (const type of ["pointerleave", "pointerdown", "blur", "keydown"])
      element.addEventListener(type, leave, options)
    return () => {
      listening.abort()
      leave()
    }
  }
}

let bubble: HTMLElement | undefined
let shownFor: Element | undefined

function show(element: HTMLElement, text: string): void {
  if (!element.isConnected || !text) return
  bubble ??= newBubble()
  bubble.textContent = text
  document.body.append(bubble)
  bubble.showPopover()
  positionPopup(bubble, element, { side: "above", align: "center" })
  shownFor = element
}

function hide(element: Element): void {
  if (shownFor !== element) return
  shownFor = undefined
  bubble?.remove()
}

function newBubble(): HTMLElement {
  const made = document.createElement("div")
  made.className = "tooltip"
  made.popover = "manual"
  made.setAttribute("aria-hidden", "true")
  return made
}
