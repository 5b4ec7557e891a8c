"""uvicorn's WebSocket protocol, opened for ready frames: the fast path of `hubbub.realtime.delivery.pipes`.

Adds the extension `hubbub.push` to the ASGI scope. Once an application takes a socket over, messages come to it as
plain calls and it writes bytes to the transport; ASGI's queue and per-message tasks stay out of the way. It leans on
details of uvicorn's class, which is why pyproject pins a tested range and `tests/realtime/test_push.py` exists.
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

if TYPE_CHECKING:  # a host names this class to its uvicorn, which loads it before Django is set up
    from hubbub.realtime.delivery.pipes import Receiver

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets without its C extension
    from websockets.utils import apply_mask


class PushProtocol(WebSocketsSansIOProtocol):
    """See the module's first words. `Push` in `hubbub.realtime.delivery.pipes` says what the application may call."""

    receiver: Receiver | None = None
    write: Callable[[bytes], None]
    """The transport's own: the shortest way out, called a hundred thousand times a second."""
    _rest = b""
    """What has come and was not handled: frames for a later turn of the event loop, or the beginning of one."""
    _waits_for_its_turn = False
    """Whether a later turn handles the rest. Until then nothing more is read."""
    _framing = True
    _fragments = 0
    """Parts that have come of a message whose last part has not."""
    _after_goodbye = 0
    """Bytes that came after our close frame."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions["hubbub.push"] = self

    # What the application calls.

    def take_over(self, receiver: Receiver) -> None:
        """Bring messages to the receiver from now on, and first those that came meanwhile."""
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
            self._go_on_later()
        else:
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
        self._rest = self._rest + data if self._rest else data
        if not (self.read_paused or self._waits_for_its_turn):
            self._take_frames()

    def _take_frames(self) -> None:
        """Handle what has come: as many frames as the receiver takes in one turn of the event loop.

        A hundred thousand empty frames fit into one read. The rest waits for the next turn, and the transport is not
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
            # A client may close in the middle of a fragmented message (RFC 6455 §5.4 allows control frames
            # there), and its close is returned as it is. websockets' parser takes it for an error (1002).
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
        """Read again, or let a later turn handle the rest. Before the socket is accepted, or while the receiver has
        paused the reading, nothing goes on by itself."""
        if self.read_paused or self.transport.is_closing():
            return
        if has_more and not self.handshake_complete:
            self.pause_reading()
        elif has_more:
            self.transport.pause_reading()
            self._go_on_later()

    def _go_on_later(self) -> None:
        if not self._waits_for_its_turn:
            self._waits_for_its_turn = True
            self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._waits_for_its_turn = False
        if self.read_paused or self.transport.is_closing():
            return
        self._take_frames()
        if not (self.read_paused or self._waits_for_its_turn or self.transport.is_closing()):
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """uvicorn's, for an application that does not take the socket over: it may wait for what is in the rest."""
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
        return not self._fragments and self.conn.state is State.OPEN and not self.close_sent


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
