"""ASGI middleware that refuses request bodies above a limit before the application reads them.

Under ASGI, Django reads the whole body before it looks at the path, and spools large bodies to disk. Without this limit
an unauthenticated client could fill the disk with a request to any path.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from hubbub.protocol.limits import BODY_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

LINGER_SECONDS = 2.0
LINGER_BYTES = 16 * 1024 * 1024
"""A refused body is read and dropped up to these bounds. Otherwise the client may get a reset instead of the answer."""


class LimitBodies:
    """Answers 413 to a body longer than `usual` bytes.

    `routes` names the exceptions: path prefix → bytes. The longest matching prefix applies.
    """

    def __init__(
        self, application: Application, routes: Mapping[str, int] | None = None, *, usual: int = BODY_BYTES
    ) -> None:
        self._application = application
        self._routes = sorted((routes or {}).items(), key=lambda route: len(route[0]), reverse=True)
        self._usual = usual

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        most = self.most_at(scope["path"])
        body = _Body(receive, send, most)
        if _declared_length(scope["headers"]) > most:
            await body.refuse()
            return
        try:
            await self._application(scope, body.receive, body.send)
        except Exception:
            if not body.is_too_long:  # else the application only noticed that the client is gone
                raise
        if body.is_too_long:
            await body.refuse()

    def most_at(self, path: str) -> int:
        """Longest body in bytes that this path accepts."""
        for prefix, most in self._routes:
            if path.startswith(prefix):
                return most
        return self._usual


class _Body:
    """One request's body: counts the bytes that the application reads and ends the request above the limit."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._most = receive, send, most
        self._read = 0
        self._answered = self._ended = False
        self.is_too_long = False

    async def receive(self) -> Message:
        if self.is_too_long:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._read > self._most:
                # The application sees a disconnect and returns; then we send 413.
                self.is_too_long = True
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        self._answered = True
        await self._send(message)

    async def refuse(self) -> None:
        """Answer 413 and close, unless the application has begun its response."""
        if self._answered:
            return
        text = f"The request is too large: this address takes at most {self._most} bytes.\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        await self._send({"type": "http.response.start", "status": 413, "headers": headers})
        await self._send({"type": "http.response.body", "body": text, "more_body": True})
        await self._drop_the_rest()
        await self._send({"type": "http.response.body", "body": b""})

    async def _drop_the_rest(self) -> None:
        dropped = 0
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while not self._ended and dropped < LINGER_BYTES:
                    message = await self._receive()
                    dropped += len(message.get("body", b""))
                    self._ended = not message.get("more_body", False)
        except TimeoutError:
            return


def _declared_length(headers: list[tuple[bytes, bytes]]) -> int:
    """The Content-Length; 0 if it is missing or not a number (the server refuses the latter)."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            return int(value[:18])  # Python refuses to read thousands of digits
    return 0
