"""What waits for one slow connection: bounded, and when it is full the cheapest loss comes first (contract G11)."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from hubbub.protocol import limits
from hubbub.protocol.events import Lag, Refresh
from hubbub.realtime.delivery.encoded_events import EncodedEvents


class SendBuffer:
    """Parcels in order. Over the limit it drops ephemeral ones, then turns the fattest room into one `lag`.

    A room that lags says so once, with its head; until that is sent, later frames of the room only move the head.
    The client then asks for what it missed at its own speed: late, not lost. A change of presence is not repeated, so
    where one was dropped a `refresh` lets the client ask who is here. Typing fades by itself.
    """

    __slots__ = ("_bytes", "_frames", "_lagging", "_parcels", "_lost_presence")

    def __init__(self) -> None:
        self._parcels: deque[EncodedEvents] = deque()
        self._lagging: dict[int, int] = {}
        self._bytes = 0
        self._frames = 0
        self._lost_presence = False
        """Whether a change of presence was dropped, and the client is to ask again."""

    def __bool__(self) -> bool:
        return bool(self._parcels or self._lagging or self._lost_presence)

    @property
    def bytes(self) -> int:
        return self._bytes

    @property
    def answers(self) -> int:
        """Parcels that belong to no room and cannot be left out: answers, and a few events."""
        return sum(parcel.room is None and not parcel.ephemeral for parcel in self._parcels)

    def add(self, parcel: EncodedEvents, *, first: bool = False) -> bool:
        """Keep a parcel for later, behind or before all others. False: what overflows cannot be asked for again."""
        if parcel.room in self._lagging and parcel.head:
            self._lagging[parcel.room] = max(parcel.head, self._lagging[parcel.room])
            return True
        (self._parcels.appendleft if first else self._parcels.append)(parcel)
        self._bytes += parcel.size
        self._frames += len(parcel.texts)
        while self._is_full():
            if not self._sacrifice():
                return False
        return True

    def take(self) -> EncodedEvents | None:
        """The next parcel to send: what waits in order, then which rooms lag."""
        if self._parcels:
            parcel = self._parcels.popleft()
            self._bytes -= parcel.size
            self._frames -= len(parcel.texts)
            return parcel
        lagging, self._lagging = self._lagging, {}
        texts = [Lag(room=room, head=head).encode() for room, head in lagging.items()]
        if self._lost_presence:
            self._lost_presence = False
            texts.append(Refresh().encode())
        return EncodedEvents(texts) if texts else None

    def forget(self, room: int) -> None:
        """Drop what waits of a room, as if it had never been said."""
        self._lagging.pop(room, None)
        self._keep(lambda parcel: parcel.room != room)

    def _is_full(self) -> bool:
        return self._bytes > limits.OUTBOX_BYTES or self._frames > limits.OUTBOX_FRAMES

    def _sacrifice(self) -> bool:
        if any(parcel.ephemeral for parcel in self._parcels):
            self._lost_presence = self._lost_presence or any(
                p.ephemeral and p.room is None for p in self._parcels
            )
            self._keep(lambda parcel: not parcel.ephemeral)
            return True
        weights: Counter[int] = Counter()
        for parcel in self._parcels:
            if parcel.room is not None and parcel.head:
                weights[parcel.room] += parcel.size
        if not weights:
            return False
        fattest = weights.most_common(1)[0][0]
        head = max(parcel.head for parcel in self._parcels if parcel.room == fattest)
        self._keep(lambda parcel: parcel.room != fattest or not parcel.head)
        self._lagging[fattest] = head
        return True

    def _keep(self, wanted: Callable[[EncodedEvents], bool]) -> None:
        self._parcels = deque(parcel for parcel in self._parcels if wanted(parcel))
        self._bytes = sum(parcel.size for parcel in self._parcels)
        self._frames = sum(len(parcel.texts) for parcel in self._parcels)
