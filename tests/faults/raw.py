"""A WebSocket client that says exactly the bytes it is told, right or wrong, and takes apart what comes back."""

from __future__ import annotations

import asyncio
import os
import struct
from types import TracebackType
from urllib.parse import urlsplit

PATIENCE_SECONDS = 60
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Raw:
    """One connection after its handshake. `frame` and `send` go out; `read` brings (opcode, payload)."""

    def __init__(self, url: str, token: str = "", *, receive_buffer: int = 0) -> None:
        self._parts = urlsplit(url)
        self._token = token
        self._receive_buffer = receive_buffer
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Raw:
        self._reader, self._writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        bearer = f"Authorization: Bearer {self._token}\r\n" if self._token else ""
        self._writer.write(
            (
                f"GET {self._parts.path} HTTP/1.1\r\nHost: {self._parts.netloc}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Version: 13\r\n{bearer}\r\n"
            ).encode()
        )
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        assert head.startswith(b"HTTP/1.1 101"), head
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.transport.abort()

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def sent(self, data: bytes) -> None:
        """Send, and wait while the peer's side is full."""
        self._writer.write(data)
        await self._writer.drain()

    async def read(self, within: float = PATIENCE_SECONDS) -> tuple[int, bytes]:
        """The next frame. IncompleteReadError when the connection has ended, TimeoutError when nothing comes."""
        async with asyncio.timeout(within):
            first, second = await self._reader.readexactly(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
            return first & 0x0F, await self._reader.readexactly(length)

    async def read_until(self, opcode: int, within: float = PATIENCE_SECONDS) -> bytes:
        """The payload of the next frame of this kind; others are passed over."""
        async with asyncio.timeout(within):
            while True:
                found, payload = await self.read(within)
                if found == opcode:
                    return payload

    async def closing(self, within: float = PATIENCE_SECONDS) -> int:
        """The close code that comes; 1006 if the connection ends without one."""
        try:
            payload = await self.read_until(CLOSE, within)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 1006
        return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    length: int = -1,
) -> bytes:
    """A frame as a client sends it; the keywords make wrong ones. `length`: what its header claims."""
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
    return frame(CLOSE, code.to_bytes(2, "big") + reason)
