import { expect, test } from "vitest"
import type { Membership, Room } from "../protocol/types"
import { RoomState } from "./rooms.svelte"

test("unread is what was posted and not read", () => {
  const room = { id: 1, kind: "public", name: "general", posts: 12 } as Room
  const state = new RoomState(room, { room: 1, read_posts: 5 } as Membership)
  expect(state.unread).toBe(7)
  state.membership = { room: 1, read_posts: 12 } as Membership
  expect(state.unread).toBe(0)
})
