/** Checks a room's name before it is sent, by the rules of the server. */

import { ROOM_NAME_CHARACTERS } from "../protocol/types"
import { t } from "../ui/strings"

/** The problem as a sentence; empty if the name is valid. */
export function roomNameProblem(name: string): string {
  const tidy = name.normalize("NFC").trim().replace(/\s+/g, " ")
  if (tidy === "") return t("naming.empty")
  if (tidy.startsWith("~")) return t("naming.tilde")
  if (tidy.includes("/")) return t("naming.slash")
  if ([...tidy].length > ROOM_NAME_CHARACTERS) return t("naming.long", { most: ROOM_NAME_CHARACTERS })
  return ""
}
