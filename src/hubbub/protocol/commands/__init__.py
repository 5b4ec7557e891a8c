"""The commands of clients, in the order in which people meet them.

Each names its `reply`. The same commands are served on the socket and at `POST /api/<type>`.
"""

from __future__ import annotations

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
