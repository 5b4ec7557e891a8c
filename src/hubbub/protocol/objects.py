"""Members, rooms, memberships, messages: one shape each, in snapshots, pages and events alike.

Of two states of the same thing the one with the greater `version` (a room: the greater `seq`) is the newer one. A
client ignores the older one, however late it arrives.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from hubbub.protocol.encoded_once import composed
from hubbub.protocol.wire import Wire


class Role(StrEnum):
    """What a member may do on this site, most first."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"


class RoomKind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"
    THREAD = "thread"


class RoomRole(StrEnum):
    """What a member may do in one room."""

    ADMIN = "admin"
    MEMBER = "member"


class Level(StrEnum):
    """Which messages of a room notify its member."""

    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"


class Reach(StrEnum):
    """The people who may bring a member into rooms and open direct rooms with them. Owners and admins always may."""

    EVERYBODY = "everybody"
    KNOWN = "known"
    NOBODY = "nobody"


class PresenceState(StrEnum):
    """Whether a member is connected now, and looking. Several tabs are one person: the most present one counts."""

    ACTIVE = "active"
    AWAY = "away"
    OFFLINE = "offline"


class Member(Wire):
    """A user's or bot's identity in the chat."""

    id: int
    handle: str = Field(description="the name to mention them by: letters, digits, “.”, “_”, “-”; unique")
    name: str
    role: Role
    about: str
    hue: int = Field(description="colour of the generated avatar, in degrees (0–359)")
    active: bool = Field(description="false once deactivated: they speak no more, what they said stays")
    version: int = Field(description="the directory's count when they last changed")
    namesake: Literal[True] | None = Field(
        default=None,
        description="another member's name looks the same: show the handle wherever you show the name",
    )


class Room(Wire):
    """Any container of messages."""

    id: int
    kind: RoomKind
    name: str = Field(description="empty in a direct room: its people are its name")
    description: str
    archived: bool
    seq: int = Field(description="the room's head: seq of its last change")
    last_number: int = Field(description="number of its last message")
    last_at: datetime = Field(description="when its last message came, or when it was made")
    posts: int = Field(description="how many messages people have posted; system messages do not count")
    floor: int = Field(description="messages up to this number are gone for good")
    members: int = Field(description="how many members it has")
    participants: list[int] | None = Field(default=None, description="who it is between; direct rooms only")
    root: UUID | None = Field(default=None, description="the message it hangs on; thread rooms only")


class Membership(Wire):
    """Your own place in a room. Nobody else is told."""

    room: int
    role: RoomRole
    level: Level
    read_number: int = Field(description="read up to this message")
    read_posts: int = Field(description="posts up to there; unread = room.posts − read_posts")
    version: int = Field(description="your version when it last changed")
    as_of: int | None = Field(
        default=None,
        description="the room's last number at that moment, left out where the room comes along: a later post of yours "
        "moves the read position further",
    )


class SystemKind(StrEnum):
    """What a system message tells."""

    CREATED = "created"
    JOINED = "joined"
    ADDED = "added"
    LEFT = "left"
    REMOVED = "removed"
    RENAMED = "renamed"
    DESCRIBED = "described"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"


class System(Wire):
    """What happened, in a message that nobody typed. The message's author did it."""

    kind: SystemKind
    member: int | None = Field(default=None, description="whom it happened to")
    text: str | None = Field(default=None, description="the new name or description")


class Message(Wire):
    """One post in its present state. `seq` is the place of its last change in the room, `number` its place."""

    id: UUID
    room: int
    number: int
    post: int = Field(description="posts in the room up to and with this one; what read_posts counts in")
    seq: int
    author: int
    text: str = Field(description="source, in Markdown; empty once deleted")
    created_at: datetime
    edited_at: datetime | None = None
    deleted: Literal[True] | None = None
    system: System | None = None


class Presence(Wire):
    member: int
    state: PresenceState


class RosterEntry(Wire):
    """Somebody who belongs to a room, and whether they are connected now."""

    member: int
    role: RoomRole
    state: PresenceState


class Changes(Wire):
    """What one room missed: all of it, oldest change first, or `reset` and nothing."""

    room: int
    seq: Annotated[int, Field(description="the head these changes lead to")]
    messages: list[Message] = []
    reset: Literal[True] | None = Field(
        default=None, description="too much to send: drop the room, page it anew"
    )

    def encode(self) -> bytes:
        return composed(self)
