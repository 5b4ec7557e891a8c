"""Reads a socket through ASGI's `receive`, on servers without the extension `hubbub.push`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from hubbub.realtime.sockets.flood_guard import FloodGuard

AHEAD_BYTES = 256 * 1024
"""How much is read while a connection's commands wait: these servers report a disconnect only after all messages."""


class AsgiReader:
    """Hands messages to `received` unless `is_paused`; then it reads ahead, so that a disconnect is noticed."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[dict[str, Any]]],
        incoming: FloodGuard,
        received: Callable[[bytes], None],
        is_paused: Callable[[], bool],
    ) -> None:
        self._receive, self._incoming = receive, incoming
        self._received, self._is_paused = received, is_paused
        self._ahead: deque[bytes] = deque()
        self._has_room = asyncio.Event()

    async def run(self) -> None:
        """Read until the client disconnects.

        Messages that the server has already read come without a turn of the event loop between them.
        """
        room = 0
        while (message := await self._receive())["type"] != "websocket.disconnect":
            text, data = message.get("text"), message.get("bytes")
            self._ahead.append(text.encode("utf-8", "surrogatepass") if text is not None else data or b"")
            self._incoming.took(1, len(self._ahead[-1]))
            self.resume()
            while sum(map(len, self._ahead)) > AHEAD_BYTES:
                self._has_room.clear()
                await self._has_room.wait()
            room -= 1
            if room <= 0:
                room = await self._next_turn()

    def resume(self) -> None:
        """Hand over messages that were read ahead, until the socket pauses again."""
        while self._ahead and not self._is_paused():
            self._received(self._ahead.popleft())
        self._has_room.set()

    async def _next_turn(self) -> int:
        """Let other connections have a turn, and wait until the budget allows more. Returns how many messages."""
        await asyncio.sleep(0)
        while not (room := self._incoming.room()):  # noqa: ASYNC110  it also ends by itself
            await asyncio.sleep(self._incoming.wait)
        return room
