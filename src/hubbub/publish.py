"""The changes that a committed transaction publishes, and the one function that publishes them.

`unit` calls `publish` after the commit, never before (contract G3). The realtime layer registers as the outlet; this
module knows nothing of sockets or channel layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from hubbub.protocol import events, objects


class RoomFrame:
    """One state of one message with its seq; `data` is its event, encoded at most once.

    `new`: the message was posted, not changed. `after`: the seq before this one if it is not seq − 1.
    """

    __slots__ = ("_data", "after", "author_name", "message", "new", "number", "room", "seq")

    def __init__(
        self,
        room: int,
        seq: int,
        number: int,
        data: bytes | None,
        message: objects.Message,
        author_name: str,
        new: bool,
        after: int | None = None,
    ) -> None:
        self.room, self.seq, self.number = room, seq, number
        self.message, self.author_name, self.new, self.after = message, author_name, new, after
        self._data = data

    @property
    def data(self) -> bytes:
        """The `message` event as JSON. Encoded on first use: many rooms have no listeners."""
        if self._data is None:
            state = self.message
            event = events.MessageChanged(room=self.room, seq=self.seq, after=self.after, message=state)
            self._data = event.encode()
        return self._data

    @property
    def leaves(self) -> int | None:
        """The member who loses the room with this message, if any: it is the last one they receive (contract G9)."""
        system = self.message.system
        if system is None or system.kind not in (objects.SystemKind.LEFT, objects.SystemKind.REMOVED):
            return None
        return self.message.author if system.member is None else system.member


EVERYONE = "everyone"
"""The topic that every process subscribes to."""


def room_topic(room: int) -> str:
    return f"room.{room}"


def member_topic(member: int) -> str:
    return f"member.{member}"


# A notice is a change without a seq. The bus may delay, repeat or reorder notices, so each has a version where order
# matters: a process ignores a notice that is older than what it knows (contract G13). `topic` says which processes get
# it; `data` is the event for clients, as JSON.


@dataclass(slots=True)
class RoomNotice:
    """A room's own state (name, description, …), for its members. `version` is the room's seq."""

    room: int
    data: bytes
    version: int

    @property
    def topic(self) -> str:
        return room_topic(self.room)


@dataclass(slots=True)
class PrivateNotice:
    """Something that only one member may know: a membership or permissions. `version` is the member's version.

    `room` is the room concerned, if any. `attach`: the member's connections receive the room from this seq on.
    `detach`: they stop receiving it.
    """

    member: int
    data: bytes
    version: int
    room: int | None = None
    attach: int | None = None
    detach: bool = False

    @property
    def topic(self) -> str:
        return member_topic(self.member)


@dataclass(slots=True)
class DirectoryNotice:
    """How a member appears to others; guests receive it only if they may see the member.

    `version` is the count of all changes of the directory.
    """

    member: int
    data: bytes
    version: int
    topic: ClassVar[str] = EVERYONE


@dataclass(slots=True)
class WorkspaceNotice:
    """The workspace's own state, for everybody. `version` is the workspace's version."""

    data: bytes
    version: int
    topic: ClassVar[str] = EVERYONE


@dataclass(slots=True)
class EndLogin:
    """Close the connections of one login (`session:…`, `token:…`). It never becomes valid again, so no version."""

    login: str
    topic: ClassVar[str] = EVERYONE


@dataclass(slots=True)
class EndLogins:
    """Close the connections of all logins of a member except `spared`.

    `version` is the member's version: a login that was checked at this version or later is not closed.
    """

    member: int
    version: int
    spared: str = ""
    topic: ClassVar[str] = EVERYONE


@dataclass(slots=True)
class RecheckLogins:
    """Check in the database whether the logins of a member are still valid."""

    member: int
    topic: ClassVar[str] = EVERYONE


Notice = RoomNotice | PrivateNotice | DirectoryNotice | WorkspaceNotice | EndLogin | EndLogins | RecheckLogins


@dataclass(slots=True)
class Batch:
    """Everything that one transaction publishes: frames by room and seq, then notices."""

    frames: list[RoomFrame] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.frames or self.notices)


Outlet = Callable[[Batch], None]
_outlet: Outlet | None = None

HeadRecorder = Callable[[Iterable[tuple[int, int]]], None]
_head_recorder: HeadRecorder | None = None

DIRECTORY = 0
"""The id of the directory of members among the heads of rooms, whose own ids begin with 1."""


def set_outlet(outlet: Outlet | None) -> None:
    """Set the function that delivers batches. Called once, when the app is ready."""
    global _outlet
    _outlet = outlet


def set_head_recorder(recorder: HeadRecorder | None) -> None:
    """Set the function that records heads. It gets (room, seq) pairs after the commit and before the outlet.

    Called from any thread. Must not raise.
    """
    global _head_recorder
    _head_recorder = recorder


def publish(batch: Batch) -> None:
    """Hand a committed batch to the outlet. Must not raise: the transaction can no longer be undone."""
    record_heads((frame.room, frame.seq) for frame in batch.frames)
    record_heads(
        (DIRECTORY, notice.version) for notice in batch.notices if isinstance(notice, DirectoryNotice)
    )
    if _outlet is not None and batch:
        _outlet(batch)


def record_heads(heads: Iterable[tuple[int, int]]) -> None:
    """Hand committed heads, pairs of room and seq (or DIRECTORY and its count), to the head recorder."""
    if _head_recorder is not None:
        _head_recorder(heads)


def frame_of(message: objects.Message, author_name: str, *, new: bool, after: int | None = None) -> RoomFrame:
    """The frame that carries a message state to the listeners of its room."""
    return RoomFrame(message.room, message.seq, message.number, None, message, author_name, new, after)


def room_changed(room: objects.Room) -> RoomNotice:
    """A room's own state, for its members."""
    return RoomNotice(room.id, events.RoomChanged(room=room).encode(), room.seq)


def member_changed(member: objects.Member) -> DirectoryNotice:
    """A member as others see them, for everybody who may see them."""
    event = events.MemberChanged(member=member)
    return DirectoryNotice(member.id, event.encode(), member.version)


def workspace_named(name: str, version: int) -> WorkspaceNotice:
    """The workspace's name, for everybody."""
    return WorkspaceNotice(events.WorkspaceChanged(name=name, version=version).encode(), version)
