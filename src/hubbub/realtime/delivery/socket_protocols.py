"""The two WebSocket protocols on the way out: their encoding, and the events that their clients understand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events, as_lines


@dataclass(frozen=True, eq=False)
class SocketProtocol:
    """One per kind of socket; compared by identity."""

    encode: Callable[[Sequence[RoomFrame], int], EncodedEvents]
    """Room frames, and the last message number before them → what is sent."""
    receives_events: bool
    """Whether clients receive events other than messages: notices, heartbeats, presence, typing."""
    reports_gaps: bool
    """Whether clients can be told that frames were left out. If not, the socket is closed instead."""


EVENT_PROTOCOL = SocketProtocol(as_events, receives_events=True, reports_gaps=True)
"""`/ws/`: every state of every message, and all events."""

LINE_PROTOCOL = SocketProtocol(as_lines, receives_events=False, reports_gaps=False)
"""The room socket: new messages only, in the shape of the Channels tutorial."""
