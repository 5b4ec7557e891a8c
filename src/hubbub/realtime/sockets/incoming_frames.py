"""What comes in on one connection: so many frames in a turn of the event loop, within what its member may bring in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.rate_limits.incoming_budget import IncomingBudget

CALM_SECONDS = 5.0
"""A connection that was not stopped for so long is not flooding. Nor is one whose member has an ample budget again."""

BACK_AFTER_SECONDS = limits.INCOMING_FRAMES_BURST / limits.INCOMING_FRAMES_PER_SECOND
"""What a client that is closed for flooding has to wait: then its budget is full again."""


class IncomingFrames:
    """Stops the reading of a connection that is over its budget, and ends it if that goes on for FLOOD_SECONDS."""

    __slots__ = (
        "_connection",
        "_intake",
        "_last",
        "_loop",
        "_over_since",
        "_read_again",
        "flooded",
        "stopped",
        "wait",
    )

    def __init__(
        self,
        connection: Connection,
        intake: IncomingBudget | None,
        loop: asyncio.AbstractEventLoop,
        read_again: Callable[[], None],
    ) -> None:
        """`intake`: None where rates are lifted. `read_again` is called when a wait is over."""
        self._connection, self._intake, self._loop, self._read_again = connection, intake, loop, read_again
        self.stopped = False
        """Whether the rest waits in the network until there is room in the budget."""
        self.wait = 0.0
        """Seconds from the last stop until there is room."""
        self.flooded = False
        """Whether the connection was closed for it."""
        self._over_since: float | None = None
        """Since when it has been over the budget, but for moments."""
        self._last = 0.0

    def room(self) -> int:
        """How many frames may come in in this turn. 0: none before `read_again`, or never: the connection ends."""
        if self.stopped or self._connection.closing is not None:
            return 0
        if self._intake is None:
            return limits.TURN_FRAMES
        now = self._loop.time()
        room = self._intake.room(now)
        if not room:
            self._stop(now, self._intake.wait())
        elif self._over_since is not None and self._intake.is_ample:
            self._over_since = None
        return min(room, limits.TURN_FRAMES)

    def took(self, frames: int, size: int) -> None:
        """Count frames of any kind, and their bytes."""
        if self._intake is not None:
            self._intake.take(frames, size)

    def end(self) -> None:
        """The socket has ended. Lets go of the session, which holds this: only the garbage collector frees a cycle."""
        self.stopped, self._read_again = True, _nothing

    def _stop(self, now: float, wait: float) -> None:
        if self._over_since is None or now - self._last > CALM_SECONDS:
            self._over_since = now
        elif now - self._over_since >= limits.FLOOD_SECONDS:
            self.flooded = True
            self._connection.close(Close.TOO_MANY, f"retry_after={BACK_AFTER_SECONDS:.2f}")
            return
        self.stopped, self.wait, self._last = True, wait, now + wait
        self._loop.call_later(wait, self._go_on)

    def _go_on(self) -> None:
        self.stopped = False
        self._read_again()


def _nothing() -> None:
    """Called instead of the session that has ended."""
