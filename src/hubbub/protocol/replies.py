"""What commands are answered with, where it is more than one object."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hubbub.protocol.encoded_once import composed
from hubbub.protocol.objects import Changes, Member, Membership, Message, Presence, Reach, Room, RosterEntry
from hubbub.protocol.wire import Wire


class Done(Wire):
    """It is done; there is nothing more to say."""


class Workspace(Wire):
    name: str
    open_rooms: bool = Field(description="whether you may create rooms")
    version: int = Field(description="counts changes of the name")


class Snapshot(Wire):
    """The state that a client starts from."""

    epoch: str
    me: Member
    workspace: Workspace
    version: int = Field(
        description="your version: counts changes of what only you know (memberships, permissions). An event with this "
        "version or an older one tells nothing new"
    )
    reach: Reach = Field(description="who may bring you into rooms, and open direct rooms with you")
    rooms: list[Room]
    memberships: list[Membership]
    directory: int = Field(description="counts changes of members: say it when you resume")
    members: list[Member] = Field(description="those you are likely to meet; ask `member.list` for others")
    presence: list[Presence] = Field(description="who is connected now")

    def encode(self) -> bytes:
        return composed(self)


class Resumed(Snapshot):
    """What was missed: what only you know, whole; the members that changed; the changes of each room you named."""

    changes: list[Changes]
    reset: Literal[True] | None = Field(
        default=None, description="another epoch: forget every room's messages"
    )


class Sent(Wire):
    """Where a message was placed. `dup`: it had been placed before, by an earlier try."""

    message: Message
    dup: Literal[True] | None = None


class RoomState(Wire):
    """A room, and your place in it if you are a member."""

    room: Room
    membership: Membership | None = None
    version: int = Field(
        description="your version when this was read: an older one than you know says nothing new"
    )


class Timeline(Wire):
    """A page of a room's messages by number, oldest first, with the head it was read at."""

    room: int
    seq: int
    messages: list[Message]
    before: bool = Field(description="there are older ones")
    after: bool = Field(description="there are newer ones")


class RoomPage(Wire):
    rooms: list[Room]
    joined: list[int] = Field(description="which of them you are a member of")
    more: bool


class MemberPage(Wire):
    members: list[Member]
    more: bool = False


class Roster(Wire):
    """Who belongs to a room: those connected now first, then by name."""

    room: int
    entries: list[RosterEntry]
    members: list[Member]
    more: bool
