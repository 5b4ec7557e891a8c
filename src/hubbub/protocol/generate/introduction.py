"""The first part of the reference: the life of a connection, in prose. Numbers in braces come from the limits."""

INTRODUCTION = """\
# The protocol

One socket at `/ws/` carries JSON text frames (binary frames with the same text are accepted too). The same
commands are served at `POST …/api/<command>` under the path where Hubbub is mounted (`/chat/` by default): the
body is the command without `type` and `id`, the response is the reply itself or `{{"error": …}}` with the
matching status. `…/api/docs` shows them, `…/api/openapi.json` describes them.

A browser is identified by its session cookie, and is refused unless the origin of its page is allowed. With the
cookie, HTTP requires Django's CSRF token in `X-CSRFToken`. Programs send `Authorization: Bearer <token>` and need no
origin.

## A session

**The server sends the first event.**

```json
{{"type": "hello", "epoch": "k3m9…", "member": 7, "heartbeat": {HEARTBEAT_SECONDS}}}
```

**The client asks for the state.** A new client asks for everything. A client that reconnects names the epoch and, for
each room whose messages it holds, the seq of the last change it has.

```json
{{"id": 1, "type": "snapshot"}}
{{"id": 1, "type": "resume", "epoch": "k3m9…", "rooms": {{"12": 345}}}}
```

The reply has the member's complete rooms, memberships and members, and who is connected. The reply to `resume` also
has the changes of each named room: all of them, or `"reset": true` if these are too many (drop the room's messages
and load them again). If the epoch has changed, the whole reply has `"reset": true`: the database no longer has the
history that the client knows. After this reply the server sends events. One reply holds at most
{RESUME_TOTAL_BYTES} bytes of changes in all: the first room in the reply that exceeds this is reset, and all rooms
after it.

**The server replies to commands** with their `id`, in any order. It places a member's messages for one room in the
order in which one connection sent them.

```json
{{"id": 2, "type": "message.send", "room": 12, "message": "0197…", "text": "Hello"}}
{{"re": 2, "ok": {{"message": {{"id": "0197…", "room": 12, "number": 31, "seq": 346, "text": "Hello", "…": "…"}}}}}}
{{"re": 2, "error": {{"code": "rate_limited", "message": "Slower, please.", "retry_after": 0.4}}}}
```

`ok` means that the message is stored durably. The sender chooses the message's id (UUIDv7), so a client may resend a
message whose reply was lost, at any time: the same id is the same message, and the reply has `"dup": true`.
`retry_after` is in seconds. A refusal without it will be the same next time.

**One rule keeps every room in order.** Each message has a `number`, its position in the room, and a `seq`, the
position of its last change. Every post, edit and deletion takes the room's next seq. The durable event is the
message's full new state:

```json
{{"type": "message", "room": 12, "seq": 346, "message": {{"id": "0197…", "number": 31, "seq": 346, "…": "…"}}}}
```

A client holds one number per room, the last seq it has applied. It applies an event if its `seq` is the next one, or
if the event's `after` is the seq that the client has. It drops an older event. A gap means that something was missed:
the client sends `resume` for that room. Joining, leaving and renaming are messages too (`system`), so no other rule
is needed. The number of unread messages is `room.posts − membership.read_posts`.

**State without a seq has a version.** `room`, `membership`, `left`, `permissions`, `member` and `workspace` carry a
state that every snapshot and resume has too. They may arrive late, twice or after a newer one, so a client applies one
only if its version is newer than the one it knows: `room.seq` for a room, `member.version` for a member, `version` for
the workspace's name. Memberships and permissions share one counter, *your version*: a snapshot has the version up to
which it is complete, and after that each room's membership has the version of its last event. The same holds for
objects in replies. A new epoch starts with new versions.

Ignore a `membership` without `room` for a room that you do not know: the event that makes you a member has the room.
**Guests** receive only members with whom they share a room. So a guest sends `resume` when a member joins one of their
rooms (`joined`, `added`), or when they join one.

**Posting marks as read.** Your own post moves your read position to it, without a `membership` event: the `message`
event implies it. `as_of` in a membership tells which of your posts it includes already.

**Ephemeral events may be lost.** `typing` and `presence` are never stored. `lag` means that this connection read too
slowly and events of a room were left out, `refresh` that the server could not send some other change: send `resume`
after both. After a loss between the server's processes, the state follows within 5 s, and within 2 s of the moment when
the processes are connected again.

**Heartbeats.** The server sends `heartbeat` every {HEARTBEAT_SECONDS} s, the client replies with `beat`. The server
closes a socket after {SILENCE_SECONDS} s of silence; a client does the same after twice the heartbeat. `heads` in a
heartbeat has rooms that changed: a client with an older seq sends `resume`.

**Delayed delivery.** `"degraded": true`, in hello and in heartbeats, means that the bus between the server's processes
is down: messages of members who are connected to another process arrive up to two seconds late, their typing and
presence not at all. A heartbeat without it means that all is well. The server sends an extra heartbeat whenever this
changes.

**Reconnecting.** Wait a random time up to a bound that doubles from 0.5 s to 30 s, and never less than the
`retry_after=…` of a close reason. The [close codes](#close-codes) say when not to reconnect.

**Incoming rates.** Everything that a client sends counts, in frames and in bytes: commands, beats, pings, fragments of
messages. All sockets of a member share one budget of {INCOMING_FRAMES_BURST} frames at once and
{INCOMING_FRAMES_PER_SECOND} a second. The server does not read from a socket over the budget until there is room again;
the client notices only a delay. If it keeps sending more than that for {FLOOD_SECONDS} s, the server closes the socket
with 4029. The client may reconnect after `retry_after` and resume, and resends commands without a reply under the same
id, as after any lost connection.

The room socket, `/ws/chat/<room name>/`, has a protocol of its own, that of the Django Channels tutorial:
`{{"message": "hi"}}` in, `{{"message": "hi", "author": …, "number": …}}` out.
The server closes it with 4010 if it would have to leave something out. Connecting counts as the commands that it
runs (`room.get`, `room.create`, `room.join`); over the member's rates the server closes it with 4029.
"""
