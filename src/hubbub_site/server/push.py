"""uvicorn's WebSocket protocol, opened for ready frames: the fast path of `hubbub.realtime.pipes`.

Adds the extension `hubbub.push` to the ASGI scope. Once an application takes a socket over, messages come to it as
plain calls and it writes bytes to the transport; ASGI's queue and per-message tasks stay out of the way. It leans on
details of uvicorn's class, which is why pyproject pins a tested range and `tests/realtime/test_push.py` exists.
"""

from __future__ import annotations

import asyncio
from asyncio import BaseTransport
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from hubbub.protocol import limits
from hubbub.realtime.pipes import Receiver
from hubbub_site.server.framing import WHOLE_TEXT, NotAFrame, bounds_of, is_close, is_control, is_final

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets without its C extension
    from websockets.utils import apply_mask


class PushProtocol(WebSocketsSansIOProtocol):
    """See the module's first words. `Push` in `hubbub.realtime.pipes` says what the application may call."""

    receiver: Receiver | None = None
    write: Callable[[bytes], None]
    """The transport's own: the shortest way out, called a hundred thousand times a second."""
    _begun = b""
    """The beginning of a frame whose end has not come yet."""
    _framing = True
    _within = False
    """Whether the last part of a fragmented message is still to come."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions["hubbub.push"] = self

    # What the application calls.

    def take_over(self, receiver: Receiver) -> None:
        """Bring messages to the receiver from now on, and first those that came meanwhile."""
        self.receiver = receiver
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                receiver.received(text.encode() if text is not None else message.get("bytes") or b"")
        if self.disconnected or self.transport.is_closing():
            receiver.lost()
        elif self.read_paused:
            self.resume_reading()
        if not self.writable.is_set():
            receiver.writable(False)
        self._forget_the_handshake()

    def abort(self) -> None:
        self.transport.abort()

    def pause_reading(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    # What uvicorn calls.

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.write = self.transport.write

    def data_received(self, data: bytes) -> None:
        """Give a whole text message to the receiver at once; all else goes to websockets' parser.

        That parser costs four times as much as everything else that happens to a message before the writer has it.
        It gets whole frames only, so that it always stands between two of them and never holds a part of ours. What
        can become no frame goes to it as it is: it knows how to refuse (1002, 1009), and from then on hears all.
        """
        if not self.handshake_initiated or not self._framing:
            super().data_received(data)
            return
        if self._begun:
            data = self._begun + data
            self._begun = b""
        start, size = 0, len(data)
        while start < size:
            try:
                frame = bounds_of(data, start, limits.FRAME_BYTES)
            except NotAFrame:
                self._framing = False
                super().data_received(data[start:])
                return
            if frame is None or frame.end > size:
                self._begun = data[start:]
                return
            payload, end = frame
            if data[start] == WHOLE_TEXT and self.receiver is not None and self._may_receive():
                self.receiver.received(apply_mask(data[payload:end], data[payload - 4 : payload]))
            else:
                if not is_control(data[start]):
                    self._within = not is_final(data[start])
                elif is_close(data[start]):
                    # A client may close in the middle of a fragmented message (RFC 6455 §5.4 allows control frames
                    # there), and its close is returned as it is. websockets' parser takes it for an error (1002).
                    self.conn.current_size = None
                super().data_received(data[start:end])
            start = end

    def send_receive_event_to_app(self) -> None:
        if self.receiver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        self.receiver.received(bytes(data))

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.receiver is not None:
            self.receiver.writable(False)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.receiver is not None:
            self.receiver.writable(True)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.conn.parser.close()  # it holds its protocol, which holds it: only a full collection would free them
        if self.receiver is not None:
            self.receiver.lost()
            self.receiver = None

    def _forget_the_handshake(self) -> None:
        """A third of an idle connection's memory: request, response, scope, and a queue that nobody reads now."""
        scope: Any = self.scope
        for kept_elsewhere in (scope, self.request.headers, self.response.headers):
            kept_elsewhere.clear()
        del self.request, self.response
        self.queue = _NOBODY_READS
        self.writable = cast(asyncio.Event, _Gate(is_open=self.writable.is_set()))

    def _may_receive(self) -> bool:
        """Whether a message may begin here: not within another, not after a goodbye."""
        return not self._within and self.conn.state is State.OPEN and not self.close_sent


class _NobodyReads(asyncio.Queue[Any]):
    """Takes the messages of sockets that were taken over: their receivers hear in another way."""

    def put_nowait(self, item: Any) -> None:
        pass


_NOBODY_READS = _NobodyReads()


class _Gate:
    """Like asyncio.Event, but an Event is made only when somebody waits: at a goodbye to a slow reader."""

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
