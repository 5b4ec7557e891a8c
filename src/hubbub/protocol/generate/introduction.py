"""The first part of the reference: how a socket's life goes, in prose. Numbers in braces come from the limits."""

INTRODUCTION = """\
# The protocol

One socket at `/ws/` carries JSON text frames (binary frames with the same text are taken too). The same
commands are served at `POST …/api/<command>` under the path where Hubbub is mounted (`/chat/` by default): the
body is the command without `type` and `id`, the answer is the reply itself or `{{"error": …}}` with the
matching status. `…/api/docs` shows them, `…/api/openapi.json` describes them.

A browser is known by its session cookie, and is refused unless its page's origin is allowed; with the cookie,
HTTP wants Django's CSRF token in `X-CSRFToken`. Programs send `Authorization: Bearer <token>` and need no
origin.

## A session

**The server speaks first.**

```json
{{"type": "hello", "epoch": "k3m9…", "member": 7, "heartbeat": {HEARTBEAT_SECONDS}}}
```

**The client says where it stands.** Who knows nothing asks for everything; who was here before names, for each
room whose messages it holds, the seq of the last change it has.

```json
{{"id": 1, "type": "snapshot"}}
{{"id": 1, "type": "resume", "epoch": "k3m9…", "rooms": {{"12": 345}}}}
```

The answer holds what only this member knows, whole: rooms, memberships, members, who is connected. To `resume`
it adds the changes of each named room: all of them, or `"reset": true` for a room where that would be too much
(drop its messages and page them anew), or `"reset": true` for everything when the epoch is another one: the
database's history is not the one the client knew. From this answer on, events come. One answer holds at most
{RESUME_TOTAL_BYTES} bytes of changes in all: the first room in the answer that exceeds this is reset, and all rooms
after it.

**Commands are answered** by their `id`, in any order. A member's messages for one room are placed in the order
in which one connection sent them.

```json
{{"id": 2, "type": "message.send", "room": 12, "message": "0197…", "text": "Hello"}}
{{"re": 2, "ok": {{"message": {{"id": "0197…", "room": 12, "number": 31, "seq": 346, "text": "Hello", "…": "…"}}}}}}
{{"re": 2, "error": {{"code": "rate_limited", "message": "Slower, please.", "retry_after": 0.4}}}}
```

`ok` means that it is stored for good. The sender makes the message's id (UUIDv7), so a message whose answer was
lost can be sent again at any time: the same id is the same message, and the answer says `"dup": true`.
`retry_after` is in seconds; a refusal without it will be the same next time.

**One rule keeps every room in order.** Each message has a `number`, its place in the room, and a `seq`, the
place of its last change: posting, editing, deleting each give it the room's next seq. The durable event is the
message's full new state:

```json
{{"type": "message", "room": 12, "seq": 346, "message": {{"id": "0197…", "number": 31, "seq": 346, "…": "…"}}}}
```

A client holds one number per room, the last seq it has taken, and takes an event if its `seq` is the next one,
or if the event says `after` which seq it comes and the client has that one. An older event is dropped. A jump
means that something was missed: `resume` that room. Joining, leaving and renaming are messages too (`system`),
so this is the whole of it. What is unread is a difference: `room.posts − membership.read_posts`.

**What has no seq has a version.** `room`, `membership`, `left`, `permissions`, `member` and `workspace` tell a
state that every snapshot and resume holds as well. They may arrive late, twice or after a newer one, so a client
takes one only if its version is newer than what it knows of the same thing: of a room `room.seq`, of a member
`member.version`, of the workspace's name `version`. Memberships and permissions share one count, *your version*: a
snapshot names the version up to which it knows everything, and after it each room's membership has the version of
its last event. The same holds for objects in replies. Another epoch begins with new versions.

A `membership` without `room` of a room that you do not know is ignored: the room comes with the event that lets you
in. **Guests** hear only of members with whom they share a room. So a guest asks with `resume` when somebody comes into
a room of theirs (`joined`, `added`), or they into one.

**Posting reads.** A post of your own moves your read position to it, without a `membership` event: the `message`
event says it. `as_of` in a membership tells which of your posts it knows of already.

**Events that cannot be missed do not exist.** `typing` and `presence` are of the moment and never stored. `lag` says
that this connection read too slowly and changes of a room were left out, `refresh` that the server could not tell
you of some other change: `resume` answers both. After an event was lost between the server's processes, its state
follows within 5 s, and within 2 s of the moment when these hear each other again.

**Signs of life.** The server sends `heartbeat` every {HEARTBEAT_SECONDS} s, the client answers `beat`. After
{SILENCE_SECONDS} s of silence the server gives the socket up; a client that hears nothing for twice the
heartbeat does the same. `heads` in a heartbeat names rooms that moved: whoever has an older seq asks.

**Not lost, but late.** `"degraded": true`, in hello and in heartbeats, says that what carries messages between
the server's processes is down: who is connected to another one is heard up to two seconds late, and typing and
presence not at all. A heartbeat without it says that all is well. Whenever this changes, one comes at once.

**Coming back.** Wait a random time up to a bound that doubles from 0.5 s to 30 s, and never less than the
`retry_after=…` of a close reason. The [close codes](#close-codes) say when not to come back.

**Not too much at once.** Everything that a client sends counts, in frames and in bytes: commands, beats, pings,
parts of messages. All sockets of a member share one budget of {INCOMING_FRAMES_BURST} frames at once and
{INCOMING_FRAMES_PER_SECOND} a second. A socket over the budget is not read until there is room again, which a client
notices only as delay. If it keeps sending more than that for {FLOOD_SECONDS} s, it is closed with 4029. It may come
back after `retry_after` and resume; what has no answer is sent again under the same id, as after any lost connection.

The room socket, `/ws/chat/<room name>/`, is a protocol of its own, that of the Django Channels tutorial:
`{{"message": "hi"}}` in, `{{"message": "hi", "author": …, "number": …}}` out.
It is closed with 4010 where the server would have to leave something out. Connecting counts as the commands that it
runs (`room.get`, `room.create`, `room.join`); over the member's rates it is closed with 4029.
"""
