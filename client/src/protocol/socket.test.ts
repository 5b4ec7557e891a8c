import { beforeEach, describe, expect, test, vi } from "vitest"
import { SECOND } from "../testing/clock"
import { FakeSocket } from "../testing/fakeSocket"
import { delay } from "./backoff"
import { CommandError } from "./errors"
import { type Listener, Socket } from "./socket"

function connected() {
  const listener = { opened: vi.fn(), event: vi.fn(), lost: vi.fn(), ended: vi.fn() } satisfies Listener
  const socket = new Socket("ws://chat/ws/", listener, FakeSocket.implementation)
  socket.open()
  FakeSocket.last.hello()
  return { socket, listener }
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.opened = []
})

describe("commands", () => {
  test("replies reach their commands in any order", async () => {
    const { socket } = connected()
    const first = socket.request("room.get", { room: 1 })
    const second = socket.request("room.get", { room: 2 })
    FakeSocket.last.says({ re: 2, ok: "two" })
    FakeSocket.last.says({ re: 1, ok: "one" })
    expect(await Promise.all([first, second])).toEqual(["one", "two"])
  })

  test("a refusal has a code, a message and a retry delay", async () => {
    const { socket } = connected()
    const reply = socket.request("room.join", { room: 1 })
    FakeSocket.last.says({ re: 1, error: { code: "rate_limited", message: "Too fast.", retry_after: 1.5 } })
    const error = await reply.catch((error: unknown) => error)
    expect(error).toMatchObject({ code: "rate_limited", message: "Too fast.", retryAfter: 1.5, final: false })
  })

  test("a lost connection rejects pending commands with an error that allows a retry", async () => {
    const { socket } = connected()
    const reply = socket.request("room.join", { room: 1 })
    FakeSocket.last.ends()
    const error = await reply.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toMatchObject({ code: "offline", final: false })
    await expect(socket.request("room.join", { room: 1 })).rejects.toMatchObject({ code: "offline" })
  })

  test("nothing is sent through a closing socket", async () => {
    const { socket } = connected()
    FakeSocket.last.readyState = 2
    await expect(socket.request("room.join", { room: 1 })).rejects.toMatchObject({ code: "offline" })
    socket.send("typing", { room: 1 })
    expect(FakeSocket.last.sent).toEqual([])
  })

  test("nothing is sent before the hello", async () => {
    const socket = new Socket("ws://chat/ws/", connected().listener, FakeSocket.implementation)
    socket.open()
    await expect(socket.request("snapshot", {})).rejects.toMatchObject({ code: "offline" })
    expect(FakeSocket.last.sent).toEqual([])
  })
})

describe("reconnecting", () => {
  test("it reconnects by itself", () => {
    const { listener } = connected()
    FakeSocket.last.ends()
    expect(listener.lost).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(0.5 * SECOND)
    expect(FakeSocket.opened).toHaveLength(2)
    FakeSocket.last.hello()
    expect(listener.opened).toHaveBeenCalledTimes(2)
  })

  test("the back-off grows with each failure and is reset by a stable connection", () => {
    vi.spyOn(Math, "random").mockReturnValue(1)
    const { listener } = connected()
    const delays = () => listener.lost.mock.calls.map(([at]) => Math.round((at - Date.now()) / 100) / 10)
    FakeSocket.last.ends()
    expect(delays().at(-1)).toBe(0.5)
    vi.runOnlyPendingTimers()
    FakeSocket.last.ends()
    expect(delays().at(-1)).toBe(1)
    vi.runOnlyPendingTimers()
    FakeSocket.last.hello()
    vi.advanceTimersByTime(11 * SECOND)
    FakeSocket.last.ends()
    expect(delays().at(-1)).toBe(0.5)
  })

  test.each([4012, 4029])("after %i it does not reconnect before the time that the server named", code => {
    const { listener } = connected()
    FakeSocket.last.ends(code, "retry_after=7.5")
    expect(listener.lost.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(Date.now() + 7500)
    vi.advanceTimersByTime(7.4 * SECOND)
    expect(FakeSocket.opened).toHaveLength(1)
  })

  test.each([4000, 4001, 4003, 4004])("after %i it does not reconnect, and reports the code", code => {
    const { listener } = connected()
    FakeSocket.last.ends(code)
    vi.advanceTimersByTime(120 * SECOND)
    expect(listener.ended).toHaveBeenCalledWith(code)
    expect(FakeSocket.opened).toHaveLength(1)
  })

  test("retryNow connects at once", () => {
    const { socket } = connected()
    FakeSocket.last.ends(4012, "retry_after=60")
    socket.retryNow()
    expect(FakeSocket.opened).toHaveLength(2)
    vi.advanceTimersByTime(5 * SECOND)
    expect(FakeSocket.opened).toHaveLength(2)
  })

  test("a socket that the client closed stays closed", () => {
    const { socket } = connected()
    socket.close()
    vi.advanceTimersByTime(120 * SECOND)
    expect(FakeSocket.opened).toHaveLength(1)
    expect(FakeSocket.last.closed).toBe(true)
  })
})

describe("detecting a dead connection", () => {
  test("a heartbeat is answered", () => {
    connected()
    FakeSocket.last.says({ type: "heartbeat" })
    expect(FakeSocket.last.sent).toEqual([{ type: "beat" }])
  })

  test("a connection that is silent for two heartbeats is dropped, one with heartbeats is kept", () => {
    connected()
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(20 * SECOND)
      FakeSocket.last.says({ type: "heartbeat" })
    }
    expect(FakeSocket.opened).toHaveLength(1)
    vi.advanceTimersByTime(46 * SECOND)
    expect(FakeSocket.opened[0]?.closed).toBe(true)
    expect(FakeSocket.opened.length).toBeGreaterThan(1)
  })

  test("check drops a dead connection after four seconds", () => {
    const { socket, listener } = connected()
    vi.advanceTimersByTime(SECOND)
    socket.check()
    expect(FakeSocket.last.sent).toEqual([{ type: "beat", id: 1 }])
    vi.advanceTimersByTime(3.9 * SECOND)
    expect(listener.lost).not.toHaveBeenCalled()
    vi.advanceTimersByTime(0.1 * SECOND)
    expect(listener.lost).toHaveBeenCalledOnce()
  })

  test("check keeps a connection that replies", () => {
    const { socket, listener } = connected()
    vi.advanceTimersByTime(SECOND)
    socket.check()
    FakeSocket.last.says({ re: 1, ok: {} })
    vi.advanceTimersByTime(10 * SECOND)
    expect(listener.lost).not.toHaveBeenCalled()
  })

  test("a server that never sends hello is dropped", () => {
    const listener = connected().listener
    new Socket("ws://chat/ws/", listener, FakeSocket.implementation).open()
    vi.advanceTimersByTime(10 * SECOND)
    expect(listener.lost).toHaveBeenCalledOnce()
  })
})

test("the back-off is random below a bound that doubles from half a second to thirty seconds", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 50].map(failures => delay(failures, null, () => 1))
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000])
  expect(delay(6, null, () => 0)).toBe(0)
})
