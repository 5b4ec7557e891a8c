"""The two ways bytes leave: written to the transport at once, or sent message by message through ASGI.

A server that offers the extension `hubbub.push` (ours does: `hubbub_site.server.push_protocol`) takes ready frames;
any other ASGI server gets `websocket.send`. A connection does not know which it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from hubbub.realtime.delivery.encoded_events import EncodedEvents

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Push(Protocol):
    """What the extension offers: the transport of one WebSocket, and its events."""

    def write(self, data: bytes) -> None:
        """Frames, as they are. Not after `lost`."""

    def abort(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None:
        """Bring what has come already, and read on."""

    def take_over(self, receiver: Receiver) -> None: ...


class Receiver(Protocol):
    """What the extension tells: calls come from the event loop, and must not wait."""

    def may_take(self) -> int:
        """How many frames may come in now, of any kind. After 0 the receiver has paused the reading, and resumes it."""

    def took(self, frames: int, size: int) -> None:
        """So many frames have come in since `may_take`, control frames and parts of messages included; their bytes."""

    def received(self, data: bytes) -> None: ...
    def writable(self, yes: bool) -> None: ...
    def lost(self) -> None: ...


class Pipe(Protocol):
    """One way out. `ready` is false while earlier bytes are stuck; then nothing may be written."""

    ready: bool

    def write(self, parcel: EncodedEvents) -> None: ...
    def abort(self) -> None: ...


class PushPipe:
    """Ready frames, straight to the transport. The server says when its buffer is full."""

    __slots__ = ("_push", "ready", "write_bytes")

    def __init__(self, push: Push) -> None:
        self._push = push
        self.write_bytes = push.write
        self.ready = True

    def write(self, parcel: EncodedEvents) -> None:
        self.write_bytes(parcel.wire)

    def abort(self) -> None:
        self._push.abort()


class SendPipe:
    """`websocket.send` for one parcel at a time, in a task that the connection never waits for."""

    __slots__ = ("_emptied", "_send", "_task", "ready")

    def __init__(self, send: Send, emptied: Callable[[], None]) -> None:
        self._send = send
        self._emptied = emptied
        self._task: asyncio.Task[None] | None = None
        self.ready = True

    def write(self, parcel: EncodedEvents) -> None:
        self.ready = False
        self._task = asyncio.get_running_loop().create_task(self._send_all(parcel))

    def abort(self) -> None:
        if self._task:
            self._task.cancel()

    async def settled(self) -> None:
        """Wait until what is being sent is sent."""
        if self._task:
            await asyncio.wait([self._task])

    async def _send_all(self, parcel: EncodedEvents) -> None:
        try:
            for text in parcel.texts:
                await self._send({"type": "websocket.send", "text": text.decode()})
        except Exception:
            return  # the peer is gone; the server tells the receive side, which ends the connection
        self.ready = True
        self._emptied()
