"""Events that wait for one slow connection. Over its bound it drops the least important first (contract G11)."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from hubbub.protocol.events import Lag, Refresh
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.slow_readers import is_over_bound


class SendBuffer:
    """Events in order. Over the bound it drops ephemeral ones, then replaces the largest room's frames by one `lag`.

    The `lag` has the room's head; until it is sent, later frames of the room only move that head. The client then
    reads what it missed at its own speed: late, not lost. A presence change is not repeated, so after dropping one the
    buffer sends `refresh`, and the client asks who is connected. Typing expires by itself.
    """

    __slots__ = ("_bytes", "_frames", "_lagging", "_lost_presence", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[EncodedEvents] = deque()
        self._lagging: dict[int, int] = {}
        """Room → head to report in its `lag`."""
        self._bytes = 0
        self._frames = 0
        self._lost_presence = False
        """Whether a presence change was dropped, so that the client must ask again."""

    def __bool__(self) -> bool:
        return bool(self._waiting or self._lagging or self._lost_presence)

    @property
    def bytes(self) -> int:
        return self._bytes

    @property
    def answers(self) -> int:
        """Entries that belong to no room and cannot be dropped: answers, and a few events."""
        return sum(events.room is None and not events.ephemeral for events in self._waiting)

    def add(self, events: EncodedEvents, *, first: bool = False) -> bool:
        """Queue events, after or before all others. False: over the bound, and nothing is left that may be dropped."""
        if events.room in self._lagging and events.head:
            self._lagging[events.room] = max(events.head, self._lagging[events.room])
            return True
        (self._waiting.appendleft if first else self._waiting.append)(events)
        self._bytes += events.size
        self._frames += len(events.texts)
        while is_over_bound(self._bytes, self._frames):
            if not self._drop_some():
                return False
        return True

    def take(self) -> EncodedEvents | None:
        """The next events to send: what waits in order, then the `lag`s."""
        if self._waiting:
            events = self._waiting.popleft()
            self._bytes -= events.size
            self._frames -= len(events.texts)
            return events
        lagging, self._lagging = self._lagging, {}
        texts = [Lag(room=room, head=head).encode() for room, head in lagging.items()]
        if self._lost_presence:
            self._lost_presence = False
            texts.append(Refresh().encode())
        return EncodedEvents(texts) if texts else None

    def forget(self, room: int) -> None:
        """Drop everything of a room, without a `lag`."""
        self._lagging.pop(room, None)
        self._keep(lambda events: events.room != room)

    def _drop_some(self) -> bool:
        if any(events.ephemeral for events in self._waiting):
            self._lost_presence = self._lost_presence or any(
                events.ephemeral and events.room is None for events in self._waiting
            )
            self._keep(lambda events: not events.ephemeral)
            return True
        sizes: Counter[int] = Counter()
        for events in self._waiting:
            if events.room is not None and events.head:
                sizes[events.room] += events.size
        if not sizes:
            return False
        largest = sizes.most_common(1)[0][0]
        head = max(events.head for events in self._waiting if events.room == largest)
        self._keep(lambda events: events.room != largest or not events.head)
        self._lagging[largest] = head
        return True

    def _keep(self, wanted: Callable[[EncodedEvents], bool]) -> None:
        self._waiting = deque(events for events in self._waiting if wanted(events))
        self._bytes = sum(events.size for events in self._waiting)
        self._frames = sum(len(events.texts) for events in self._waiting)
