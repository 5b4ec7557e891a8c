"""The replies that are more than one object."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hubbub.protocol.encoded_once import composed
from hubbub.protocol.objects import Changes, Member, Membership, Message, Presence, Reach, Room, RosterEntry
from hubbub.protocol.wire import Wire


class Done(Wire):
    """The command is done. No fields."""


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
        description="your version: counts changes of your memberships and permissions. Ignore events with this version "
        "or an older one"
    )
    reach: Reach = Field(description="who may add you to rooms and open direct rooms with you")
    rooms: list[Room]
    memberships: list[Membership]
    directory: int = Field(description="counts changes of members: send it when you resume")
    members: list[Member] = Field(
        description="all members on a small site; else ask `member.list` for the others"
    )
    presence: list[Presence] = Field(description="connected members")

    def encode(self) -> bytes:
        return composed(self)


class Resumed(Snapshot):
    """Your complete rooms and memberships, the members that changed, and the changes of each room you named."""

    changes: list[Changes]
    reset: Literal[True] | None = Field(
        default=None, description="another epoch: forget the messages of all rooms"
    )


class Sent(Wire):
    """The message with its number and seq. `dup`: an earlier request had stored it already."""

    message: Message
    dup: Literal[True] | None = None


class RoomState(Wire):
    """A room, and your membership if you are a member."""

    room: Room
    membership: Membership | None = None
    version: int = Field(description="your version when this was read; ignore it if you know a newer one")


class Timeline(Wire):
    """A page of a room's messages by number, oldest first, with the room's head when it was read."""

    room: int
    seq: int
    messages: list[Message]
    before: bool = Field(description="whether there are older ones")
    after: bool = Field(description="whether there are newer ones")


class RoomPage(Wire):
    rooms: list[Room]
    joined: list[int] = Field(description="which of them you are a member of")
    more: bool


class MemberPage(Wire):
    members: list[Member]
    more: bool = False


class Roster(Wire):
    """The members of a room: connected ones first, then by name."""

    room: int
    entries: list[RosterEntry]
    members: list[Member]
    more: bool
