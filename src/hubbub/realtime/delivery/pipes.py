"""The two ways to send: write to the transport at once, or `websocket.send` through ASGI, message by message.

A server that offers the extension `hubbub.push` (ours does: `hubbub_site.server.push_protocol`) takes ready WebSocket
frames; every other ASGI server gets `websocket.send`. A connection does not know which it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from hubbub.realtime.delivery.encoded_events import EncodedEvents

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Push(Protocol):
    """The interface that the extension offers: the transport of one WebSocket."""

    def write(self, data: bytes) -> None:
        """Write ready WebSocket frames. Not after `lost`."""

    def abort(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None:
        """Deliver what has already arrived, and continue reading."""

    def take_over(self, receiver: Receiver) -> None: ...


class Receiver(Protocol):
    """The interface that the extension calls, on the event loop. No method may wait."""

    def may_take(self) -> int:
        """How many WebSocket frames of any kind it takes now. 0: it has paused reading, and resumes it later."""

    def took(self, frames: int, size: int) -> None:
        """So many WebSocket frames came in since `may_take`, control frames and fragments included, and their bytes."""

    def received(self, data: bytes) -> None: ...
    def writable(self, yes: bool) -> None: ...
    def lost(self) -> None: ...


class Pipe(Protocol):
    """One way to send. `ready` is false while the transport is full; then nothing may be written."""

    ready: bool

    def write(self, events: EncodedEvents) -> None: ...
    def abort(self) -> None: ...


class PushPipe:
    """Ready WebSocket frames, straight to the transport. The server says when its buffer is full."""

    __slots__ = ("_push", "ready", "write_bytes")

    def __init__(self, push: Push) -> None:
        self._push = push
        self.write_bytes = push.write
        self.ready = True

    def write(self, events: EncodedEvents) -> None:
        self.write_bytes(events.wire)

    def abort(self) -> None:
        self._push.abort()


class SendPipe:
    """`websocket.send`, one `EncodedEvents` at a time, in a task that the connection never waits for."""

    __slots__ = ("_emptied", "_send", "_task", "ready")

    def __init__(self, send: Send, emptied: Callable[[], None]) -> None:
        self._send = send
        self._emptied = emptied
        self._task: asyncio.Task[None] | None = None
        self.ready = True

    def write(self, events: EncodedEvents) -> None:
        self.ready = False
        self._task = asyncio.get_running_loop().create_task(self._send_all(events))

    def abort(self) -> None:
        if self._task:
            self._task.cancel()

    async def settled(self) -> None:
        """Wait until everything that was written has been sent."""
        if self._task:
            await asyncio.wait([self._task])

    async def _send_all(self, events: EncodedEvents) -> None:
        try:
            for text in events.texts:
                await self._send({"type": "websocket.send", "text": text.decode()})
        except Exception:
            return  # the peer is gone; the receive side gets the disconnect and ends the connection
        self.ready = True
        self._emptied()
