"""The events that the server sends. `message` is the one durable event; the others are upserts or ephemeral."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hubbub.protocol import objects
from hubbub.protocol.wire import Event

_DEGRADED = (
    "true while the bus is down, so that changes from other processes arrive seconds late; else left out"
)


class Hello(Event):
    """The first event on a socket: your member id and the epoch of the database's history."""

    type: Literal["hello"] = "hello"
    epoch: str
    member: int
    heartbeat: int = Field(
        description="seconds between heartbeats; silence for twice as long means that the connection is dead"
    )
    degraded: bool | None = Field(default=None, description=_DEGRADED)


class MessageChanged(Event):
    """The durable event: a message is new or has changed. It has the full state.

    A client applies it if `seq` is its last seq of the room + 1 (or `after` is its last seq), drops it if it is older,
    and sends `resume` if there is a gap. A message is new to a client if its `number` is greater than the room's last.
    """

    type: Literal["message"] = "message"
    room: int
    seq: int
    after: int | None = Field(default=None, description="the seq before this one, if it is not seq − 1")
    message: objects.Message


class RoomChanged(Event):
    """A room's name, description, archive or member count has changed. Sent to its members. Version: `room.seq`."""

    type: Literal["room"] = "room"
    room: objects.Room


class MembershipChanged(Event):
    """Your membership has changed: joined, read further, another level. Sent to you, in all your tabs."""

    type: Literal["membership"] = "membership"
    membership: objects.Membership
    room: objects.Room | None = Field(default=None, description="the room, if you have just become a member")


class RoomLeft(Event):
    """You are no longer a member of this room: forget it. Sent to you."""

    type: Literal["left"] = "left"
    room: int
    version: int = Field(description="your version after this change")


class MemberChanged(Event):
    """A member is new, or has another name, role or profile. Sent to all who may see them."""

    type: Literal["member"] = "member"
    member: objects.Member


class WorkspaceChanged(Event):
    """The workspace has another name. Sent to everybody."""

    type: Literal["workspace"] = "workspace"
    name: str
    version: int = Field(description="counts changes of the name")


class PermissionsChanged(Event):
    """Your permissions in the workspace have changed, or who may add you to rooms. Sent to you, in all your tabs."""

    type: Literal["permissions"] = "permissions"
    open_rooms: bool = Field(description="whether you may create rooms")
    reach: objects.Reach = Field(description="who may add you to rooms and open direct rooms with you")
    version: int = Field(description="your version after this change")


class PresenceChanged(Event):
    """Members who connected, disconnected or are away: all changes since the last such event. Ephemeral."""

    type: Literal["presence"] = "presence"
    presence: list[objects.Presence]


class Typing(Event):
    """Members who are typing in a room. Valid for TYPING_SECONDS unless repeated. Ephemeral."""

    type: Literal["typing"] = "typing"
    room: int
    members: list[int]


class Lag(Event):
    """You read too slowly, so events of this room were dropped. Send `resume`. `head` is the room's last seq."""

    type: Literal["lag"] = "lag"
    room: int
    head: int


class Refresh(Event):
    """The server could not send you some change. Send `resume`."""

    type: Literal["refresh"] = "refresh"


class Heartbeat(Event):
    """The server is alive. Answer with `beat`. `heads` has the heads of rooms with recent changes.

    An extra heartbeat is sent when `degraded` changes.
    """

    type: Literal["heartbeat"] = "heartbeat"
    heads: dict[int, int] | None = None
    degraded: bool | None = Field(default=None, description=_DEGRADED)


ALL: tuple[type[Event], ...] = (
    Hello,
    MessageChanged,
    RoomChanged,
    MembershipChanged,
    RoomLeft,
    MemberChanged,
    WorkspaceChanged,
    PermissionsChanged,
    PresenceChanged,
    Typing,
    Lag,
    Refresh,
    Heartbeat,
)
