"""Who hears one room here, and what they are handed, in order.

A huge room is written to in many turns of the event loop. What is said there meanwhile gathers, and goes out in one
piece: a room that speaks faster than it can be written to is told more at a time, not later and later. Pieces are
bounded; what would be too much is left out, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Lag
from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.encoded_events import Dialect, EncodedEvents, as_events
from hubbub.realtime.delivery.fanout import FanOut, Turns

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection


class Audience:
    """The listeners of a room, by dialect. Whoever is added is handed what is told from then on, and nothing before."""

    __slots__ = ("_departures", "_growing", "_listeners", "_out", "_room")

    def __init__(self, room: int, turns: Turns) -> None:
        self._room = room
        self._listeners: dict[Dialect, dict[Connection, int]] = {}
        """Each with the seq up to which it knew the room when it was added."""
        self._growing: dict[Dialect, Piece] = {}
        """The last piece of each dialect, until the first listener is written to or something must come after it."""
        self._departures = 0
        self._out = FanOut(turns)

    def __len__(self) -> int:
        return sum(map(len, self._listeners.values()))

    def __iter__(self) -> Iterator[Connection]:
        for listeners in self._listeners.values():
            yield from listeners

    def add(self, connection: Connection, seq: int) -> None:
        """Let it hear the room, of which it knows everything up to `seq`."""
        self._growing.pop(connection.dialect, None)
        self._listeners.setdefault(connection.dialect, {})[connection] = seq

    def knows(self, connection: Connection, seq: int) -> None:
        """A listener has read the room up to `seq`: whatever ended its membership before that has been undone."""
        listeners = self._listeners[connection.dialect]
        listeners[connection] = max(seq, listeners[connection])

    def discard(self, connection: Connection) -> None:
        self._departures += 1
        self._listeners.get(connection.dialect, {}).pop(connection, None)

    def has_since_before(self, seq: int, connection: Connection) -> bool:
        """Whether it listens, and did not know of `seq` when it was added."""
        return self._listeners.get(connection.dialect, {}).get(connection, seq) < seq

    def tell(self, frames: Sequence[RoomFrame], last_number: int) -> None:
        """What is said, to all; `last_number` was new before it."""
        for dialect, listeners in self._listeners.items():
            if piece := self._growing.get(dialect):
                piece.grow(frames)
            elif listeners:
                self._growing[dialect] = piece = Piece(self._room, dialect, frames, last_number)
                self._out.each(tuple(listeners), partial(self._hand_out, piece, self._departures))

    def notice(self, parcel: EncodedEvents) -> None:
        """An event without seq, to all who understand events. An ephemeral one does not wait: it is left out."""
        if parcel.ephemeral and self._out.waits:
            return
        self._growing.pop(as_events, None)
        if listeners := tuple(self._listeners.get(as_events, ())):
            self._out.each(listeners, partial(self._push, parcel, self._departures))

    def leave_out(self, head: int) -> None:
        """Too much was said to repeat it here, up to `head`. Who can ask for it does so at their own speed."""
        self.notice(_lag(self._room, head))
        for connection in [c for c in self if c.dialect is not as_events]:
            _send_back(connection)

    def then(self, act: Callable[[], None]) -> None:
        """Call `act` when everybody was handed what was told before."""
        self._growing.clear()
        self._out.then(act)

    def _hand_out(self, piece: Piece, departures: int, listeners: Sequence[Connection]) -> None:
        if self._growing.get(piece.dialect) is piece:
            del self._growing[piece.dialect]
        parcel = piece.parcel
        if parcel is None:
            for connection in listeners:
                _send_back(connection)
        elif parcel.texts:
            self._push(parcel, departures, listeners)

    def _push(self, parcel: EncodedEvents, departures: int, listeners: Sequence[Connection]) -> None:
        if departures != self._departures:  # somebody left while this slice waited
            listeners = [connection for connection in listeners if self._room in connection.rooms]
        for connection in listeners:
            connection.push(parcel)


class Piece:
    """What those who share a dialect are handed in one write each."""

    __slots__ = ("_frames", "_head", "_last_number", "_parcel", "_room", "_size", "dialect")

    def __init__(self, room: int, dialect: Dialect, frames: Sequence[RoomFrame], last_number: int) -> None:
        self.dialect = dialect
        self._room = room
        self._frames = list(frames)
        self._head = frames[-1].seq
        self._size = _size(frames)
        self._last_number = last_number
        self._parcel: EncodedEvents | None = None

    def grow(self, frames: Sequence[RoomFrame]) -> None:
        """Before it is first handed out."""
        self._head = frames[-1].seq
        self._size += _size(frames)
        if self._size <= limits.GATHERED_BYTES:
            self._frames += frames
        else:
            self._frames.clear()

    @property
    def parcel(self) -> EncodedEvents | None:
        """The same for everybody; None if it became too much for a dialect that cannot say so."""
        if self._parcel is None:
            if self._frames:
                self._parcel = self.dialect(self._frames, self._last_number)
            elif self.dialect is as_events:
                self._parcel = _lag(self._room, self._head)
        return self._parcel


def _size(frames: Sequence[RoomFrame]) -> int:
    return sum(len(frame.data) for frame in frames)


def _lag(room: int, head: int) -> EncodedEvents:
    return EncodedEvents([Lag(room=room, head=head).encode()], room=room)


def _send_back(connection: Connection) -> None:
    """Its dialect has no way to hear of what was left out: its peer is told that something was."""
    connection.close(Close.LOST_CONTINUITY, "Too much was said to repeat it here. Come back.")
