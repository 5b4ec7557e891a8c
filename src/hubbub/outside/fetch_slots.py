"""Limits concurrent fetches, in total and per target, so that users cannot flood other servers through this one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from threading import Lock

from hubbub.outside.failures import TooBusy


@dataclass(frozen=True, eq=False, slots=True)
class _Waiting:
    target: str
    loop: asyncio.AbstractEventLoop
    granted: asyncio.Future[None]


class FetchSlots:
    """The slots for all event loops of a process: the server's own, and those of threads that run jobs."""

    def __init__(self, *, at_once: int, per_target: int, in_all: int) -> None:
        """At most `at_once` run, `per_target` of them towards one target; at most `in_all` run or wait."""
        self._at_once, self._per_target, self._in_all = at_once, per_target, in_all
        self._running: Counter[str] = Counter()
        self._line: list[_Waiting] = []
        self._admitted = 0
        self._lock = Lock()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Count a fetch from its first DNS query on. TooBusy if there are too many."""
        with self._lock:
            if self._admitted >= self._in_all:
                raise TooBusy(f"{self._in_all} fetches are already under way or waiting.")
            self._admitted += 1
        try:
            yield
        finally:
            with self._lock:
                self._admitted -= 1

    @asynccontextmanager
    async def at(self, target: str) -> AsyncIterator[None]:
        """Wait for a slot for `target`, and release it at the end."""
        await self._take(target)
        try:
            yield
        finally:
            self._give_back(target)

    async def _take(self, target: str) -> None:
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._may_run(target):
                self._running[target] += 1
                return
            waiting = _Waiting(target, loop, loop.create_future())
            self._line.append(waiting)
        try:
            await waiting.granted
        except asyncio.CancelledError:
            with self._lock:
                if waited_in_vain := waiting in self._line:
                    self._line.remove(waiting)
            if not waited_in_vain:  # the slot was granted at the moment of the cancellation
                self._give_back(target)
            raise

    def _may_run(self, target: str) -> bool:
        return self._running.total() < self._at_once and self._running[target] < self._per_target

    def _give_back(self, target: str) -> None:
        with self._lock:
            self._running[target] -= 1
            self._running += Counter()  # forget targets without fetches
            granted = []
            for waiting in list(self._line):
                if self._may_run(waiting.target):
                    self._running[waiting.target] += 1
                    self._line.remove(waiting)
                    granted.append(waiting)
        for waiting in granted:
            try:
                waiting.loop.call_soon_threadsafe(_grant, waiting.granted)
            except RuntimeError:  # its event loop was closed while it waited
                self._give_back(waiting.target)


def _grant(granted: asyncio.Future[None]) -> None:
    if not granted.done():
        granted.set_result(None)
