/** What the browser tells about this tab, said to the session. */

import type { Session } from "./state/session.svelte"

export function watchTab(session: Session): void {
  // A network or a person that comes back need not wait for the planned try, and one that went need not wait for silence
  // to be told so. A server on the same machine is there without a network: that is why it is asked, not assumed.
  window.addEventListener("online", () => session.check())
  window.addEventListener("offline", () => session.check())
  window.addEventListener("pageshow", () => session.check())
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) session.reading.flush()
    else session.check()
  })
  window.addEventListener("storage", ({ key }) => session.drafts.reload(key))
  window.addEventListener("pagehide", () => leave(session))
}

/** What waits for a timer goes now. Deletions by HTTP: a request that outlives the page, which a socket does not. */
function leave({ boot, outbox, reading }: Session): void {
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
