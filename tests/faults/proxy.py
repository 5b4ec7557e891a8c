"""A TCP proxy that breaks things on purpose: latency, cut, reset, black hole, slow reader."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

CHUNK = 16 * 1024
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FaultProxy:
    """Stands between clients and one server. Faults are attributes and methods; they hold for all of its lines.

    `latency`: seconds added to every piece, each way. `bytes_per_second`: how fast clients read, None for at will.
    """

    def __init__(self, upstream: int, *, host: str = "127.0.0.1") -> None:
        self.upstream, self.host = upstream, host
        self.port = 0
        self.latency = 0.0
        self.bytes_per_second: float | None = None
        self.refusing = False
        self.faults = 0
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._up.set()
        self._down.set()
        self._lines: set[Line] = set()
        self._forgotten: list[Line] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        for line in [*self._lines, *self._forgotten]:
            line.close()
        await asyncio.gather(*(line.ended() for line in self._lines), return_exceptions=True)

    def cut(self) -> None:
        """Close every line in the ordinary way."""
        self._break(Line.close)

    def cut_one(self, chance: random.Random) -> None:
        """Close or tear one of its lines. There must be one."""
        self.faults += 1
        line = chance.choice(sorted(self._lines, key=id))
        chance.choice([line.close, line.reset])()

    def reset(self) -> None:
        """Tear every line: the other end gets RST, and what was under way is gone."""
        self._break(Line.reset)

    def swallow(self, yes: bool = True, *, up: bool = True, down: bool = True) -> None:
        """Keep lines open and pass nothing on, as when a cable is pulled. What comes meanwhile waits.

        `up`: what goes to the server; `down`: what comes from it.
        """
        self.faults += yes
        for concerned, way in ((up, self._up), (down, self._down)):
            if concerned:
                (way.clear if yes else way.set)()

    def lose(self) -> None:
        """Forget every line without telling anybody: half-open sockets on both sides."""
        self._forgotten += self._lines
        self._break(Line.forget)
        self._lines.clear()

    def __len__(self) -> int:
        return len(self._lines)

    def _break(self, how: Callable[[Line], None]) -> None:
        self.faults += 1
        for line in list(self._lines):
            how(line)

    def line(self, client: Ends, server: Ends) -> Line:
        """A new line. Subclasses return a subclass of `Line` that looks at what it carries."""
        return Line(self, client, server)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        try:
            upstream = await asyncio.open_connection(self.host, self.upstream)
        except OSError:
            writer.transport.abort()
            return
        line = self.line((reader, writer), upstream)
        self._lines.add(line)
        try:
            await line.carry()
        finally:
            self._lines.discard(line)


class Line:
    """One client's connection and its continuation to the server."""

    def __init__(self, proxy: FaultProxy, client: Ends, server: Ends) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._lost = False
        self._done = asyncio.Event()

    async def carry(self) -> None:
        up = asyncio.create_task(self._pump(self._client[0], self._server[1], slow=False))
        down = asyncio.create_task(self._pump(self._server[0], self._client[1], slow=True))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()
            if not self._lost:
                self.close()
            self._done.set()

    async def ended(self) -> None:
        await asyncio.wait_for(self._done.wait(), 5)

    def close(self) -> None:
        for _, writer in (self._client, self._server):
            writer.close()

    def reset(self) -> None:
        for _, writer in (self._client, self._server):
            raw = writer.get_extra_info("socket")
            if raw is not None:
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def forget(self) -> None:
        self._lost = True

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await (self._proxy._down if slow else self._proxy._up).wait()
                if self._lost:
                    continue
                if self._proxy.latency:
                    await asyncio.sleep(self._proxy.latency)
                if slow and self._proxy.bytes_per_second:
                    await asyncio.sleep(len(data) / self._proxy.bytes_per_second)
                for piece in self.coming_down(data) if slow else (data,):
                    writer.write(piece)
                await writer.drain()

    def coming_down(self, data: bytes) -> Iterable[bytes]:
        """What the client gets for `data` of the server."""
        return (data,)
