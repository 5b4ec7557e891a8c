"""Requests to a Matrix server over a persistent connection: just enough of HTTP for the load generator."""

from __future__ import annotations

import asyncio
import json
from typing import Any


class Line:
    """A persistent connection: one request at a time."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port, self._token, self._turn = port, token, asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        async with self._turn:
            if not self._streams:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
            reader, writer = self._streams
            content = b"" if body is None else json.dumps(body).encode()
            head = f"{method} /_matrix/client/v3{path} HTTP/1.1\r\nHost: localhost\r\n"
            head += f"Authorization: Bearer {self._token}\r\n" if self._token else ""
            writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
            return await _answer(reader, f"{method} {path.partition('?')[0]}")


async def _answer(reader: asyncio.StreamReader, question: str) -> Any:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    content = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            content += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        content = await reader.readexactly(int(headers["content-length"]))
    if " 200 " not in status:
        raise SystemExit(f"{question}: {status} {content.decode()[:500]}")
    return json.loads(content)
