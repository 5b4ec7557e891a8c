"""The commands of clients, in the order in which people meet them.

Each names its `reply`. The same commands are served on the socket and at `POST /api/<type>`.
"""

from __future__ import annotations

from types import ModuleType

from hubbub.protocol.commands import members, memberships, messages, rooms, socket_only, state
from hubbub.protocol.commands.members import BrowseMembers, ListMembers, UpdateProfile
from hubbub.protocol.commands.memberships import (
    InviteMembers,
    JoinRoom,
    LeaveRoom,
    MarkRead,
    MarkUnread,
    ReadRoster,
    RemoveMember,
    SetLevel,
)
from hubbub.protocol.commands.messages import (
    DeleteMessage,
    EditMessage,
    GetMessage,
    ReadTimeline,
    SendMessage,
)
from hubbub.protocol.commands.rooms import (
    ArchiveRoom,
    BrowseRooms,
    CreateRoom,
    DescribeRoom,
    GetRoom,
    OpenDirect,
    RenameRoom,
)
from hubbub.protocol.commands.socket_only import Beat, SetPresence, StartTyping
from hubbub.protocol.commands.state import Resume, TakeSnapshot
from hubbub.protocol.wire import Command

__all__ = [
    "ALL",
    "ArchiveRoom",
    "BY_TYPE",
    "Beat",
    "BrowseMembers",
    "BrowseRooms",
    "CreateRoom",
    "DeleteMessage",
    "DescribeRoom",
    "EditMessage",
    "GetMessage",
    "GetRoom",
    "InviteMembers",
    "JoinRoom",
    "LeaveRoom",
    "ListMembers",
    "MarkRead",
    "MarkUnread",
    "OpenDirect",
    "ReadRoster",
    "ReadTimeline",
    "RemoveMember",
    "RenameRoom",
    "Resume",
    "SOCKET_ONLY",
    "STORING",
    "SendMessage",
    "SetLevel",
    "SetPresence",
    "StartTyping",
    "TakeSnapshot",
    "UpdateProfile",
    "type_of",
]


def _commands_of(module: ModuleType) -> tuple[type[Command], ...]:
    """The commands that a module defines, in its order."""
    kinds = (value for value in vars(module).values() if isinstance(value, type))
    return tuple(kind for kind in kinds if issubclass(kind, Command) and kind is not Command)


ALL: tuple[type[Command], ...] = tuple(
    command
    for module in (state, messages, rooms, memberships, members, socket_only)
    for command in _commands_of(module)
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
SOCKET_ONLY: frozenset[type[Command]] = frozenset(_commands_of(socket_only))


def type_of(command: type[Command]) -> str:
    """Its name on the wire: `message.send`."""
    return str(command.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]


BY_TYPE: dict[str, type[Command]] = {type_of(command): command for command in ALL}
