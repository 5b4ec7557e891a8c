"""Commands about memberships: joining, leaving, other members, read positions, notifications."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hubbub.protocol import limits, objects, replies
from hubbub.protocol.fields import Id, MemberIds, Number, Offset, Prefix
from hubbub.protocol.wire import Command


class JoinRoom(Command):
    type: Literal["room.join"]
    room: Id
    reply: ClassVar = replies.RoomState


class LeaveRoom(Command):
    type: Literal["room.leave"]
    room: Id
    reply: ClassVar = replies.Done


class InviteMembers(Command):
    """Add members to a room."""

    type: Literal["room.invite"]
    room: Id
    members: MemberIds
    reply: ClassVar = replies.RoomState


class RemoveMember(Command):
    """Remove a member from a room. They receive nothing that is posted afterwards."""

    type: Literal["room.remove"]
    room: Id
    member: Id
    reply: ClassVar = replies.RoomState


class ReadRoster(Command):
    """The members of a room, connected ones first."""

    type: Literal["room.roster"]
    room: Id
    query: Prefix = ""
    after: Offset = 0
    limit: Annotated[int, Field(ge=1, le=limits.DIRECTORY_PAGE, strict=True)] = 100
    reply: ClassVar = replies.Roster


class MarkRead(Command):
    """Mark messages as read up to this number. Never moves back."""

    type: Literal["room.read"]
    room: Id
    number: Number
    reply: ClassVar = objects.Membership


class MarkUnread(Command):
    """Mark messages from this number on as unread."""

    type: Literal["room.unread"]
    room: Id
    number: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    reply: ClassVar = objects.Membership


class SetLevel(Command):
    """Choose which messages of this room notify you."""

    type: Literal["room.notify"]
    room: Id
    level: objects.Level
    reply: ClassVar = objects.Membership
