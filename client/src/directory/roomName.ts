/** What is wrong with a room's name, said before the server has to. */

import { ROOM_NAME_CHARACTERS } from "../protocol/types"
import { t } from "../ui/strings"

export function roomNameProblem(name: string): string {
  const tidy = name.normalize("NFC").trim().replace(/\s+/g, " ")
  if (tidy === "") return t("naming.empty")
  if (tidy.startsWith("~")) return t("naming.tilde")
  if (tidy.includes("/")) return t("naming.slash")
  if ([...tidy].length > ROOM_NAME_CHARACTERS) return t("naming.long", { most: ROOM_NAME_CHARACTERS })
  return ""
}
