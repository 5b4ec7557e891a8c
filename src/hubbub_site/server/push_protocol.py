"""uvicorn's WebSocket protocol with direct reads and writes: the fast path of `hubbub.realtime.delivery.pipes`.

Adds the extension `hubbub.push` to the ASGI scope. After an application takes over a socket, it gets messages as plain
calls and writes bytes to the transport; ASGI's queue and per-message tasks are bypassed. It depends on details of
uvicorn's class, so pyproject pins a tested range and `tests/realtime/test_push.py` checks it.
"""

from __future__ import annotations

import asyncio
from asyncio import BaseTransport
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State

from hubbub.protocol import limits
from hubbub_site.server.framing import (
    WHOLE_TEXT,
    Bounds,
    NotAFrame,
    bounds_of,
    is_close,
    is_control,
    is_final,
)
from hubbub_site.server.light_asyncio import DISCARD, LazyEvent

if TYPE_CHECKING:  # a host's uvicorn may load this class before Django is set up
    from hubbub.realtime.delivery.pipes import Receiver

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets without its C extension
    from websockets.utils import apply_mask


class PushProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that an application can take over. `Push` in `hubbub.realtime.delivery.pipes` lists its calls."""

    receiver: Receiver | None = None
    write: Callable[[bytes], None]
    """The transport's own method: the shortest path, called a hundred thousand times a second."""
    _rest = b""
    """Received and unhandled bytes: frames for a later turn of the event loop, or an incomplete frame."""
    _turn_scheduled = False
    """A later turn handles the rest. Nothing more is read until then."""
    _framing = True
    _fragments = 0
    """Fragments received of an incomplete message."""
    _after_goodbye = 0
    """Bytes received after our close frame."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions["hubbub.push"] = self

    # Called by the application.

    def take_over(self, receiver: Receiver) -> None:
        """Deliver messages to the receiver from now on, beginning with those that arrived before."""
        self.receiver = receiver
        frames = size = 0
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                data = text.encode() if text is not None else message.get("bytes") or b""
                frames, size = frames + 1, size + len(data)
                receiver.received(data)
        receiver.took(frames, size)
        if self.disconnected or self.transport.is_closing():
            receiver.lost()
        elif self.read_paused or self._rest:
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
        if self.transport.is_closing():
            return
        self.read_paused = False
        if self._rest:
            self._schedule_turn()
        else:
            self.transport.resume_reading()

    # Called by uvicorn and the event loop.

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.write = self.transport.write

    def data_received(self, data: bytes) -> None:
        """Pass a whole text message to the receiver at once; pass everything else to websockets' parser.

        That parser costs four times as much as all other work on a message before the writer. It gets whole frames
        only, so it is always between two frames and never holds a part of one. Bytes that cannot become a frame go to
        it unchanged: it refuses them (1002, 1009) and receives all later bytes.
        """
        if not self.handshake_initiated or not self._framing:
            super().data_received(data)
            return
        self._rest = self._rest + data if self._rest else data
        if not (self.read_paused or self._turn_scheduled):
            self._take_frames()

    def _take_frames(self) -> None:
        """Handle received frames, at most as many as the receiver takes in one turn of the event loop.

        One read may hold a hundred thousand empty frames. The rest waits for the next turn, and the transport is not
        read until then.
        """
        data, start, size = self._rest, 0, len(self._rest)
        most = left = self._most()
        has_more = False
        try:
            while start < size and not self.transport.is_closing():
                frame = bounds_of(data, start, limits.FRAME_BYTES)
                if frame is None or frame.end > size:
                    break
                if has_more := not left or (self.read_paused and self.receiver is not None):
                    break
                left -= 1
                self._take(data, start, frame)
                start = frame.end
            self._rest = data[start:]
        except NotAFrame:
            self._framing, self._rest = False, b""
            super().data_received(data[start:])
        if self.receiver is not None and not self.close_sent:
            self.receiver.took(most - left, start)
        self._read_on(has_more)

    def _most(self) -> int:
        if self.receiver is None or self.close_sent:
            return limits.TURN_FRAMES
        return self.receiver.may_take()

    def _take(self, data: bytes, start: int, frame: Bounds) -> None:
        payload, end = frame
        first = data[start]
        if first == WHOLE_TEXT and self.receiver is not None and self._may_receive():
            self.receiver.received(apply_mask(data[payload:end], data[payload - 4 : payload]))
            return
        if is_close(first):
            # A client may close in the middle of a fragmented message (RFC 6455 §5.4 allows control frames there).
            # We echo its close code; websockets' parser would treat it as an error (1002).
            self.conn.current_size = None
        elif self.close_sent:
            self._after_goodbye += end - start
            if self._after_goodbye > limits.GOODBYE_BYTES:
                self.transport.abort()
            return
        elif not is_control(first):
            self._fragments = 0 if is_final(first) else self._fragments + 1
            if self._fragments > limits.MESSAGE_FRAGMENTS:
                self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
                self.handle_parser_exception()
                return
        super().data_received(data[start:end])

    def _read_on(self, has_more: bool) -> None:
        """Resume reading, or schedule the rest for a later turn. Does neither before the socket is accepted or while
        the receiver has paused reading."""
        if self.read_paused or self.transport.is_closing():
            return
        if has_more and not self.handshake_complete:
            self.pause_reading()
        elif has_more:
            self.transport.pause_reading()
            self._schedule_turn()

    def _schedule_turn(self) -> None:
        if not self._turn_scheduled:
            self._turn_scheduled = True
            self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._turn_scheduled = False
        if self.read_paused or self.transport.is_closing():
            return
        self._take_frames()
        if not (self.read_paused or self._turn_scheduled or self.transport.is_closing()):
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """For applications that do not take over the socket: uvicorn's `receive`, which may need the unhandled rest."""
        if self.queue.empty() and self._rest and self.handshake_complete:
            self.resume_reading()
        return await super().receive()

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
        self.conn.parser.close()  # breaks a reference cycle that only a full collection would free
        if self.receiver is not None:
            self.receiver.lost()
            self.receiver = None

    def _forget_the_handshake(self) -> None:
        """Free a third of an idle connection's memory: request, response, scope and the unused queue."""
        scope: Any = self.scope
        for kept_elsewhere in (scope, self.request.headers, self.response.headers):
            kept_elsewhere.clear()
        del self.request, self.response
        self.queue = DISCARD
        self.writable = cast(asyncio.Event, LazyEvent(is_open=self.writable.is_set()))

    def _may_receive(self) -> bool:
        """Whether a message may begin here: not inside another one, and not after a close frame."""
        return not self._fragments and self.conn.state is State.OPEN and not self.close_sent
