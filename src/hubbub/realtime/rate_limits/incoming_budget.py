"""How much clients may bring in: frames of any kind and bytes, counted for all sockets of a member together.

Commands have rates of their own (`rates`). This budget comes before them, because each frame costs the event loop
something: a beat, a ping, a command that is refused, an empty one. A connection that is over the budget is not read
until there is room again, so the rest waits in the network and TCP slows its sender down.
"""

from __future__ import annotations

from hubbub.protocol import limits

READ_AGAIN_FRAMES = limits.TURN_FRAMES // 2
"""A connection is read again when the budget has these: a flood then wakes the loop twice a second."""

LONGEST_WAIT_SECONDS = 1.0
"""Then a connection looks again: the debt of thirty sockets that flood at once does not silence a member for long."""


class IncomingBudget:
    """The budget of one member in this process: two token buckets that are refilled together."""

    __slots__ = ("_at", "_bytes", "_frames")

    def __init__(self, now: float) -> None:
        self._frames = float(limits.INCOMING_FRAMES_BURST)
        self._bytes = float(limits.INCOMING_BYTES_BURST)
        self._at = now

    def room(self, now: float) -> int:
        """How many frames may come in now; 0 while either bucket is empty."""
        passed = now - self._at
        self._at = now
        self._frames = min(
            limits.INCOMING_FRAMES_BURST, self._frames + passed * limits.INCOMING_FRAMES_PER_SECOND
        )
        self._bytes = min(
            limits.INCOMING_BYTES_BURST, self._bytes + passed * limits.INCOMING_BYTES_PER_SECOND
        )
        return int(self._frames) if self._frames >= 1 and self._bytes > 0 else 0

    def take(self, frames: int, size: int) -> None:
        """Count what has come in. It may exceed the budget by what one read of each socket brings; never by more than a
        burst."""
        self._frames = max(self._frames - frames, -limits.INCOMING_FRAMES_BURST)
        self._bytes = max(self._bytes - size, -limits.INCOMING_BYTES_BURST)

    def wait(self) -> float:
        """Seconds until it is worth reading again, as of the last `room`."""
        frames = (READ_AGAIN_FRAMES - self._frames) / limits.INCOMING_FRAMES_PER_SECOND
        size = (limits.FRAME_BYTES - self._bytes) / limits.INCOMING_BYTES_PER_SECOND
        return min(max(frames, size, 0.01), LONGEST_WAIT_SECONDS)

    @property
    def is_ample(self) -> bool:
        """Whether half of both buckets is there, as of the last `room`: nobody is sending all that may come in."""
        return (
            self._frames >= limits.INCOMING_FRAMES_BURST / 2
            and self._bytes >= limits.INCOMING_BYTES_BURST / 2
        )

    def is_full(self, now: float) -> bool:
        """Whether nothing is known here that a new budget would not say."""
        self.room(now)
        return self._frames >= limits.INCOMING_FRAMES_BURST and self._bytes >= limits.INCOMING_BYTES_BURST
