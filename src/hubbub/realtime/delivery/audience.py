"""The connections here that receive one room, and what they are sent, in order.

Writing to a large room takes many turns of the event loop. Frames that arrive in that time are merged, and each
connection gets them in one write: a busy room sends more at a time instead of falling behind. Merged frames have a
bound (GATHERED_BYTES); over it they are dropped, and the clients are told of the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Lag
from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import FanOut, WriteScheduler
from hubbub.realtime.delivery.socket_protocols import SocketProtocol

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection


class Audience:
    """The connections by protocol. A connection is sent everything from the moment it is added, and nothing before."""

    __slots__ = ("_connections", "_fan_out", "_open", "_removals", "_room")

    def __init__(self, room: int, scheduler: WriteScheduler) -> None:
        self._room = room
        self._connections: dict[SocketProtocol, dict[Connection, int]] = {}
        """Each with the seq up to which it knew the room when it was added."""
        self._open: dict[SocketProtocol, MergedFrames] = {}
        """For each protocol the last frames, while more may still be merged into them: until the first connection is
        written to, or something else must come after them."""
        self._removals = 0
        self._fan_out = FanOut(scheduler)

    def __len__(self) -> int:
        return sum(map(len, self._connections.values()))

    def __iter__(self) -> Iterator[Connection]:
        for connections in self._connections.values():
            yield from connections

    def add(self, connection: Connection, seq: int) -> None:
        """Add a connection that has everything of the room up to `seq`."""
        self._open.pop(connection.protocol, None)
        self._connections.setdefault(connection.protocol, {})[connection] = seq

    def advance(self, connection: Connection, seq: int) -> None:
        """A connection has read the room up to `seq`: no earlier message may end its membership any more."""
        connections = self._connections[connection.protocol]
        connections[connection] = max(seq, connections[connection])

    def discard(self, connection: Connection) -> None:
        self._removals += 1
        self._connections.get(connection.protocol, {}).pop(connection, None)

    def attached_before(self, seq: int, connection: Connection) -> bool:
        """Whether the connection is here, and did not have `seq` when it was added."""
        return self._connections.get(connection.protocol, {}).get(connection, seq) < seq

    def send_frames(self, frames: Sequence[RoomFrame], last_number: int) -> None:
        """Send frames to all; `last_number` is the last message number before them."""
        for protocol, connections in self._connections.items():
            if merged := self._open.get(protocol):
                merged.extend(frames)
            elif connections:
                self._open[protocol] = merged = MergedFrames(self._room, protocol, frames, last_number)
                self._fan_out.each(tuple(connections), partial(self._write, merged, self._removals))

    def send_event(self, event: EncodedEvents) -> None:
        """Send an event without seq to all who receive events. An ephemeral one is dropped if it would have to wait."""
        if event.ephemeral and self._fan_out.waits:
            return
        for protocol, connections in self._connections.items():
            if protocol.receives_events:
                self._open.pop(protocol, None)
                if connections:
                    self._fan_out.each(tuple(connections), partial(self._push, event, self._removals))

    def report_gap(self, head: int) -> None:
        """Frames up to `head` are not sent here. Clients fetch them, or are closed if they cannot be told."""
        self.send_event(_lag(self._room, head))
        for connection in [c for c in self if not c.protocol.reports_gaps]:
            _close_for_gap(connection)

    def then(self, act: Callable[[], None]) -> None:
        """Call `act` when everything that was sent before has been written to all connections."""
        self._open.clear()
        self._fan_out.then(act)

    def _write(self, merged: MergedFrames, removals: int, connections: Sequence[Connection]) -> None:
        if self._open.get(merged.protocol) is merged:
            del self._open[merged.protocol]
        events = merged.encoded
        if events is None:
            for connection in connections:
                _close_for_gap(connection)
        elif events.texts:
            self._push(events, removals, connections)

    def _push(self, events: EncodedEvents, removals: int, connections: Sequence[Connection]) -> None:
        if removals != self._removals:  # a connection was removed while this slice waited
            connections = [connection for connection in connections if self._room in connection.rooms]
        for connection in connections:
            connection.push(events)


class MergedFrames:
    """Frames that the connections of one protocol get in one write each."""

    __slots__ = ("_encoded", "_frames", "_head", "_last_number", "_room", "_size", "protocol")

    def __init__(
        self, room: int, protocol: SocketProtocol, frames: Sequence[RoomFrame], last_number: int
    ) -> None:
        self.protocol = protocol
        self._room = room
        self._frames = list(frames)
        self._head = frames[-1].seq
        self._size = _size(frames)
        self._last_number = last_number
        self._encoded: EncodedEvents | None = None

    def extend(self, frames: Sequence[RoomFrame]) -> None:
        """Add frames. Only before the first connection is written to."""
        self._head = frames[-1].seq
        self._size += _size(frames)
        if self._size <= limits.GATHERED_BYTES:
            self._frames += frames
        else:
            self._frames.clear()

    @property
    def encoded(self) -> EncodedEvents | None:
        """The same for all connections. None if it became too much, and the protocol cannot report a gap."""
        if self._encoded is None:
            if self._frames:
                self._encoded = self.protocol.encode(self._frames, self._last_number)
            elif self.protocol.reports_gaps:
                self._encoded = _lag(self._room, self._head)
        return self._encoded


def _size(frames: Sequence[RoomFrame]) -> int:
    return sum(len(frame.data) for frame in frames)


def _lag(room: int, head: int) -> EncodedEvents:
    return EncodedEvents([Lag(room=room, head=head).encode()], room=room)


def _close_for_gap(connection: Connection) -> None:
    """This protocol cannot report a gap, so the socket is closed."""
    connection.close(Close.LOST_CONTINUITY, "Messages were left out: there were too many. Reconnect.")
