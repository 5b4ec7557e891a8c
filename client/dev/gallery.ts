/** Mounts the client with a server that runs in this page. */

import { mount } from "svelte"
import App from "../src/App.svelte"
import { Session } from "../src/state/session.svelte"
import { FakeSocket } from "./socket"
import { World } from "./world"

const wanted = new URLSearchParams(location.search)
const scene = wanted.get("scene") ?? "full"
document.documentElement.dir = wanted.get("dir") ?? "ltr"

const world = new World(scene)
const session = new Session(
  {
    socket: "/ws/",
    api: "/chat/api/",
    base: "/chat/",
    csrf: "",
    workspace: world.workspace.name,
    language: "en",
    links: { sign_in: "#sign-in", sign_out: "#sign-out", account: "#account", invite: "#invite", admin: "#admin" },
  },
  { WebSocket: FakeSocket.of(world, scene) },
)
session.start()
const target = document.getElementById("hubbub")
if (target) mount(App, { target, props: { session } })
if (wanted.has("flood")) setInterval(() => world.say(2, `Message at ${new Date().toISOString()}`), 50)
Object.assign(window, { world, session })
