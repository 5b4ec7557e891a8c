import "fake-indexeddb/auto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Event, Member, Membership, Timeline as Page, Room, Snapshot } from "../protocol/types"
import { FakeSocket } from "../testing/fakeSocket"
import { liveTab, turns } from "../testing/people"
import type { Session } from "./session.svelte"

/** A case that pytest wrote: a member's state on the server, the events sent to them, and the state afterwards. */
interface Case {
  name: string
  before: Snapshot
  timelines: Record<string, Page>
  events: Event[]
  after: Snapshot
  timelinesAfter: Record<string, Page>
}

const folder = join(import.meta.dirname, "../../.contract")
const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".json")) : []
const cases = files.map(name => JSON.parse(readFileSync(join(folder, name), "utf8")) as Case)

test("there are cases", () => {
  expect(
    cases.length,
    "there are no contract cases in client/.contract: run pytest first (bin/test does)",
  ).toBeGreaterThan(0)
})

test.each(cases.map(found => [found.name, found] as const))(
  "state before + events = state after: %s",
  async (_, expected) => {
    const session = await liveTab(expected.before)
    for (const [room, page] of Object.entries(expected.timelines)) {
      void session.timeline(Number(room)).open()
      await turns()
      FakeSocket.last.answers("timeline", page)
      await turns()
    }
    for (const event of expected.events) FakeSocket.last.says(event)
    await turns()
    expect(stateOf(session, expected.after.members)).toEqual(stateIn(expected.after))
    for (const [room, page] of Object.entries(expected.timelinesAfter)) {
      // The page after is the newest one; what was loaded before may reach further back.
      const first = page.messages[0]?.number ?? 0
      const { messages } = session.timeline(Number(room))
      expect(messages.filter(({ number }) => number >= first)).toEqual(page.messages)
    }
    session.stop()
  },
)

/** The compared state. Presence and typing are not part of the contract. */
interface State {
  epoch: string
  me: Member
  workspace: Snapshot["workspace"]
  reach: Snapshot["reach"]
  rooms: Room[]
  memberships: (Membership | null)[]
  members: Member[]
}

function stateOf(session: Session, known: readonly Member[]): State {
  const rooms = session.rooms.all.toSorted((a, b) => a.id - b.id)
  return {
    epoch: session.epoch,
    me: session.me,
    workspace: session.workspace,
    reach: session.reach,
    rooms: rooms.map(state => state.room),
    memberships: rooms.map(state => state.membership),
    members: known.map(({ id }) => session.members.get(id)),
  }
}

function stateIn({ epoch, me, workspace, reach, rooms, memberships, members }: Snapshot): State {
  return {
    epoch,
    me,
    workspace,
    reach,
    rooms: rooms.toSorted((a, b) => a.id - b.id),
    memberships: memberships.toSorted((a, b) => a.room - b.room),
    members,
  }
}
