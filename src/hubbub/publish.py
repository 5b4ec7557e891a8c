"""What a committed transaction has to say, and the one door through which it leaves.

`unit` hands over a Batch after commit, never before (contract G3). Whoever delivers (the realtime layer) registers
as the outlet; this module knows nothing of sockets or channel layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hubbub.protocol import events, objects


class RoomFrame:
    """One state of one message at its place in its room's order; `data` is its event, encoded at most once.

    `after` is the seq before this one where it is not seq − 1.
    """

    __slots__ = ("_data", "after", "author_name", "message", "number", "room", "seq")

    def __init__(
        self,
        room: int,
        seq: int,
        number: int,
        data: bytes | None,
        message: objects.Message,
        author_name: str,
        after: int | None = None,
    ) -> None:
        self.room, self.seq, self.number = room, seq, number
        self.message, self.author_name, self.after = message, author_name, after
        self._data = data

    @property
    def data(self) -> bytes:
        """The `message` event as JSON. Made when it is first asked for: many rooms have nobody who wants it."""
        if self._data is None:
            state = self.message
            event = events.MessageChanged(room=self.room, seq=self.seq, after=self.after, message=state)
            self._data = event.encode()
        return self._data

    @property
    def leaves(self) -> int | None:
        """The member who loses the room with this message; they hear it and nothing after (contract G9)."""
        system = self.message.system
        if system is None or system.kind not in (objects.SystemKind.LEFT, objects.SystemKind.REMOVED):
            return None
        return self.message.author if system.member is None else system.member


@dataclass(slots=True)
class Notice:
    """An event without seq for one topic: `room.12`, `member.7`, `everyone`; or the end of a login.

    The bus may hold a notice back, deliver it twice or after a newer one. So each carries the version of what it tells,
    and a process that knows a newer one ignores it (contract G13).
    """

    topic: str
    data: bytes = b""
    version: int = 0
    """room topics: the room's seq; member topics and ends of logins: the member's version; everyone: the directory's
    count, or the workspace's version. 0: the notice is final or tells nobody anything new."""
    room: int | None = None
    """member topics: the room that this is about."""
    attach: int | None = None
    """member topics: the member's connections listen to the room from this seq on."""
    detach: bool = False
    """member topics: they listen to the room no more."""
    about: int | None = None
    """everyone: the member that this is about; guests hear it only if they may see them."""


@dataclass(slots=True)
class Batch:
    """All that one transaction published: frames by room in order of seq, then notices."""

    frames: list[RoomFrame] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.frames or self.notices)


Outlet = Callable[[Batch], None]
_outlet: Outlet | None = None

HeadRecorder = Callable[[Iterable[tuple[int, int]]], None]
_head_recorder: HeadRecorder | None = None

DIRECTORY = 0
"""Stands for the directory of members among the heads of rooms, whose ids begin with 1."""


def set_outlet(outlet: Outlet | None) -> None:
    """Say who delivers. Called once, when the app is ready."""
    global _outlet
    _outlet = outlet


def set_head_recorder(recorder: HeadRecorder | None) -> None:
    """Set who records the heads of rooms: called with (room, seq) pairs after commit and before anybody hears of them.

    Called from any thread. Must not raise.
    """
    global _head_recorder
    _head_recorder = recorder


def publish(batch: Batch) -> None:
    """Hand a committed batch to the outlet. Must not raise: the transaction is over, nobody could undo it."""
    record_heads((frame.room, frame.seq) for frame in batch.frames)
    record_heads((DIRECTORY, notice.version) for notice in batch.notices if notice.about is not None)
    if _outlet is not None and batch:
        _outlet(batch)


def record_heads(heads: Iterable[tuple[int, int]]) -> None:
    """Hand committed heads, pairs of room and seq (or DIRECTORY and its count), to the head recorder."""
    if _head_recorder is not None:
        _head_recorder(heads)


def frame_of(message: objects.Message, author_name: str, *, after: int | None = None) -> RoomFrame:
    """A message's state as the frame that everybody in the room gets."""
    return RoomFrame(message.room, message.seq, message.number, None, message, author_name, after)


def room_changed(room: objects.Room) -> Notice:
    """A room's own state, for its members."""
    return Notice(room_topic(room.id), events.RoomChanged(room=room).encode(), version=room.seq)


def member_changed(member: objects.Member) -> Notice:
    """How a member is seen, for everybody who may see them."""
    event = events.MemberChanged(member=member)
    return Notice(EVERYONE, event.encode(), version=member.version, about=member.id)


def workspace_named(name: str, version: int) -> Notice:
    """The workspace's name, for everybody."""
    return Notice(EVERYONE, events.WorkspaceChanged(name=name, version=version).encode(), version=version)


def room_topic(room: int) -> str:
    return f"room.{room}"


def member_topic(member: int) -> str:
    return f"member.{member}"


def login_topic(login: str) -> str:
    return f"login.{login}"


EVERYONE = "everyone"
