/** The Svelte contexts that every component can read: the session and the navigation. */

import { createContext } from "svelte"
import type { Navigation } from "./routing/navigation.svelte"
import type { Session } from "./state/session.svelte"

export const [useSession, provideSession] = createContext<Session>()
export const [useNavigation, provideNavigation] = createContext<Navigation>()
