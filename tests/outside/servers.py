"""Small servers that behave like an attacker's, and a fetcher that treats 127.0.0.1 as a public address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from hubbub.outside import Fetcher
from hubbub.outside.addresses import Address, why_not_public

PUBLIC = "127.0.0.1"
PRIVATE = "127.0.0.2"


@dataclass
class Attacker:
    """A server and the requests that it received."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "public.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(reply: Reply, host: str = PUBLIC, **options: Any) -> AsyncIterator[Attacker]:
    """Answers every request with `reply(request, writer)` until the context ends."""
    attacker = Attacker(0)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attacker.connections += 1
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            attacker.requests.append(request)
            await reply(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, options.pop("port", 0), **options)
    attacker.port = server.sockets[0].getsockname()[1]
    try:
        yield attacker
    finally:
        server.close()


def saying(answer: bytes) -> Reply:
    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return reply


def ok(body: bytes, *headers: str) -> Reply:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return saying("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def redirecting_to(location: str, status: int = 302) -> Reply:
    return saying(f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())


class Names:
    """A fake resolver: returns the given answers of a name one after another, then the last one again and again."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = {"public.example": [PUBLIC], "private.example": [PRIVATE], **answers}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        answers = self.answers.get(host, [host])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [ip_address(word) for word in answer.split()]


def only_loopback_is_public(address: Address) -> str | None:
    return None if str(address) in (PUBLIC, "::1") else why_not_public(address)


def a_fetcher(names: Names | None = None, **options: Any) -> Fetcher:
    return Fetcher(resolve=names or Names(), why_not=only_loopback_is_public, **options)
