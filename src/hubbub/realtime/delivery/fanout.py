"""Writes to many connections in order, some in each turn of the event loop, so that large rooms wait for small ones.

A turn holds as many writes as take TURN_SECONDS. A few writes are done at once. Many are queued, and each queued room
gets a share of every turn. The scheduler measures how many writes fit, from turn to turn: a write takes 4 µs or 40,
and uvloop does them at the end of the turn, where no clock can be read.

A commit needs the interpreter again after each of some thirty database calls, and a loop that writes lets the writer's
thread run once a turn. So while many turns' work waits, the loop pauses after each turn until the commit has ended.
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

LONG_QUEUE_TURNS = 4
"""Pause for a commit only if more turns' work waits: below that the commit is late by these turns at most."""

PAUSE_SECONDS = 0.006
"""The longest pause. A commit that takes longer, as on a slow disk, is not waited for."""

COMMIT_POLL_SECONDS = 0.001
"""Between two checks whether the commit has ended."""

FEW_WRITES = 64
"""Writes that are done at once, and each room's share of a turn."""

FIRST_WRITES, MOST_WRITES = 256, 1024
"""Writes in a turn: before anything is measured, and at most."""

Write = Callable[[Sequence["Connection"]], None]


class WriteScheduler:
    """Shares the turns of one event loop between all rooms that write on it."""

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
        self.writes = FIRST_WRITES
        """How many fit in a turn, as measured so far."""
        self._left = FIRST_WRITES

    def admit(self, writes: int) -> bool:
        """Whether so many writes may be done at once."""
        if writes > FEW_WRITES and writes > self._left:
            return False
        if not self._under_way:
            self._begin()
        self._left -= writes
        return True

    def queue(self, fan_out: FanOut) -> None:
        """Let a fan-out continue in later turns, in rotation with others, until nothing waits there."""
        self._queue.append(fan_out)
        if not self._under_way:
            self._write_turn()

    def _begin(self) -> None:
        self._under_way = True
        self._begun, self._left = self._clock(), self.writes
        self._loop.call_soon(self._written)

    def _write_turn(self) -> None:
        self._begin()
        while self._queue and self._left > 0:
            first = self._queue.popleft()
            try:
                self._left -= first.go_on(min(FEW_WRITES, self._left) if self._queue else self._left)
            finally:  # a fan-out that fails must not stop those after it
                if first.waits:
                    self._queue.append(first)

    def _written(self) -> None:
        """In the next turn the kernel has what was handed to the transports: measure, and go on."""
        if 2 * self._left < self.writes:
            fitting = (self.writes - self._left) * TURN_SECONDS / max(self._clock() - self._begun, 1e-6)
            self.writes = min(max(FEW_WRITES, int(self.writes + fitting) // 2), MOST_WRITES)
        self._left = self.writes
        if not self._queue:
            self._under_way = False
        elif sum(fan_out.waits for fan_out in self._queue) > LONG_QUEUE_TURNS * self.writes:
            self._pause(self._committing(), self._loop.time() + PAUSE_SECONDS)
        else:
            self._write_turn()

    def _pause(self, commit: int | None, until: float) -> None:
        if commit is not None and commit == self._committing() and self._loop.time() < until:
            self._loop.call_later(COMMIT_POLL_SECONDS, self._pause, commit, until)
        else:
            self._write_turn()


class FanOut:
    """Writes in the order in which they are handed in: at once if they are few and nothing waits, else in turns."""

    __slots__ = ("_scheduler", "_waiting", "_written")

    def __init__(self, scheduler: WriteScheduler) -> None:
        self._scheduler = scheduler
        self._waiting: list[tuple[Sequence[Connection], Write]] = []
        """Short, and mostly empty: a deque takes ten times the memory."""
        self._written = 0
        """Connections of the first entry that are done."""

    @property
    def waits(self) -> int:
        """Writes that wait; a call of `then` counts as one."""
        return sum(len(connections) or 1 for connections, _ in self._waiting) - self._written

    def each(self, connections: Sequence[Connection], write: Write) -> None:
        """Call `write` with all connections, some at a time."""
        if not self._waiting and self._scheduler.admit(len(connections)):
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
        """Do at most so many of the waiting writes. Returns how many were done."""
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
            self._scheduler.queue(self)
