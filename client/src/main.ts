/** Where the client begins: the page's boot JSON becomes a session, and the session a screen. */

import { mount } from "svelte"
import App from "./App.svelte"
import { afterFrame } from "./dom/animationFrame"
import { readBoot } from "./state/boot"
import { Session } from "./state/session.svelte"
import { watchTab } from "./tab"

const target = document.getElementById("hubbub")
if (!target) throw new Error("the page holds no #hubbub to mount in")

const session = new Session(readBoot(document), { afterFrame })
session.start()
watchTab(session)
mount(App, { target, props: { session } })
