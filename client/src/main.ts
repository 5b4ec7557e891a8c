/** Entry point: reads the page's boot JSON, starts the session and mounts the app. */

import { mount } from "svelte"
import App from "./App.svelte"
import { afterFrame } from "./dom/animationFrame"
import { readBoot } from "./state/boot"
import { Session } from "./state/session.svelte"
import { watchTab } from "./tab"

const target = document.getElementById("hubbub")
if (!target) throw new Error("the page has no #hubbub element to mount the client in")

const session = new Session(readBoot(document), { afterFrame })
session.start()
watchTab(session)
mount(App, { target, props: { session } })
