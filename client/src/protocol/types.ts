// Written by bin/generate from src/hubbub/protocol. Change that, not this.

/** What a member may do on this site, most first. */
export type Role = "owner" | "admin" | "member" | "guest" | "bot"

export type RoomKind = "public" | "private" | "direct" | "thread"

/** What a member may do in one room. */
export type RoomRole = "admin" | "member"

/** Which messages of a room notify its member. */
export type Level = "all" | "mentions" | "nothing"

/** The people who may bring a member into rooms and open direct rooms with them. Owners and admins always may. */
export type Reach = "everybody" | "known" | "nobody"

/** Whether a member is connected now, and looking. Several tabs are one person: the most present one counts. */
export type PresenceState = "active" | "away" | "offline"

/** What a system message tells. */
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
  /** the name to mention them by: letters, digits, “.”, “_”, “-”; unique */
  handle: string
  name: string
  role: Role
  about: string
  /** colour of the generated avatar, in degrees (0–359) */
  hue: number
  /** false once deactivated: they speak no more, what they said stays */
  active: boolean
  /** the directory's count when they last changed */
  version: number
  /** another member's name looks the same: show the handle wherever you show the name */
  namesake?: true
}

/** Any container of messages. */
export interface Room {
  id: number
  kind: RoomKind
  /** empty in a direct room: its people are its name */
  name: string
  description: string
  archived: boolean
  /** the room's head: seq of its last change */
  seq: number
  /** number of its last message */
  last_number: number
  /** when its last message came, or when it was made */
  last_at: string
  /** how many messages people have posted; system messages do not count */
  posts: number
  /** messages up to this number are gone for good */
  floor: number
  /** how many members it has */
  members: number
  /** who it is between; direct rooms only */
  participants?: number[]
  /** the message it hangs on; thread rooms only */
  root?: string
}

/** Your own place in a room. Nobody else is told. */
export interface Membership {
  room: number
  role: RoomRole
  level: Level
  /** read up to this message */
  read_number: number
  /** posts up to there; unread = room.posts − read_posts */
  read_posts: number
  /** your version when it last changed */
  version: number
  /** the room's last number at that moment, left out where the room comes along: a later post of yours moves the read position further */
  as_of?: number
}

/** What happened, in a message that nobody typed. The message's author did it. */
export interface System {
  kind: SystemKind
  /** whom it happened to */
  member?: number
  /** the new name or description */
  text?: string
}

/** One post in its present state. `seq` is the place of its last change in the room, `number` its place. */
export interface Message {
  id: string
  room: number
  number: number
  /** posts in the room up to and with this one; what read_posts counts in */
  post: number
  seq: number
  author: number
  /** source, in Markdown; empty once deleted */
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

/** Somebody who belongs to a room, and whether they are connected now. */
export interface RosterEntry {
  member: number
  role: RoomRole
  state: PresenceState
}

/** What one room missed: all of it, oldest change first, or `reset` and nothing. */
export interface Changes {
  room: number
  /** the head these changes lead to */
  seq: number
  messages: Message[]
  /** too much to send: drop the room, page it anew */
  reset?: true
}

/** It is done; there is nothing more to say. */
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
  /** your version: counts changes of what only you know (memberships, permissions). An event with this version or an older one tells nothing new */
  version: number
  /** who may bring you into rooms, and open direct rooms with you */
  reach: Reach
  rooms: Room[]
  memberships: Membership[]
  /** counts changes of members: say it when you resume */
  directory: number
  /** those you are likely to meet; ask `member.list` for others */
  members: Member[]
  /** who is connected now */
  presence: Presence[]
}

/** What was missed: what only you know, whole; the members that changed; the changes of each room you named. */
export interface Resumed {
  epoch: string
  me: Member
  workspace: Workspace
  /** your version: counts changes of what only you know (memberships, permissions). An event with this version or an older one tells nothing new */
  version: number
  /** who may bring you into rooms, and open direct rooms with you */
  reach: Reach
  rooms: Room[]
  memberships: Membership[]
  /** counts changes of members: say it when you resume */
  directory: number
  /** those you are likely to meet; ask `member.list` for others */
  members: Member[]
  /** who is connected now */
  presence: Presence[]
  changes: Changes[]
  /** another epoch: forget every room's messages */
  reset?: true
}

/** Where a message was placed. `dup`: it had been placed before, by an earlier try. */
export interface Sent {
  message: Message
  dup?: true
}

/** A room, and your place in it if you are a member. */
export interface RoomState {
  room: Room
  membership?: Membership
  /** your version when this was read: an older one than you know says nothing new */
  version: number
}

/** A page of a room's messages by number, oldest first, with the head it was read at. */
export interface Timeline {
  room: number
  seq: number
  messages: Message[]
  /** there are older ones */
  before: boolean
  /** there are newer ones */
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

/** Who belongs to a room: those connected now first, then by name. */
export interface Roster {
  room: number
  entries: RosterEntry[]
  members: Member[]
  more: boolean
}

/** The state to start from. From here on the socket delivers every change of your rooms. */
export interface TakeSnapshot {
  id?: number
  type: "snapshot"
}

/** What was missed since the seqs that the client has. From here on the socket delivers every change. */
export interface Resume {
  id?: number
  type: "resume"
  epoch: string
  rooms: Record<string, number>
  /** the one you have; without it all members come */
  directory?: number
}

/** Post a message. `message` is a UUIDv7 made by the sender: sending it again changes nothing. */
export interface SendMessage {
  id?: number
  type: "message.send"
  room: number
  message: string
  text: string
}

/** Change the text of your own message. `seq` is the state it is based on; another one is a conflict. */
export interface EditMessage {
  id?: number
  type: "message.edit"
  message: string
  text: string
  seq: number
}

/** Take a message back: its text is gone for good, its place stays. */
export interface DeleteMessage {
  id?: number
  type: "message.delete"
  message: string
}

/** One message by id: what a deep link points at. */
export interface GetMessage {
  id?: number
  type: "message.get"
  message: string
}

/** A page of messages: before, after or around a number (exclusive, exclusive, inclusive); none: the newest. */
export interface ReadTimeline {
  id?: number
  type: "timeline"
  room: number
  before?: number
  after?: number
  around?: number
  limit?: number
}

/** Open a room; you are its first member and its admin. */
export interface CreateRoom {
  id?: number
  type: "room.create"
  name: string
  description?: string
  private?: boolean
}

/** The direct room between you and these members: the same people, the same room. Alone: notes to yourself. */
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

/** Say what a room is for. */
export interface DescribeRoom {
  id?: number
  type: "room.describe"
  room: number
  description: string
}

/** Close a room for new messages, or open it again. What was said stays readable. */
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

/** Bring members into a room. */
export interface InviteMembers {
  id?: number
  type: "room.invite"
  room: number
  members: number[]
}

/** Put a member out of a room. They hear nothing that is said after. */
export interface RemoveMember {
  id?: number
  type: "room.remove"
  room: number
  member: number
}

/** Who belongs to a room: those connected now first. */
export interface ReadRoster {
  id?: number
  type: "room.roster"
  room: number
  query?: string
  /** how many to pass over */
  after?: number
  limit?: number
}

/** Read up to this number. Never moves back. */
export interface MarkRead {
  id?: number
  type: "room.read"
  room: number
  number: number
}

/** Unread from this number on. */
export interface MarkUnread {
  id?: number
  type: "room.unread"
  room: number
  number: number
}

/** Which messages of this room notify you. */
export interface SetLevel {
  id?: number
  type: "room.notify"
  room: number
  level: Level
}

/** Members by id; those you may not see are left out. */
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
  /** how many to pass over */
  after?: number
  limit?: number
}

/** Change how others see you, and who may bring you into rooms. What is left out stays. */
export interface UpdateProfile {
  id?: number
  type: "profile.update"
  name?: string
  about?: string
  hue?: number
  /** who may bring you into rooms and open direct rooms with you; only you are told */
  reach?: Reach
}

/** Whether somebody looks at this connection. Socket only. */
export interface SetPresence {
  id?: number
  type: "presence.set"
  state: "active" | "away"
}

/** “… is typing” in a room; repeat it every few seconds. Socket only. */
export interface StartTyping {
  id?: number
  type: "typing"
  room: number
}

/** A sign of life: the answer to a heartbeat. Socket only. */
export interface Beat {
  id?: number
  type: "beat"
}

/** What a client may ask. */
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

/** What each command is answered with. */
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

/** The first frame of a socket: who you are, and in which history of the database. */
export interface Hello {
  type: "hello"
  epoch: string
  member: number
  /** seconds between heartbeats; silence for twice as long means a dead link */
  heartbeat: number
  /** true while people at other processes are heard seconds late, for the bus is down; else left out */
  degraded?: boolean
}

/**
 * The durable event: a message is new or has changed; this is its full state.
 *
 * A client applies it if `seq` is the last it has + 1 (or `after` is the last it has), drops it if it is older,
 * and asks with `resume` for what is between on a jump.
 */
export interface MessageChanged {
  type: "message"
  room: number
  seq: number
  /** the seq before this one, where it is not seq − 1 */
  after?: number
  message: Message
}

/** A room's name, description, archive or number of members changed. To its members. `room.seq` is its version. */
export interface RoomChanged {
  type: "room"
  room: Room
}

/** Your place in a room: joined, read further, other level. To you, in all your tabs. */
export interface MembershipChanged {
  type: "membership"
  membership: Membership
  /** given when you have just become a member */
  room?: Room
}

/** You are no longer a member of this room: forget it. To you. */
export interface RoomLeft {
  type: "left"
  room: number
  /** your version since then */
  version: number
}

/** Somebody's name, role or profile, or a new member. To all who may see them. */
export interface MemberChanged {
  type: "member"
  member: Member
}

/** The workspace has another name. To everybody. */
export interface WorkspaceChanged {
  type: "workspace"
  name: string
  /** counts changes of the name */
  version: number
}

/** What you may do in the workspace has changed, or who may bring you into rooms. To you, in all your tabs. */
export interface PermissionsChanged {
  type: "permissions"
  /** whether you may create rooms */
  open_rooms: boolean
  /** who may bring you into rooms, and open direct rooms with you */
  reach: Reach
  /** your version since then */
  version: number
}

/** Who came, went, or looks away: all that changed since the last such event. Ephemeral. */
export interface PresenceChanged {
  type: "presence"
  presence: Presence[]
}

/** Who is typing in a room now; stands for TYPING_SECONDS unless repeated. Ephemeral. */
export interface Typing {
  type: "typing"
  room: number
  members: number[]
}

/** You read too slowly: frames of this room were dropped. Ask with `resume`; the head is given. */
export interface Lag {
  type: "lag"
  room: number
  head: number
}

/** The server could not tell you of something that changed. Ask with `resume`. */
export interface Refresh {
  type: "refresh"
}

/**
 * The server lives. Answer with `beat`. `heads` names rooms that moved and their heads.
 *
 * One comes out of turn when `degraded` has changed.
 */
export interface Heartbeat {
  type: "heartbeat"
  heads?: Record<string, number>
  /** true while people at other processes are heard seconds late, for the bus is down; else left out */
  degraded?: boolean
}

/** What a client hears. */
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

/** Why a socket ends. */
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

/** After these a client does not come back by itself. */
export const STAY_AWAY: ReadonlySet<number> = new Set([4000, 4001, 4003, 4004])

/** bytes: text of one message, in UTF-8: a long letter, not a file */
export const MESSAGE_BYTES = 16384

/** characters: name of a room: fits a sidebar */
export const ROOM_NAME_CHARACTERS = 80

/** characters: what a room is for, or what a member says about themself */
export const DESCRIPTION_CHARACTERS = 500

/** characters: name of a member */
export const MEMBER_NAME_CHARACTERS = 80

/** members: people in one direct room; more deserve a room with a name */
export const DIRECT_MEMBERS = 20

/** members: ids in one `member.list` or `room.invite` */
export const MEMBERS_AT_ONCE = 100

/** messages: one page of history */
export const TIMELINE_PAGE = 100

/** rows: one page of the room or member directory */
export const DIRECTORY_PAGE = 100

/** rooms: rooms in one `resume`; the rest start anew */
export const RESUME_ROOMS = 1000

/** seconds: that “is typing” stands without being repeated */
export const TYPING_SECONDS = 6
