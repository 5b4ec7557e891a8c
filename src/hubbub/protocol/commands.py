"""The commands of clients, in the order in which people meet them.

Each names its `reply`. The same commands are served on the socket and at `POST /api/<type>`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from hubbub.protocol import limits, objects, replies
from hubbub.protocol.fields import (
    Flag,
    Id,
    IdAsKey,
    MessageText,
    NewMessageId,
    Number,
    PersonName,
    Prefix,
    RoomName,
    Seq,
    ShortText,
)
from hubbub.protocol.wire import Command

Offset = Annotated[int, Field(ge=0, le=2**31, strict=True, description="how many entries to skip")]
MemberIds = Annotated[list[Id], Field(min_length=1, max_length=limits.MEMBERS_AT_ONCE)]


class TakeSnapshot(Command):
    """The state to start from. After the reply, the socket sends every change of your rooms."""

    type: Literal["snapshot"]
    reply: ClassVar = replies.Snapshot


class Resume(Command):
    """The changes since the seqs that the client has. After the reply, the socket sends every change of your rooms."""

    type: Literal["resume"]
    epoch: str = Field(max_length=64)
    rooms: dict[IdAsKey, Seq] = Field(max_length=limits.RESUME_ROOMS)
    directory: Seq | None = Field(
        default=None, description="the directory you have; without it the reply has all members"
    )
    reply: ClassVar = replies.Resumed


class SendMessage(Command):
    """Post a message. `message` is a UUIDv7 made by the sender: sending it again is harmless."""

    type: Literal["message.send"]
    room: Id
    message: NewMessageId
    text: MessageText
    reply: ClassVar = replies.Sent


class EditMessage(Command):
    """Change the text of your own message. `seq` is that of the state you have; if it has changed: conflict."""

    type: Literal["message.edit"]
    message: UUID
    text: MessageText
    seq: Seq
    reply: ClassVar = objects.Message


class DeleteMessage(Command):
    """Delete a message: its text is gone for good, its number stays."""

    type: Literal["message.delete"]
    message: UUID
    reply: ClassVar = objects.Message


class GetMessage(Command):
    """One message by its id, for links to messages."""

    type: Literal["message.get"]
    message: UUID
    reply: ClassVar = objects.Message


class ReadTimeline(Command):
    """A page of messages: before, after or around a number (exclusive, exclusive, inclusive), or the newest ones."""

    type: Literal["timeline"]
    room: Id
    before: Number | None = None
    after: Number | None = None
    around: Number | None = None
    limit: Annotated[int, Field(ge=1, le=limits.TIMELINE_PAGE, strict=True)] = 50
    reply: ClassVar = replies.Timeline

    @model_validator(mode="after")
    def _one_anchor(self) -> ReadTimeline:
        if sum(anchor is not None for anchor in (self.before, self.after, self.around)) > 1:
            raise ValueError("give one of before, after, around")
        return self


class CreateRoom(Command):
    """Create a room; you become its first member and its admin."""

    type: Literal["room.create"]
    name: RoomName
    description: ShortText = ""
    private: Flag = False
    reply: ClassVar = replies.RoomState


class OpenDirect(Command):
    """The direct room between you and these members, always the same for the same people. With your own id only: notes
    to yourself.
    """

    type: Literal["room.direct"]
    members: Annotated[list[Id], Field(min_length=1, max_length=limits.DIRECT_MEMBERS)]
    reply: ClassVar = replies.RoomState


class GetRoom(Command):
    """A room by its id or its name."""

    type: Literal["room.get"]
    room: Id | None = None
    name: RoomName | None = None
    reply: ClassVar = replies.RoomState

    @model_validator(mode="after")
    def _id_or_name(self) -> GetRoom:
        if (self.room is None) == (self.name is None):
            raise ValueError("give either room or name")
        return self


class BrowseRooms(Command):
    """Public rooms by name, joined or not. `after` is the last name of the page before."""

    type: Literal["room.directory"]
    query: Prefix = ""
    after: Prefix = ""
    archived: Flag = False
    limit: Annotated[int, Field(ge=1, le=limits.DIRECTORY_PAGE, strict=True)] = 50
    reply: ClassVar = replies.RoomPage


class RenameRoom(Command):
    type: Literal["room.rename"]
    room: Id
    name: RoomName
    reply: ClassVar = replies.RoomState


class DescribeRoom(Command):
    """Change the description of a room."""

    type: Literal["room.describe"]
    room: Id
    description: ShortText
    reply: ClassVar = replies.RoomState


class ArchiveRoom(Command):
    """Archive a room, which closes it for new messages, or open it again. Its messages stay readable."""

    type: Literal["room.archive"]
    room: Id
    archived: Flag
    reply: ClassVar = replies.RoomState


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


class ListMembers(Command):
    """Members by id. Members that you may not see are left out."""

    type: Literal["member.list"]
    members: MemberIds
    reply: ClassVar = replies.MemberPage


class BrowseMembers(Command):
    """Members whose name or handle begins with the query, by name."""

    type: Literal["member.directory"]
    query: Prefix = ""
    after: Offset = 0
    limit: Annotated[int, Field(ge=1, le=limits.DIRECTORY_PAGE, strict=True)] = 50
    reply: ClassVar = replies.MemberPage


class UpdateProfile(Command):
    """Change how others see you, and who may add you to rooms. Fields that are left out stay as they are."""

    type: Literal["profile.update"]
    name: PersonName | None = None
    about: ShortText | None = None
    hue: Annotated[int, Field(ge=0, le=359, strict=True)] | None = None
    reach: objects.Reach | None = Field(
        default=None,
        description="who may add you to rooms and open direct rooms with you; others do not see it",
    )
    reply: ClassVar = objects.Member


class SetPresence(Command):
    """Whether the user is looking at this connection's window. Socket only."""

    type: Literal["presence.set"]
    state: Literal["active", "away"]
    reply: ClassVar = replies.Done


class StartTyping(Command):
    """Show “… is typing” to a room; repeat it every few seconds. Socket only."""

    type: Literal["typing"]
    room: Id
    reply: ClassVar = replies.Done


class Beat(Command):
    """The answer to a heartbeat. Socket only."""

    type: Literal["beat"]
    reply: ClassVar = replies.Done


ALL: tuple[type[Command], ...] = (
    TakeSnapshot,
    Resume,
    SendMessage,
    EditMessage,
    DeleteMessage,
    GetMessage,
    ReadTimeline,
    CreateRoom,
    OpenDirect,
    GetRoom,
    BrowseRooms,
    RenameRoom,
    DescribeRoom,
    ArchiveRoom,
    JoinRoom,
    LeaveRoom,
    InviteMembers,
    RemoveMember,
    ReadRoster,
    MarkRead,
    MarkUnread,
    SetLevel,
    ListMembers,
    BrowseMembers,
    UpdateProfile,
    SetPresence,
    StartTyping,
    Beat,
)
STORING: frozenset[type[Command]] = frozenset(
    {
        SendMessage,
        EditMessage,
        DeleteMessage,
        CreateRoom,
        OpenDirect,
        RenameRoom,
        DescribeRoom,
        ArchiveRoom,
        JoinRoom,
        LeaveRoom,
        InviteMembers,
        RemoveMember,
        UpdateProfile,
    }
)
"""Commands that the message rate counts: each stores a message, or sends a change to a room or to everybody."""
SOCKET_ONLY: frozenset[type[Command]] = frozenset({SetPresence, StartTyping, Beat})


def type_of(command: type[Command]) -> str:
    """Its name on the wire: `message.send`."""
    return str(command.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]


BY_TYPE: dict[str, type[Command]] = {type_of(command): command for command in ALL}
