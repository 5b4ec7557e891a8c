// Written by bin/generate from src/hubbub/protocol. Change that, not this.

/** A member's role on this site. */
export type Role = "owner" | "admin" | "member" | "guest" | "bot"

export type RoomKind = "public" | "private" | "direct" | "thread"

/** A member's role in one room. */
export type RoomRole = "admin" | "member"

/** The messages of a room that notify its member. */
export type Level = "all" | "mentions" | "nothing"

/** The people who may add a member to rooms and open direct rooms with them. Owners and admins always may. */
export type Reach = "everybody" | "known" | "nobody"

/** Whether a member is connected and active. Of several tabs the most active one counts. */
export type PresenceState = "active" | "away" | "offline"

/** The change that a system message records. */
export type SystemKind =
  | "created"
  | "joined"
  | "added"
  | "left"
  | "removed"
  | "renamed"
  | "described"
  | "archived"
  | "unarchived"

/** A user's or bot's identity in the chat. */
export interface Member {
  id: number
  /** the unique name to mention them by: letters, digits, “.”, “_”, “-” */
  handle: string
  name: string
  role: Role
  about: string
  /** colour of the generated avatar, in degrees (0–359) */
  hue: number
  /** false after deactivation: they cannot post any more, their messages stay */
  active: boolean
  /** the count of directory changes when they last changed */
  version: number
  /** another member's name looks the same: show the handle wherever you show the name */
  namesake?: true
}

/** Any container of messages. */
export interface Room {
  id: number
  kind: RoomKind
  /** empty in a direct room, which is shown by its participants */
  name: string
  description: string
  archived: boolean
  /** the room's head: seq of its last change */
  seq: number
  /** number of its last message */
  last_number: number
  /** when its last message was posted, or when it was created */
  last_at: string
  /** how many messages people have posted; system messages do not count */
  posts: number
  /** messages up to this number are gone for good */
  floor: number
  /** how many members it has */
  members: number
  /** its members; direct rooms only */
  participants?: number[]
  /** the message that it belongs to; thread rooms only */
  root?: string
}

/** Your membership in a room. Others do not see it. */
export interface Membership {
  room: number
  role: RoomRole
  level: Level
  /** number of the last message that you have read */
  read_number: number
  /** posts up to that message; unread = room.posts − read_posts */
  read_posts: number
  /** your version when it last changed */
  version: number
  /** the room's last number at that moment; left out if the room is sent too. A later post of yours moves the read position further */
  as_of?: number
}

/** A change of the room, recorded as a message. Its author made the change. */
export interface System {
  kind: SystemKind
  /** the member concerned */
  member?: number
  /** the new name or description */
  text?: string
}

/** A message in its current state. `number` is its position in the room, `seq` that of its last change. */
export interface Message {
  id: string
  room: number
  number: number
  /** how many posts the room has up to and with this one; `read_posts` is one of these counts */
  post: number
  seq: number
  author: number
  /** Markdown source; empty after deletion */
  text: string
  created_at: string
  edited_at?: string
  deleted?: true
  system?: System
}

export interface Presence {
  member: number
  state: PresenceState
}

/** A member of a room and their presence. */
export interface RosterEntry {
  member: number
  role: RoomRole
  state: PresenceState
}

/** The changes of one room: all of them, oldest first, or none and `reset`. */
export interface Changes {
  room: number
  /** the room's head after these changes */
  seq: number
  messages: Message[]
  /** too many changes to send: drop the room's messages and load them again */
  reset?: true
}

/** The command is done. No fields. */
export type Done = Record<string, never>

export interface Workspace {
  name: string
  /** whether you may create rooms */
  open_rooms: boolean
  /** counts changes of the name */
  version: number
}

/** The state that a client starts from. */
export interface Snapshot {
  epoch: string
  me: Member
  workspace: Workspace
  /** your version: counts changes of your memberships and permissions. Ignore events with this version or an older one */
  version: number
  /** who may add you to rooms and open direct rooms with you */
  reach: Reach
  rooms: Room[]
  memberships: Membership[]
  /** counts changes of members: send it when you resume */
  directory: number
  /** all members on a small site; else ask `member.list` for the others */
  members: Member[]
  /** connected members */
  presence: Presence[]
}

/** Your complete rooms and memberships, the members that changed, and the changes of each room you named. */
export interface Resumed {
  epoch: string
  me: Member
  workspace: Workspace
  /** your version: counts changes of your memberships and permissions. Ignore events with this version or an older one */
  version: number
  /** who may add you to rooms and open direct rooms with you */
  reach: Reach
  rooms: Room[]
  memberships: Membership[]
  /** counts changes of members: send it when you resume */
  directory: number
  /** all members on a small site; else ask `member.list` for the others */
  members: Member[]
  /** connected members */
  presence: Presence[]
  changes: Changes[]
  /** another epoch: forget the messages of all rooms */
  reset?: true
}

/** The message with its number and seq. `dup`: an earlier request had stored it already. */
export interface Sent {
  message: Message
  dup?: true
}

/** A room, and your membership if you are a member. */
export interface RoomState {
  room: Room
  membership?: Membership
  /** your version when this was read; ignore it if you know a newer one */
  version: number
}

/** A page of a room's messages by number, oldest first, with the room's head when it was read. */
export interface Timeline {
  room: number
  seq: number
  messages: Message[]
  /** whether there are older ones */
  before: boolean
  /** whether there are newer ones */
  after: boolean
}

export interface RoomPage {
  rooms: Room[]
  /** which of them you are a member of */
  joined: number[]
  more: boolean
}

export interface MemberPage {
  members: Member[]
  more: boolean
}

/** The members of a room: connected ones first, then by name. */
export interface Roster {
  room: number
  entries: RosterEntry[]
  members: Member[]
  more: boolean
}

/** The state to start from. After the reply, the socket sends every change of your rooms. */
export interface TakeSnapshot {
  id?: number
  type: "snapshot"
}

/** The changes since the seqs that the client has. After the reply, the socket sends every change of your rooms. */
export interface Resume {
  id?: number
  type: "resume"
  epoch: string
  rooms: Record<string, number>
  /** the directory you have; without it the reply has all members */
  directory?: number
}

/** Post a message. `message` is a UUIDv7 made by the sender: sending it again is harmless. */
export interface SendMessage {
  id?: number
  type: "message.send"
  room: number
  message: string
  text: string
}

/** Change the text of your own message. `seq` is that of the state you have; if it has changed: conflict. */
export interface EditMessage {
  id?: number
  type: "message.edit"
  message: string
  text: string
  seq: number
}

/** Delete a message: its text is gone for good, its number stays. */
export interface DeleteMessage {
  id?: number
  type: "message.delete"
  message: string
}

/** One message by its id, for links to messages. */
export interface GetMessage {
  id?: number
  type: "message.get"
  message: string
}

/** A page of messages: before, after or around a number (exclusive, exclusive, inclusive), or the newest ones. */
export interface ReadTimeline {
  id?: number
  type: "timeline"
  room: number
  before?: number
  after?: number
  around?: number
  limit?: number
}

/** Create a room; you become its first member and its admin. */
export interface CreateRoom {
  id?: number
  type: "room.create"
  name: string
  description?: string
  private?: boolean
}

/**
 * The direct room between you and these members, always the same for the same people. With your own id only: notes
 * to yourself.
 */
export interface OpenDirect {
  id?: number
  type: "room.direct"
  members: number[]
}

/** A room by its id or its name. */
export interface GetRoom {
  id?: number
  type: "room.get"
  room?: number
  name?: string
}

/** Public rooms by name, joined or not. `after` is the last name of the page before. */
export interface BrowseRooms {
  id?: number
  type: "room.directory"
  query?: string
  after?: string
  archived?: boolean
  limit?: number
}

export interface RenameRoom {
  id?: number
  type: "room.rename"
  room: number
  name: string
}

/** Change the description of a room. */
export interface DescribeRoom {
  id?: number
  type: "room.describe"
  room: number
  description: string
}

/** Archive a room, which closes it for new messages, or open it again. Its messages stay readable. */
export interface ArchiveRoom {
  id?: number
  type: "room.archive"
  room: number
  archived: boolean
}

export interface JoinRoom {
  id?: number
  type: "room.join"
  room: number
}

export interface LeaveRoom {
  id?: number
  type: "room.leave"
  room: number
}

/** Add members to a room. */
export interface InviteMembers {
  id?: number
  type: "room.invite"
  room: number
  members: number[]
}

/** Remove a member from a room. They receive nothing that is posted afterwards. */
export interface RemoveMember {
  id?: number
  type: "room.remove"
  room: number
  member: number
}

/** The members of a room, connected ones first. */
export interface ReadRoster {
  id?: number
  type: "room.roster"
  room: number
  query?: string
  /** how many entries to skip */
  after?: number
  limit?: number
}

/** Mark messages as read up to this number. Never moves back. */
export interface MarkRead {
  id?: number
  type: "room.read"
  room: number
  number: number
}

/** Mark messages from this number on as unread. */
export interface MarkUnread {
  id?: number
  type: "room.unread"
  room: number
  number: number
}

/** Choose which messages of this room notify you. */
export interface SetLevel {
  id?: number
  type: "room.notify"
  room: number
  level: Level
}

/** Members by id. Members that you may not see are left out. */
export interface ListMembers {
  id?: number
  type: "member.list"
  members: number[]
}

/** Members whose name or handle begins with the query, by name. */
export interface BrowseMembers {
  id?: number
  type: "member.directory"
  query?: string
  /** how many entries to skip */
  after?: number
  limit?: number
}

/** Change how others see you, and who may add you to rooms. Fields that are left out stay as they are. */
export interface UpdateProfile {
  id?: number
  type: "profile.update"
  name?: string
  about?: string
  hue?: number
  /** who may add you to rooms and open direct rooms with you; others do not see it */
  reach?: Reach
}

/** Whether the user is looking at this connection's window. Socket only. */
export interface SetPresence {
  id?: number
  type: "presence.set"
  state: "active" | "away"
}

/** Show “… is typing” to a room; repeat it every few seconds. Socket only. */
export interface StartTyping {
  id?: number
  type: "typing"
  room: number
}

/** The answer to a heartbeat. Socket only. */
export interface Beat {
  id?: number
  type: "beat"
}

/** A request of a client. */
export type Command =
  | TakeSnapshot
  | Resume
  | SendMessage
  | EditMessage
  | DeleteMessage
  | GetMessage
  | ReadTimeline
  | CreateRoom
  | OpenDirect
  | GetRoom
  | BrowseRooms
  | RenameRoom
  | DescribeRoom
  | ArchiveRoom
  | JoinRoom
  | LeaveRoom
  | InviteMembers
  | RemoveMember
  | ReadRoster
  | MarkRead
  | MarkUnread
  | SetLevel
  | ListMembers
  | BrowseMembers
  | UpdateProfile
  | SetPresence
  | StartTyping
  | Beat

/** The reply of each command. */
export interface Replies {
  snapshot: Snapshot
  resume: Resumed
  "message.send": Sent
  "message.edit": Message
  "message.delete": Message
  "message.get": Message
  timeline: Timeline
  "room.create": RoomState
  "room.direct": RoomState
  "room.get": RoomState
  "room.directory": RoomPage
  "room.rename": RoomState
  "room.describe": RoomState
  "room.archive": RoomState
  "room.join": RoomState
  "room.leave": Done
  "room.invite": RoomState
  "room.remove": RoomState
  "room.roster": Roster
  "room.read": Membership
  "room.unread": Membership
  "room.notify": Membership
  "member.list": MemberPage
  "member.directory": MemberPage
  "profile.update": Member
  "presence.set": Done
  typing: Done
  beat: Done
}

/** The first event on a socket: your member id and the epoch of the database's history. */
export interface Hello {
  type: "hello"
  epoch: string
  member: number
  /** seconds between heartbeats; silence for twice as long means that the connection is dead */
  heartbeat: number
  /** true while the bus is down, so that changes from other processes arrive seconds late; else left out */
  degraded?: boolean
}

/**
 * The durable event: a message is new or has changed. It has the full state.
 *
 * A client applies it if `seq` is its last seq of the room + 1 (or `after` is its last seq), drops it if it is older,
 * and sends `resume` if there is a gap. A message is new to a client if its `number` is greater than the room's last.
 */
export interface MessageChanged {
  type: "message"
  room: number
  seq: number
  /** the seq before this one, if it is not seq − 1 */
  after?: number
  message: Message
}

/** A room's name, description, archive or member count has changed. Sent to its members. Version: `room.seq`. */
export interface RoomChanged {
  type: "room"
  room: Room
}

/** Your membership has changed: joined, read further, another level. Sent to you, in all your tabs. */
export interface MembershipChanged {
  type: "membership"
  membership: Membership
  /** the room, if you have just become a member */
  room?: Room
}

/** You are no longer a member of this room: forget it. Sent to you. */
export interface RoomLeft {
  type: "left"
  room: number
  /** your version after this change */
  version: number
}

/** A member is new, or has another name, role or profile. Sent to all who may see them. */
export interface MemberChanged {
  type: "member"
  member: Member
}

/** The workspace has another name. Sent to everybody. */
export interface WorkspaceChanged {
  type: "workspace"
  name: string
  /** counts changes of the name */
  version: number
}

/** Your permissions in the workspace have changed, or who may add you to rooms. Sent to you, in all your tabs. */
export interface PermissionsChanged {
  type: "permissions"
  /** whether you may create rooms */
  open_rooms: boolean
  /** who may add you to rooms and open direct rooms with you */
  reach: Reach
  /** your version after this change */
  version: number
}

/** Members who connected, disconnected or are away: all changes since the last such event. Ephemeral. */
export interface PresenceChanged {
  type: "presence"
  presence: Presence[]
}

/** Members who are typing in a room. Valid for TYPING_SECONDS unless repeated. Ephemeral. */
export interface Typing {
  type: "typing"
  room: number
  members: number[]
}

/** You read too slowly, so events of this room were dropped. Send `resume`. `head` is the room's last seq. */
export interface Lag {
  type: "lag"
  room: number
  head: number
}

/** The server could not send you some change. Send `resume`. */
export interface Refresh {
  type: "refresh"
}

/**
 * The server is alive. Answer with `beat`. `heads` has the heads of rooms with recent changes.
 *
 * An extra heartbeat is sent when `degraded` changes.
 */
export interface Heartbeat {
  type: "heartbeat"
  heads?: Record<string, number>
  /** true while the bus is down, so that changes from other processes arrive seconds late; else left out */
  degraded?: boolean
}

/** A message that the server sends without being asked. */
export type Event =
  | Hello
  | MessageChanged
  | RoomChanged
  | MembershipChanged
  | RoomLeft
  | MemberChanged
  | WorkspaceChanged
  | PermissionsChanged
  | PresenceChanged
  | Typing
  | Lag
  | Refresh
  | Heartbeat

/** Why a command was refused. */
export type ErrorCode =
  | "invalid"
  | "sign_in"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "rate_limited"
  | "unavailable"
  | "internal"

/** Close codes of the socket. */
export const Close = {
  PROTOCOL_ERROR: 4000,
  SIGN_IN: 4001,
  REVOKED: 4003,
  NOT_FOUND: 4004,
  SLOW: 4008,
  LOST_CONTINUITY: 4010,
  GOING_AWAY: 4012,
  TOO_MANY: 4029,
} as const

/** Close codes after which a client does not reconnect by itself. */
export const STAY_AWAY: ReadonlySet<number> = new Set([4000, 4001, 4003, 4004])

/** bytes: text of one message, in UTF-8: a long letter, not a file */
export const MESSAGE_BYTES = 16384

/** characters: name of a room: fits a sidebar */
export const ROOM_NAME_CHARACTERS = 80

/** characters: description of a room, or of a member by themself */
export const DESCRIPTION_CHARACTERS = 500

/** characters: name of a member */
export const MEMBER_NAME_CHARACTERS = 80

/** members: people in one direct room; larger groups use a room with a name */
export const DIRECT_MEMBERS = 20

/** members: ids in one `member.list` or `room.invite` */
export const MEMBERS_AT_ONCE = 100

/** messages: one page of history */
export const TIMELINE_PAGE = 100

/** rows: one page of the room or member directory */
export const DIRECTORY_PAGE = 100

/** rooms: rooms in one `resume`; clients load further rooms again */
export const RESUME_ROOMS = 1000

/** seconds: that “is typing” is shown without being repeated */
export const TYPING_SECONDS = 6
