/** What every component of the screen may ask for: the session, and where in the client one is. */

import { createContext } from "svelte"
import type { Session } from "../state/session.svelte"
import type { Navigation } from "./navigation.svelte"

export const [useSession, provideSession] = createContext<Session>()
export const [useNavigation, provideNavigation] = createContext<Navigation>()
