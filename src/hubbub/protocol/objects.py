"""Members, rooms, memberships, messages: one shape each, in snapshots, pages and events alike.

Of two states of the same thing the one with the greater `version` (a room: the greater `seq`) is the newer one. A
client ignores the older one.
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
    """A member's role on this site."""

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
    """A member's role in one room."""

    ADMIN = "admin"
    MEMBER = "member"


class Level(StrEnum):
    """The messages of a room that notify its member."""

    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"


class Reach(StrEnum):
    """The people who may add a member to rooms and open direct rooms with them. Owners and admins always may."""

    EVERYBODY = "everybody"
    KNOWN = "known"
    NOBODY = "nobody"


class PresenceState(StrEnum):
    """Whether a member is connected and active. Of several tabs the most active one counts."""

    ACTIVE = "active"
    AWAY = "away"
    OFFLINE = "offline"


class Member(Wire):
    """A user's or bot's identity in the chat."""

    id: int
    handle: str = Field(description="the unique name to mention them by: letters, digits, “.”, “_”, “-”")
    name: str
    role: Role
    about: str
    hue: int = Field(description="colour of the generated avatar, in degrees (0–359)")
    active: bool = Field(
        description="false after deactivation: they cannot post any more, their messages stay"
    )
    version: int = Field(description="the count of directory changes when they last changed")
    namesake: Literal[True] | None = Field(
        default=None,
        description="another member's name looks the same: show the handle wherever you show the name",
    )


class Room(Wire):
    """Any container of messages."""

    id: int
    kind: RoomKind
    name: str = Field(description="empty in a direct room, which is shown by its participants")
    description: str
    archived: bool
    seq: int = Field(description="the room's head: seq of its last change")
    last_number: int = Field(description="number of its last message")
    last_at: datetime = Field(description="when its last message was posted, or when it was created")
    posts: int = Field(description="how many messages people have posted; system messages do not count")
    floor: int = Field(description="messages up to this number are gone for good")
    members: int = Field(description="how many members it has")
    participants: list[int] | None = Field(default=None, description="its members; direct rooms only")
    root: UUID | None = Field(default=None, description="the message that it belongs to; thread rooms only")


class Membership(Wire):
    """Your membership in a room. Others do not see it."""

    room: int
    role: RoomRole
    level: Level
    read_number: int = Field(description="number of the last message that you have read")
    read_posts: int = Field(description="posts up to that message; unread = room.posts − read_posts")
    version: int = Field(description="your version when it last changed")
    as_of: int | None = Field(
        default=None,
        description="the room's last number at that moment; left out if the room is sent too. A later post of yours "
        "moves the read position further",
    )


class SystemKind(StrEnum):
    """The change that a system message records."""

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
    """A change of the room, recorded as a message. Its author made the change."""

    kind: SystemKind
    member: int | None = Field(default=None, description="the member concerned")
    text: str | None = Field(default=None, description="the new name or description")


class Message(Wire):
    """A message in its current state. `number` is its position in the room, `seq` that of its last change."""

    id: UUID
    room: int
    number: int
    post: int = Field(
        description="how many posts the room has up to and with this one; `read_posts` is one of these counts"
    )
    seq: int
    author: int
    text: str = Field(description="Markdown source; empty after deletion")
    created_at: datetime
    edited_at: datetime | None = None
    deleted: Literal[True] | None = None
    system: System | None = None


class Presence(Wire):
    member: int
    state: PresenceState


class RosterEntry(Wire):
    """A member of a room and their presence."""

    member: int
    role: RoomRole
    state: PresenceState


class Changes(Wire):
    """The changes of one room: all of them, oldest first, or none and `reset`."""

    room: int
    seq: Annotated[int, Field(description="the room's head after these changes")]
    messages: list[Message] = []
    reset: Literal[True] | None = Field(
        default=None, description="too many changes to send: drop the room's messages and load them again"
    )

    def encode(self) -> bytes:
        return composed(self)
