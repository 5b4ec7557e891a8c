"""The budget for incoming WebSocket frames of any kind and bytes, for all sockets of a member together.

Commands have rates of their own (`command_rates`). This budget comes first, because each WebSocket frame costs the
event loop something: a beat, a ping, a refused command, an empty frame. A connection over the budget is not read until
there is room again, so TCP slows its sender down (backpressure).
"""

from __future__ import annotations

from hubbub.protocol import limits

READ_AGAIN_FRAMES = limits.TURN_FRAMES // 2
"""Reading resumes when the budget has so many: a flood then wakes the loop twice a second."""

LONGEST_WAIT_SECONDS = 1.0
"""The longest pause: the debt of thirty sockets that flood at once must not silence a member for long."""


class IncomingBudget:
    """The budget of one member in this process: two token buckets that are refilled together."""

    __slots__ = ("_at", "_bytes", "_frames")

    def __init__(self, now: float) -> None:
        self._frames = float(limits.INCOMING_FRAMES_BURST)
        self._bytes = float(limits.INCOMING_BYTES_BURST)
        self._at = now

    def room(self, now: float) -> int:
        """How many frames may be read now; 0 while either bucket is empty."""
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
        """Count what was read. One read of each socket may exceed the budget; the debt is at most one burst."""
        self._frames = max(self._frames - frames, -limits.INCOMING_FRAMES_BURST)
        self._bytes = max(self._bytes - size, -limits.INCOMING_BYTES_BURST)

    def wait(self) -> float:
        """Seconds until reading resumes, as of the last `room`."""
        frames = (READ_AGAIN_FRAMES - self._frames) / limits.INCOMING_FRAMES_PER_SECOND
        size = (limits.FRAME_BYTES - self._bytes) / limits.INCOMING_BYTES_PER_SECOND
        return min(max(frames, size, 0.01), LONGEST_WAIT_SECONDS)

    @property
    def is_ample(self) -> bool:
        """Whether both buckets are at least half full, as of the last `room`."""
        return (
            self._frames >= limits.INCOMING_FRAMES_BURST / 2
            and self._bytes >= limits.INCOMING_BYTES_BURST / 2
        )

    def is_full(self, now: float) -> bool:
        """Whether this is the same as a new budget."""
        self.room(now)
        return self._frames >= limits.INCOMING_FRAMES_BURST and self._bytes >= limits.INCOMING_BYTES_BURST
