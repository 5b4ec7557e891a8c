/** Connects the session to the browser's events about this tab: network, visibility, storage, closing. */

import type { Session } from "./state/session.svelte"

export function watchTab(session: Session): void {
  // The browser or the person is online again: connect now instead of at the planned time. The browser is offline: detect
  // it before the heartbeat does. A server on this machine works without a network, so the connection is always tested.
  window.addEventListener("online", () => session.check())
  window.addEventListener("offline", () => session.check())
  window.addEventListener("pageshow", () => session.check())
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) session.reading.flush()
    else session.check()
  })
  window.addEventListener("storage", ({ key }) => session.drafts.reload(key))
  window.addEventListener("pagehide", () => sendBeforeClosing(session))
}

/** Send what waits for a timer. Deletions go by HTTP: such a request outlives the page, a socket does not. */
function sendBeforeClosing({ boot, outbox, reading }: Session): void {
  reading.flush()
  for (const message of outbox.pendingDeletions()) {
    void fetch(`${boot.api}message.delete`, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": boot.csrf },
      body: JSON.stringify({ message }),
    })
  }
}
