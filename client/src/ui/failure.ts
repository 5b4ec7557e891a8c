/** Tells a person that something they asked for was refused, in the server's own words. */

import { t } from "./strings"
import { toasts } from "./toasts.svelte"

/** The sentence to show for whatever was thrown. */
export function failureText(error: unknown): string {
  return error instanceof Error && error.message ? error.message : t("failed")
}

export function reportFailure(error: unknown): void {
  toasts.problem(failureText(error))
}
