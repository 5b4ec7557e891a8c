"""Writing to many connections in order, a slice in each turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hubbub.realtime.connection import Connection

SLICE = 256
"""Connections written to in one turn: a message to ten thousand must not freeze small rooms for its whole length."""

Write = Callable[[Sequence["Connection"]], None]


class FanOut:
    """What is handed in is done in that order, at once if it is small and nothing waits."""

    __slots__ = ("_soon", "_waiting")

    def __init__(self, soon: Callable[[Callable[[], None]], object]) -> None:
        self._soon = soon
        self._waiting: list[
            Callable[[], None]
        ] = []  # short, and mostly empty: a deque takes ten times the memory

    def each(self, connections: tuple[Connection, ...], write: Write) -> None:
        """Call `write` with all connections, so many at a time."""
        if not self._waiting and len(connections) <= SLICE:
            write(connections)
            return
        idle = not self._waiting
        for start in range(0, len(connections), SLICE):
            self._waiting.append(_Slice(connections[start : start + SLICE], write))
        if idle:
            self._next()

    def then(self, act: Callable[[], None]) -> None:
        """Call `act` after everything that was handed in before."""
        if self._waiting:
            self._waiting.append(act)
        else:
            act()

    def _next(self) -> None:
        try:
            self._waiting[0]()
        finally:  # one that fails must not hold up all that come after it
            del self._waiting[0]
            if self._waiting:
                self._soon(self._next)


class _Slice:
    __slots__ = ("_connections", "_write")

    def __init__(self, connections: tuple[Connection, ...], write: Write) -> None:
        self._connections, self._write = connections, write

    def __call__(self) -> None:
        self._write(self._connections)
