"""What a committed transaction has to say, and the one door through which it leaves.

`unit` hands over a Batch after commit, never before (contract G3). Whoever delivers (the realtime layer) registers
as the outlet; this module knows nothing of sockets or channel layers.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """An event without seq for one topic: `room.12`, `member.7`, `everyone`; or the end of a login."""

    topic: str
    data: bytes = b""
    version: int | None = None
    """member topics: the member's version once they know this."""
    attach: tuple[int, int] | None = None
    """member topics: (room, seq) that the member's connections listen to from now on."""
    detach: int | None = None
    """member topics: the room that they listen to no more."""
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


def set_outlet(outlet: Outlet | None) -> None:
    """Say who delivers. Called once, when the app is ready."""
    global _outlet
    _outlet = outlet


def publish(batch: Batch) -> None:
    """Hand a committed batch to the outlet. Must not raise: the transaction is over, nobody could undo it."""
    if _outlet is not None and batch:
        _outlet(batch)


def frame_of(message: objects.Message, author_name: str, *, after: int | None = None) -> RoomFrame:
    """A message's state as the frame that everybody in the room gets."""
    return RoomFrame(message.room, message.seq, message.number, None, message, author_name, after)


def room_topic(room: int) -> str:
    return f"room.{room}"


def member_topic(member: int) -> str:
    return f"member.{member}"


def login_topic(login: str) -> str:
    return f"login.{login}"


EVERYONE = "everyone"
