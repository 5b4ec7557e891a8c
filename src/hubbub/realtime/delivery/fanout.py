"""Writing to many connections in order: huge rooms wait for small ones, not small ones for them.

A turn of the event loop holds as many writes as take TURN_SECONDS. Few writes are done at once; many queue with those
of other rooms, and all that queue have a share of each turn. How many fit is learned from turn to turn: a write takes
four microseconds or forty, and uvloop does them at the end of the turn, where nobody can look at a clock.

A commit wants the interpreter again after each of some thirty calls into the database, and a loop that writes lets its
thread in once a turn. So where many turns' work waits, the loop pauses after each until the commit has ended.
"""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection

TURN_SECONDS = 0.002

MANY_TURNS = 4
"""Of writes that wait. Where there are fewer, a commit is late by these turns at most, and no busy loop idles."""

PAUSE_SECONDS = 0.006
"""For a commit that takes longer, as on a slow disk, nobody waits any more."""

LOOK_SECONDS = 0.001
"""Between two looks whether it has ended."""

FEW = 64
"""Writes that are done at once, and the share of a turn that each who queues gets."""

FIRST, MOST = 256, 1024
"""Writes in a turn: before anything is known, and whatever was learned."""

Write = Callable[[Sequence["Connection"]], None]


class Turns:
    """The turns of one event loop, shared by all who fan out on it."""

    def __init__(
        self,
        loop: AbstractEventLoop,
        committing: Callable[[], int | None] = lambda: None,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._loop, self._committing, self._clock = loop, committing, clock
        self._queue: deque[FanOut] = deque()
        self._under_way = False
        self._begun = 0.0
        self.writes = FIRST
        """That fit in a turn, as far as was learned."""
        self._left = FIRST

    def admit(self, writes: int) -> bool:
        """Whether so many may be done at once."""
        if writes > FEW and writes > self._left:
            return False
        if not self._under_way:
            self._begin()
        self._left -= writes
        return True

    def queue(self, fan_out: FanOut) -> None:
        """Let it go on as long as something waits there, in turn with others."""
        self._queue.append(fan_out)
        if not self._under_way:
            self._go_round()

    def _begin(self) -> None:
        self._under_way = True
        self._begun, self._left = self._clock(), self.writes
        self._loop.call_soon(self._written)

    def _go_round(self) -> None:
        self._begin()
        while self._queue and self._left > 0:
            first = self._queue.popleft()
            try:
                self._left -= first.go_on(min(FEW, self._left) if self._queue else self._left)
            finally:  # what fails must not hold up what comes after it
                if first.waits:
                    self._queue.append(first)

    def _written(self) -> None:
        """The turn after: what was handed to the transports is with the kernel now."""
        if 2 * self._left < self.writes:
            fitting = (self.writes - self._left) * TURN_SECONDS / max(self._clock() - self._begun, 1e-6)
            self.writes = min(max(FEW, int(self.writes + fitting) // 2), MOST)
        self._left = self.writes
        if not self._queue:
            self._under_way = False
        elif sum(fan_out.waits for fan_out in self._queue) > MANY_TURNS * self.writes:
            self._pause(self._committing(), self._loop.time() + PAUSE_SECONDS)
        else:
            self._go_round()

    def _pause(self, commit: int | None, until: float) -> None:
        if commit is not None and commit == self._committing() and self._loop.time() < until:
            self._loop.call_later(LOOK_SECONDS, self._pause, commit, until)
        else:
            self._go_round()


class FanOut:
    """What is handed in is done in that order: at once if it is little and nothing waits, else in turns."""

    __slots__ = ("_turns", "_waiting", "_written")

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._waiting: list[tuple[Sequence[Connection], Write]] = []
        """Short, and mostly empty: a deque takes ten times the memory."""
        self._written = 0
        """Connections of the first in line that are done."""

    @property
    def waits(self) -> int:
        """Writes that have to be gone on with; what comes after them counts as one."""
        return sum(len(connections) or 1 for connections, _ in self._waiting) - self._written

    def each(self, connections: Sequence[Connection], write: Write) -> None:
        """Call `write` with all connections, so many at a time."""
        if not self._waiting and self._turns.admit(len(connections)):
            write(connections)
        else:
            self._wait(connections, write)

    def then(self, act: Callable[[], None]) -> None:
        """Call `act` after everything that was handed in before."""
        if self._waiting:
            self._wait((), lambda _: act())
        else:
            act()

    def go_on(self, writes: int) -> int:
        """Do at most so many writes of what waits. Returns how many it did."""
        done = 0
        while self._waiting and done < writes:
            connections, write = self._waiting[0]
            some = connections[self._written : self._written + writes - done]
            self._written += len(some)
            done += len(some)
            try:
                write(some)
            finally:
                if self._written >= len(connections):
                    self._written = 0
                    del self._waiting[0]
        return done

    def _wait(self, connections: Sequence[Connection], write: Write) -> None:
        self._waiting.append((connections, write))
        if len(self._waiting) == 1:
            self._turns.queue(self)
