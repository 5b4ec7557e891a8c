import { describe, expect, test, vi } from "vitest"
import { SECOND } from "../testing/clock"
import { FakeSocket } from "../testing/fakeSocket"
import { alice, membership, message, page, posted, room, snapshot, turns } from "../testing/people"
import { openTab, pass, reconnect, useStorage } from "../testing/storage"
import { CONFIRMED_MS } from "./outbox.svelte"
import { OutboxStore } from "./outboxStore"
import type { Session } from "./session.svelte"

useStorage()

async function openInRoom() {
  const tab = await openTab()
  void tab.session.timeline(1).open()
  await pass()
  tab.socket.answers("timeline", page(1, 10))
  await pass()
  return tab
}

const sent = (socket: FakeSocket) => socket.all("message.send").map(({ text }) => text)
const states = (session: Session) => session.outbox.entries.map(({ text, state }) => `${text}: ${state}`)
const stored = () => new OutboxStore("/chat/1").entries()

/** The server replies to the newest message.send. */
async function confirm(socket: FakeSocket, number: number, more: object = {}): Promise<void> {
  const { message: id, text, room: where } = socket.asked("message.send")
  const accepted = message(number, { id: id as string, text: text as string, room: where as number, author: alice.id })
  socket.answers("message.send", { message: accepted, ...more })
  await pass()
}

describe("sending", () => {
  test("it works: a message is pending, is sent with its id, and is confirmed when it is in the room", async () => {
    const { session, socket } = await openInRoom()
    const id = session.outbox.send(1, "hello")
    expect(session.timeline(1).pending).toMatchObject([{ id, text: "hello", state: "sent" }])
    expect(socket.asked("message.send")).toMatchObject({ room: 1, message: id, text: "hello" })
    await confirm(socket, 11)
    expect(session.timeline(1).messages.at(-1)).toMatchObject({ id, number: 11 })
    expect(session.timeline(1).pending).toEqual([])
  })

  test("the event may come before the reply", async () => {
    const { session, socket } = await openInRoom()
    const id = session.outbox.send(1, "hello")
    socket.says(posted(11, { id, author: alice.id, text: "hello" }))
    expect(session.outbox.entries).toEqual([])
    await confirm(socket, 11)
    expect(session.timeline(1).messages.filter(found => found.id === id)).toHaveLength(1)
  })

  test("a reply may arrive before an earlier message: then the sent one stays pending", async () => {
    const { session, socket } = await openInRoom()
    session.outbox.send(1, "hello")
    await confirm(socket, 12)
    expect(states(session)).toEqual(["hello: sent"])
    expect(session.timeline(1).messages.at(-1)?.number).toBe(10)
    socket.says(posted(11))
    socket.says(posted(12, { id: socket.asked("message.send").message as string, author: alice.id }))
    expect(
      session
        .timeline(1)
        .messages.map(({ number }) => number)
        .slice(-2),
    ).toEqual([11, 12])
    expect(session.outbox.entries).toEqual([])
  })

  test("messages of one room are sent one after another, those of different rooms at the same time", async () => {
    const two = { rooms: [room(1, 10), room(2, 0)], memberships: [membership(1, 10), membership(2, 0)] }
    const { session, socket } = await openTab(snapshot(10, two))
    session.outbox.send(1, "first")
    session.outbox.send(1, "second")
    session.outbox.send(2, "elsewhere")
    expect(sent(socket)).toEqual(["first", "elsewhere"])
    await confirm(socket, 1)
    socket.says({ re: socket.all("message.send")[0]?.id as number, ok: { message: message(11) } })
    await pass()
    expect(sent(socket)).toEqual(["first", "elsewhere", "second"])
  })

  test("a duplicate counts as sent", async () => {
    const { session, socket } = await openTab()
    session.outbox.send(1, "hello")
    await confirm(socket, 11, { dup: true })
    expect(session.outbox.entries).toEqual([])
  })
})

describe("errors", () => {
  test.each(["invalid", "forbidden", "not_found", "conflict"])(
    "%s is final: the message fails, and the next one is sent",
    async code => {
      const { session, socket } = await openTab()
      session.outbox.send(1, "bad")
      session.outbox.send(1, "good")
      socket.refuses("message.send", code)
      await pass()
      expect(session.outbox.entries[0]).toMatchObject({ text: "bad", state: "failed", error: `${code}!` })
      expect(sent(socket)).toEqual(["bad", "good"])
      await pass(60 * SECOND)
      expect(sent(socket)).toEqual(["bad", "good"])
    },
  )

  test.each(["rate_limited", "unavailable"])(
    "%s: it is sent again after the delay that the server names, in the same order",
    async code => {
      const { session, socket } = await openTab()
      session.outbox.send(1, "first")
      session.outbox.send(1, "second")
      socket.refuses("message.send", code, 3)
      await pass(2.9 * SECOND)
      expect(states(session)).toEqual(["first: queued", "second: queued"])
      await pass(0.2 * SECOND)
      expect(sent(socket)).toEqual(["first", "first"])
      await confirm(socket, 11)
      expect(sent(socket)).toEqual(["first", "first", "second"])
    },
  )

  test("an internal error is retried a few times, then the next message is sent", async () => {
    const { session, socket } = await openTab()
    session.outbox.send(1, "failing")
    session.outbox.send(1, "next")
    for (let failure = 0; failure < 4; failure++) {
      socket.refuses("message.send", "internal")
      await pass(40 * SECOND)
    }
    expect(states(session)[0]).toBe("failing: failed")
    expect(sent(socket).at(-1)).toBe("next")
  })

  test("a failed message can be sent again, or discarded", async () => {
    const { session, socket } = await openTab()
    const id = session.outbox.send(1, "hello")
    socket.refuses("message.send", "forbidden")
    await pass()
    session.outbox.retry(id)
    expect(sent(socket)).toEqual(["hello", "hello"])
    socket.refuses("message.send", "forbidden")
    await pass()
    session.outbox.discard(id)
    await pass()
    expect(session.outbox.entries).toEqual([])
    expect(await stored()).toEqual([])
  })
})

describe("without a connection", () => {
  test("messages wait for the connection, and are sent in their order", async () => {
    const { session, socket } = await openTab()
    session.outbox.send(1, "on its way")
    socket.ends()
    await pass()
    session.outbox.send(1, "written offline")
    expect(states(session)).toEqual(["on its way: queued", "written offline: queued"])
    const reconnected = await reconnect(session)
    expect(sent(reconnected)).toEqual(["on its way"])
    expect(reconnected.asked("message.send").message).toBe(socket.asked("message.send").message)
    await confirm(reconnected, 11, { dup: true })
    expect(sent(reconnected)).toEqual(["on its way", "written offline"])
  })

  test("after 4029 (sent too much) unconfirmed messages are sent again when the delay is over", async () => {
    const { session, socket } = await openTab()
    session.outbox.send(1, "on its way")
    socket.ends(4029, "retry_after=5")
    await pass()
    expect(session.status).toBe("reconnecting")
    expect(states(session)).toEqual(["on its way: queued"])
    await pass(4_900)
    expect(FakeSocket.last).toBe(socket)
    await pass(700)
    const reconnected = FakeSocket.last
    reconnected.hello()
    reconnected.answers("resume", { ...snapshot(10), changes: [] })
    await pass()
    expect(sent(reconnected)).toEqual(["on its way"])
    expect(reconnected.asked("message.send").message).toBe(socket.asked("message.send").message)
  })

  test("a closed tab loses nothing: the next tab sends its messages with the same ids", async () => {
    const { session, socket } = await openTab()
    socket.ends()
    const ids = [session.outbox.send(1, "one"), session.outbox.send(1, "two")]
    await pass()
    session.stop()
    await pass()
    const next = await openTab()
    expect(states(next.session)).toEqual(["one: sent", "two: queued"])
    await confirm(next.socket, 11)
    await confirm(next.socket, 12)
    expect(next.socket.all("message.send").map(({ message: id }) => id)).toEqual(ids)
    expect(next.session.outbox.entries).toEqual([])
  })

  test("Bob in the same browser neither sees nor sends what Alice wrote", async () => {
    const { session, socket } = await openTab()
    socket.ends()
    session.outbox.send(1, "Alice's own")
    await pass()
    session.stop()
    const bob = await openTab(snapshot(10, { me: { ...alice, id: 2 } }))
    expect(bob.session.outbox.entries).toEqual([])
    expect(sent(bob.socket)).toEqual([])
  })

  test("a browser without storage still sends", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {})
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("no", "SecurityError")
    })
    const { session, socket } = await openTab()
    session.outbox.send(1, "hello")
    await confirm(socket, 11)
    expect(session.outbox.entries).toEqual([])
  })
})

describe("two tabs", () => {
  test("one sends the messages that the other has left when it was closed", async () => {
    const open = await openTab()
    const closed = await openTab()
    closed.socket.ends()
    closed.session.outbox.send(1, "left behind")
    await pass()
    closed.session.stop()
    await pass(50 * SECOND)
    expect(sent(open.socket)).toEqual(["left behind"])
  })

  test("a message that one discards disappears in the other", async () => {
    const first = await openTab()
    first.socket.ends()
    await pass()
    const id = first.session.outbox.send(1, "regretted")
    await pass()
    const second = await openTab()
    expect(sent(second.socket)).toEqual(["regretted"])
    second.socket.ends()
    await pass()
    first.session.outbox.discard(id)
    await pass()
    expect(second.session.outbox.entries).toEqual([])
  })

  test("a message that one has sent is confirmed in the other", async () => {
    const first = await openTab()
    first.socket.ends()
    await pass()
    const id = first.session.outbox.send(1, "hello")
    await pass()
    const second = await openTab()
    await confirm(second.socket, 11, {})
    FakeSocket.opened.push(first.socket)
    const back = await reconnect(first.session, snapshot(10))
    back.says(posted(11, { id, author: alice.id }))
    await pass()
    expect(first.session.outbox.entries).toEqual([])
  })
})

describe("another epoch", () => {
  const restored = (last: number) => snapshot(last, { epoch: "e2" })

  test("own messages of the last ten minutes are sent again with their ids, and not shown as pending", async () => {
    const { session, socket } = await openTab()
    session.outbox.send(1, "too long ago")
    await confirm(socket, 11)
    vi.setSystemTime(Date.now() + CONFIRMED_MS + SECOND)
    socket.says({ type: "heartbeat" })
    const id = session.outbox.send(1, "just now")
    await confirm(socket, 12)
    socket.ends()
    await pass()
    const reconnected = await reconnect(session, restored(11), { reset: true })
    expect(reconnected.all("message.send")).toMatchObject([{ message: id, text: "just now" }])
    expect(session.outbox.entries).toEqual([])
    reconnected.refuses("message.send", "conflict")
    await pass()
    expect(session.outbox.entries).toEqual([])
  })

  test("a deleted message is not sent again", async () => {
    const { session, socket } = await openTab()
    const id = session.outbox.send(1, "regretted")
    await confirm(socket, 11)
    socket.says(posted(11, { id, author: alice.id }))
    socket.says(posted(11, { id, author: alice.id, seq: 12, text: "", deleted: true }))
    socket.ends()
    await pass()
    const reconnected = await reconnect(session, restored(10), { reset: true })
    expect(sent(reconnected)).toEqual([])
  })
})

test("ids increase in the order of sending", async () => {
  const { session } = await openTab()
  const ids = Array.from({ length: 50 }, (_, index) => session.outbox.send(1, `message ${index}`))
  expect([...ids].sort()).toEqual(ids)
  expect(session.outbox.entries.map(({ id }) => id)).toEqual(ids)
  await turns()
})
