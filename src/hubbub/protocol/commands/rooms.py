"""Commands about rooms."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from hubbub.protocol import limits, replies
from hubbub.protocol.fields import Flag, Id, Prefix, RoomName, ShortText
from hubbub.protocol.wire import Command


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
