/** Shows the user why a request failed, in the server's words. */

import { t } from "./strings"
import { toasts } from "./toasts.svelte"

/** The sentence to show for a thrown value. */
export function failureText(error: unknown): string {
  return error instanceof Error && error.message ? error.message : t("failed")
}

export function reportFailure(error: unknown): void {
  toasts.problem(failureText(error))
}
