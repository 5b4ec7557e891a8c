"""uvicorn's WebSocket protocol, opened for ready frames: the fast path of `hubbub.realtime.pipes`.

Adds the extension `hubbub.push` to the ASGI scope. Once an application takes a socket over, messages come to it as
plain calls and it writes bytes to the transport; ASGI's queue and per-message tasks stay out of the way. It leans on
details of uvicorn's class, which is why pyproject pins a tested range and `tests/realtime/test_push.py` exists.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from hubbub.realtime.pipes import Receiver


class PushProtocol(WebSocketsSansIOProtocol):
    """See the module's first words. `Push` in `hubbub.realtime.pipes` says what the application may call."""

    receiver: Receiver | None = None

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

    def write(self, data: bytes) -> None:
        # Between the loss of a connection and its leaving the hub others' frames still come: uvloop raises on a
        # transport that is closed, and whoever stood after this one would not be written to.
        if not self.close_sent and not self.disconnected:
            self.transport.write(data)

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
        if self.receiver is not None:
            self.receiver.lost()
            self.receiver = None
