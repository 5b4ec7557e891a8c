"""Replacements for an asyncio.Queue and an asyncio.Event that cost an idle connection almost no memory."""

from __future__ import annotations

import asyncio
from typing import Any


class DiscardQueue(asyncio.Queue[Any]):
    """Discards messages of sockets that were taken over: their receivers get them directly."""

    def put_nowait(self, item: Any) -> None:
        pass


DISCARD = DiscardQueue()


class LazyEvent:
    """Like asyncio.Event, but creates an Event only for a waiter: when a slow reader's socket is closed."""

    __slots__ = ("_event", "_open")

    def __init__(self, *, is_open: bool) -> None:
        self._open = is_open
        self._event: asyncio.Event | None = None

    def is_set(self) -> bool:
        return self._open

    def set(self) -> None:
        self._open = True
        if self._event is not None:
            self._event.set()

    def clear(self) -> None:
        self._open = False
        self._event = None

    async def wait(self) -> None:
        if not self._open:
            self._event = self._event or asyncio.Event()
            await self._event.wait()
