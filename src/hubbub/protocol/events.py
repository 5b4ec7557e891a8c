"""What a client hears without asking. One durable event, `message`; the rest are upserts or ephemeral."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hubbub.protocol import objects
from hubbub.protocol.wire import Event

_DEGRADED = "true while people at other processes are heard seconds late, for the bus is down; else left out"


class Hello(Event):
    """The first frame of a socket: who you are, and in which history of the database."""

    type: Literal["hello"] = "hello"
    epoch: str
    member: int
    heartbeat: int = Field(
        description="seconds between heartbeats; silence for twice as long means a dead link"
    )
    degraded: bool | None = Field(default=None, description=_DEGRADED)


class MessageChanged(Event):
    """The durable event: a message is new or has changed; this is its full state.

    A client applies it if `seq` is the last it has + 1 (or `after` is the last it has), drops it if it is older,
    and asks with `resume` for what is between on a jump.
    """

    type: Literal["message"] = "message"
    room: int
    seq: int
    after: int | None = Field(default=None, description="the seq before this one, where it is not seq − 1")
    message: objects.Message


class RoomChanged(Event):
    """A room's name, description, archive or number of members changed. To its members. `room.seq` is its version."""

    type: Literal["room"] = "room"
    room: objects.Room


class MembershipChanged(Event):
    """Your place in a room: joined, read further, other level. To you, in all your tabs."""

    type: Literal["membership"] = "membership"
    membership: objects.Membership
    room: objects.Room | None = Field(default=None, description="given when you have just become a member")


class RoomLeft(Event):
    """You are no longer a member of this room: forget it. To you."""

    type: Literal["left"] = "left"
    room: int
    version: int = Field(description="your version since then")


class MemberChanged(Event):
    """Somebody's name, role or profile, or a new member. To all who may see them."""

    type: Literal["member"] = "member"
    member: objects.Member


class WorkspaceChanged(Event):
    """The workspace has another name. To everybody."""

    type: Literal["workspace"] = "workspace"
    name: str
    version: int = Field(description="counts changes of the name")


class PermissionsChanged(Event):
    """What you may do in the workspace has changed, or who may bring you into rooms. To you, in all your tabs."""

    type: Literal["permissions"] = "permissions"
    open_rooms: bool = Field(description="whether you may create rooms")
    reach: objects.Reach = Field(description="who may bring you into rooms, and open direct rooms with you")
    version: int = Field(description="your version since then")


class PresenceChanged(Event):
    """Who came, went, or looks away: all that changed since the last such event. Ephemeral."""

    type: Literal["presence"] = "presence"
    presence: list[objects.Presence]


class Typing(Event):
    """Who is typing in a room now; stands for TYPING_SECONDS unless repeated. Ephemeral."""

    type: Literal["typing"] = "typing"
    room: int
    members: list[int]


class Lag(Event):
    """You read too slowly: frames of this room were dropped. Ask with `resume`; the head is given."""

    type: Literal["lag"] = "lag"
    room: int
    head: int


class Refresh(Event):
    """The server could not tell you of something that changed. Ask with `resume`."""

    type: Literal["refresh"] = "refresh"


class Heartbeat(Event):
    """The server lives. Answer with `beat`. `heads` names rooms that moved and their heads.

    One comes out of turn when `degraded` has changed.
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
