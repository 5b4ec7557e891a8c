"""Limits the WebSocket frames of one connection: some per turn of the event loop, within the budget of its member."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.rate_limits.incoming_budget import IncomingBudget

CALM_SECONDS = 5.0
"""A connection that was not stopped for so long is not flooding; nor is one whose member has half a budget again."""

RETRY_SECONDS = limits.INCOMING_FRAMES_BURST / limits.INCOMING_FRAMES_PER_SECOND
"""When a client that was closed for flooding may reconnect: then its budget is full again."""


class FloodGuard:
    """Stops the reading of a connection that is over its budget, and ends it if that goes on for FLOOD_SECONDS."""

    __slots__ = (
        "_connection",
        "_budget",
        "_last",
        "_loop",
        "_over_since",
        "_resume",
        "flooded",
        "stopped",
        "wait",
    )

    def __init__(
        self,
        connection: Connection,
        budget: IncomingBudget | None,
        loop: asyncio.AbstractEventLoop,
        resume: Callable[[], None],
    ) -> None:
        """`budget`: None where rates are lifted. `resume` is called when a pause is over."""
        self._connection, self._budget, self._loop, self._resume = connection, budget, loop, resume
        self.stopped = False
        """Whether the connection is not read until there is room in the budget."""
        self.wait = 0.0
        """Seconds from the last stop until the budget has room."""
        self.flooded = False
        """Whether the connection was closed for flooding."""
        self._over_since: float | None = None
        """Since when it has been over the budget, apart from short pauses."""
        self._last = 0.0

    def room(self) -> int:
        """How many frames this turn may take. 0: none before `resume`, or none at all because the connection ends."""
        if self.stopped or self._connection.closing is not None:
            return 0
        if self._budget is None:
            return limits.TURN_FRAMES
        now = self._loop.time()
        room = self._budget.room(now)
        if not room:
            self._stop(now, self._budget.wait())
        elif self._over_since is not None and self._budget.is_ample:
            self._over_since = None
        return min(room, limits.TURN_FRAMES)

    def took(self, frames: int, size: int) -> None:
        """Count WebSocket frames of any kind, and their bytes."""
        if self._budget is not None:
            self._budget.take(frames, size)

    def end(self) -> None:
        """The socket has ended: drop the reference to it, because only the garbage collector frees a cycle."""
        self.stopped, self._resume = True, _nothing

    def _stop(self, now: float, wait: float) -> None:
        if self._over_since is None or now - self._last > CALM_SECONDS:
            self._over_since = now
        elif now - self._over_since >= limits.FLOOD_SECONDS:
            self.flooded = True
            self._connection.close(Close.TOO_MANY, f"retry_after={RETRY_SECONDS:.2f}")
            return
        self.stopped, self.wait, self._last = True, wait, now + wait
        self._loop.call_later(wait, self._go_on)

    def _go_on(self) -> None:
        self.stopped = False
        self._resume()


def _nothing() -> None:
    """Called instead of the socket that has ended."""
