/** Replies of the server in the page: enough of each command to use every screen. */

import type { Command, Message, Room } from "../src/protocol/types"
import type { Held, World } from "./world"

type Answer = { ok: unknown } | { error: { code: string; message: string; retry_after?: number } }

export function answer(world: World, command: Command, scene: string): Answer {
  switch (command.type) {
    case "snapshot":
    case "resume":
      return { ok: { ...snapshot(world), ...(command.type === "resume" ? { changes: [] } : {}) } }
    case "timeline":
      if (scene === "failing") return refuse("unavailable", "The server is busy. Try again in a moment.")
      return inRoom(world, command.room, held => page(held, command))
    case "message.send":
      if (command.text.startsWith("/fail")) return refuse("forbidden", "You may not write here.")
      return inRoom(world, command.room, held => {
        const message = { ...world.post(held, world.me.id, command.text, Date.now()), id: command.message }
        held.messages[held.messages.length - 1] = message
        world.changed(message)
        return { message }
      })
    case "message.edit":
      return inMessage(world, command.message, message =>
        Object.assign(message, { text: command.text, edited_at: new Date().toISOString() }),
      )
    case "message.delete":
      return inMessage(world, command.message, message => Object.assign(message, { text: "", deleted: true }))
    case "room.read":
    case "room.unread":
      return inRoom(world, command.room, held => {
        const number = command.type === "room.read" ? command.number : command.number - 1
        const posts = held.messages[number - 1]?.post ?? 0
        if (held.membership) {
          Object.assign(held.membership, { read_number: number, read_posts: posts, version: world.nextVersion() })
        }
        return { ...held.membership, as_of: held.room.last_number }
      })
    case "room.directory": {
      const rooms = [...world.rooms.values()].filter(
        ({ room }) =>
          room.kind === "public" &&
          room.archived === (command.archived ?? false) &&
          room.name.startsWith(command.query ?? ""),
      )
      return {
        ok: {
          rooms: rooms.map(({ room }) => room),
          joined: rooms.filter(({ membership }) => membership).map(({ room }) => room.id),
          more: false,
        },
      }
    }
    case "room.get":
      return [...world.rooms.values()].find(({ room }) => room.id === command.room || room.name === command.name)
        ? inRoom(
            world,
            [...world.rooms.values()].find(({ room }) => room.id === command.room || room.name === command.name)?.room
              .id ?? 0,
            held => state(world, held),
          )
        : refuse("not_found", "There is no such room.")
    case "room.roster":
      return inRoom(world, command.room, ({ members }) => {
        const found = members
          .map(id => world.members.get(id))
          .filter(member => member?.name.toLowerCase().startsWith((command.query ?? "").toLowerCase()))
        const entries = found.map(member => ({
          member: member?.id,
          role: "member",
          state: world.presence.get(member?.id ?? 0) ?? "offline",
        }))
        return { room: command.room, entries, members: found, more: false }
      })
    case "member.directory": {
      const query = (command.query ?? "").toLowerCase()
      const found = [...world.members.values()].filter(
        ({ name, handle }) => name.toLowerCase().startsWith(query) || handle.startsWith(query),
      )
      return { ok: { members: found, more: false } }
    }
    case "member.list":
      return { ok: { members: command.members.map(id => world.members.get(id)).filter(Boolean), more: false } }
    case "profile.update": {
      const { reach, ...shown } = withoutFrame(command)
      if (reach) {
        world.reach = reach
        world.broadcast({ type: "permissions", open_rooms: true, reach: world.reach, version: world.nextVersion() })
      }
      return { ok: Object.assign(world.me, shown, { version: world.me.version + 1 }) }
    }
    case "room.create": {
      if ([...world.rooms.values()].some(({ room }) => room.name === command.name))
        return refuse("conflict", `There is already a room “${command.name}”.`)
      const held = world.add(command.private ? "private" : "public", command.name, command.description ?? "", [
        world.me.id,
      ])
      world.post(held, world.me.id, "", Date.now(), { kind: "created" })
      return { ok: state(world, held) }
    }
    case "room.direct": {
      const wanted = [...new Set([world.me.id, ...command.members])].sort((one, other) => one - other)
      const same = ({ room }: Held) =>
        [...(room.participants ?? [])].sort((one, other) => one - other).join() === wanted.join()
      return { ok: state(world, [...world.rooms.values()].find(same) ?? world.add("direct", "", "", wanted)) }
    }
    case "room.rename":
      return change(world, command.room, { name: command.name })
    case "room.describe":
      return change(world, command.room, { description: command.description })
    case "room.archive":
      return change(world, command.room, { archived: command.archived })
    case "room.join":
      return inRoom(world, command.room, held => {
        held.members.push(world.me.id)
        held.room.members += 1
        held.membership = {
          room: held.room.id,
          role: "member",
          level: "all",
          read_number: held.room.last_number,
          read_posts: held.room.posts,
          version: world.nextVersion(),
        }
        world.broadcast({ type: "membership", membership: held.membership, room: held.room })
        return state(world, held)
      })
    case "room.notify":
      return inRoom(world, command.room, held => {
        if (held.membership)
          held.membership = { ...held.membership, level: command.level, version: world.nextVersion() }
        return { ...held.membership, as_of: held.room.last_number }
      })
    case "room.leave":
      return inRoom(world, command.room, held => {
        held.membership = null
        world.broadcast({ type: "left", room: held.room.id, version: world.nextVersion() })
        return {}
      })
    case "room.invite":
    case "room.remove":
      return inRoom(world, command.room, held => {
        held.members =
          command.type === "room.invite"
            ? [...new Set([...held.members, ...command.members])]
            : held.members.filter(id => id !== command.member)
        held.room.members = held.members.length
        return state(world, held)
      })
    default:
      return { ok: {} }
  }
}

function snapshot(world: World) {
  const mine = [...world.rooms.values()].filter(({ membership }) => membership)
  return {
    epoch: world.epoch,
    me: world.me,
    directory: 0,
    workspace: world.workspace,
    version: world.version,
    reach: world.reach,
    rooms: mine.map(({ room }) => room),
    memberships: mine.map(({ membership }) => membership),
    members: [...world.members.values()],
    presence: [...world.presence].map(([member, presence]) => ({ member, state: presence })),
  }
}

function page(
  { room, messages }: Held,
  { before, after, around, limit = 50 }: { before?: number; after?: number; around?: number; limit?: number },
) {
  let first = messages.length - limit
  if (before !== undefined) first = before - 1 - limit
  if (after !== undefined) first = after
  if (around !== undefined) first = around - 1 - Math.floor(limit / 2)
  const last = before !== undefined ? before - 1 : Math.max(0, first) + limit
  const found = messages.slice(Math.max(0, first), Math.max(0, last))
  return { room: room.id, seq: room.seq, messages: found, before: first > 0, after: last < messages.length }
}

function inRoom(world: World, id: number, reply: (held: Held) => unknown): Answer {
  const held = world.rooms.get(id)
  return held ? { ok: reply(held) } : refuse("not_found", "There is no such room.")
}

function inMessage(world: World, id: string, changed: (message: Message) => Message): Answer {
  for (const { room, messages } of world.rooms.values()) {
    const message = messages.find(each => each.id === id)
    if (!message) continue
    room.seq += 1
    message.seq = room.seq
    changed(message)
    world.changed(message)
    return { ok: message }
  }
  return refuse("not_found", "There is no such message.")
}

function change(world: World, id: number, fields: Partial<Room>): Answer {
  return inRoom(world, id, held => {
    Object.assign(held.room, fields)
    held.room.seq += 1
    return state(world, held)
  })
}

function state(world: World, { room, membership }: Held) {
  return { room, version: world.version, ...(membership ? { membership } : {}) }
}

function withoutFrame<T extends { type: string; id?: number }>({ type: _type, id: _id, ...fields }: T) {
  return fields
}

function refuse(code: string, message: string): Answer {
  return { error: { code, message } }
}
