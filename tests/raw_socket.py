"""A WebSocket client that writes exactly the bytes it is given, right or wrong, and reads only when asked.

For what a library would not send: half frames, wrong frames, a handshake that is cut, a peer that never reads.
`frame` and `close` make the bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

SECONDS_TO_WAIT = 60
"""Until an answer counts as missing. Generous: a busy machine must not make a test fail."""

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NO_CODE, NO_CLOSE_FRAME = 1005, 1006


class RawSocket:
    """One connection. `async with` connects, does the handshake and closes; a test may also take these steps itself.

    Reading raises asyncio.IncompleteReadError at the end of the stream, ConnectionError after a reset, and TimeoutError
    when nothing comes.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        headers: Iterable[tuple[str, str]] = (),
        receive_buffer: int | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._received = bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        lines = [
            f"GET {parts.path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *([f"Authorization: Bearer {token}"] if token else []),
            *(f"{name}: {value}" for name, value in headers),
        ]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        """The handshake; a test may change it before `open`."""

    async def __aenter__(self) -> Self:
        await self.connect()
        status = await self.open()
        assert " 101 " in status, status
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def connect(self) -> None:
        """Connect, without a handshake."""
        self._loop = asyncio.get_running_loop()
        await self._loop.sock_connect(self.socket, self._address)

    async def open(self) -> str:
        """Send the handshake; the status line of the answer."""
        await self.write(self.request)
        return await self.read_status()

    async def write(self, data: bytes) -> None:
        """Send, and wait while the peer's buffers are full. ConnectionError if the connection has ended."""
        assert self._loop is not None, "connect first"
        await self._loop.sock_sendall(self.socket, data)

    async def write_if_open(self, data: bytes) -> None:
        """Send; an ended connection is left to the next read to report."""
        with contextlib.suppress(ConnectionError):
            await self.write(data)

    async def write_command(self, document: dict[str, Any]) -> None:
        await self.write(frame(TEXT, json.dumps(document).encode()))

    async def read_status(self) -> str:
        """The status line of the handshake's answer, which is read whole. Empty if the connection ends before."""
        try:
            head = await self._take_until(b"\r\n\r\n")
        except asyncio.IncompleteReadError as ended:
            head = ended.partial
        return head.split(b"\r\n", 1)[0].decode()

    async def read(self, within: float = SECONDS_TO_WAIT) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        async with asyncio.timeout(within):
            # Taken only when it is whole: a timeout in the middle of a frame loses nothing.
            await self._have(start := 2)
            size = self._received[1] & 0x7F
            if size == 126:
                await self._have(start := 4)
                (size,) = struct.unpack_from("!H", self._received, 2)
            elif size == 127:
                await self._have(start := 10)
                (size,) = struct.unpack_from("!Q", self._received, 2)
            await self._have(start + size)
            return self._received[0] & 0x0F, self._take(start + size)[start:]

    async def read_kind(self, opcode: int, within: float = SECONDS_TO_WAIT) -> bytes:
        """The payload of the next frame with this opcode; other frames are skipped."""
        async with asyncio.timeout(within):
            while True:
                found, payload = await self.read(within)
                if found == opcode:
                    return payload

    async def read_close(self, within: float = SECONDS_TO_WAIT) -> int:
        """The code of the close frame: 1005 if it has none, 1006 if the connection ends without a close frame."""
        try:
            payload = await self.read_kind(CLOSE, within)
        except (asyncio.IncompleteReadError, ConnectionError):
            return NO_CLOSE_FRAME
        return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else NO_CODE

    async def read_until(self, needle: bytes) -> bytes:
        """All bytes up to and including `needle`, as they came."""
        return await self._take_until(needle)

    async def read_to_the_end(self) -> bytes:
        """All bytes until the connection ends, with a reset too."""
        async with asyncio.timeout(SECONDS_TO_WAIT):
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionResetError):
                while True:
                    await self._have(len(self._received) + 1)
        return self._take(len(self._received))

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """End the connection without a close frame."""
        if self._loop is not None and not self._loop.is_closed() and self.socket.fileno() >= 0:
            self._loop.remove_reader(self.socket)
            self._loop.remove_writer(self.socket)
        self.socket.close()

    async def _take_until(self, needle: bytes) -> bytes:
        async with asyncio.timeout(SECONDS_TO_WAIT):
            while (place := self._received.find(needle)) < 0:
                await self._have(len(self._received) + 1)
        return self._take(place + len(needle))

    async def _have(self, size: int) -> None:
        """Receive until so many bytes are waiting in `_received`."""
        assert self._loop is not None, "connect first"
        while len(self._received) < size:
            part = await self._loop.sock_recv(self.socket, 65536)
            if not part:
                raise asyncio.IncompleteReadError(bytes(self._received), size)
            self._received += part

    def _take(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    length: int = -1,
) -> bytes:
    """A frame as a client sends it; the keywords make wrong ones. `length`: what its header claims, in bytes."""
    size = len(payload) if length < 0 else length
    first = (0x80 if fin else 0) | (rsv << 4) | opcode
    bit = 0x80 if masked else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 65536:
        head = bytes((first, bit | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, bit | 127)) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


def close(code: int, reason: bytes = b"") -> bytes:
    """A close frame."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason)
