"""A connection before sign-in, for tests: the real protocols on a transport that records writes, and a clock that the
test sets."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.server import ServerState

from hubbub_site.server.http_protocol import LimitedHttp
from hubbub_site.server.unauthenticated import UnauthenticatedConnections
from hubbub_site.server.websocket_protocol import LimitedWebSocket

GET = b"GET / HTTP/1.1\r\n"


class Clock(asyncio.SelectorEventLoop):
    """An event loop that never runs, with a time that the test sets."""

    now = 100.0

    def time(self) -> float:
        return self.now

    def create_task(self, work: Any, **more: Any) -> Any:
        work.close()
        return asyncio.Future(loop=self)


class Transport:
    """Records writes, and whether the connection is open."""

    def __init__(self, host: str = "203.0.113.9") -> None:
        self.said, self.open, self.unsent, self.host = b"", True, 0, host

    def get_extra_info(self, name: str) -> Any:
        return (self.host, 1234) if name == "peername" else None

    def write(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.open = False

    abort = close

    def is_closing(self) -> bool:
        return not self.open

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    @property
    def status(self) -> int:
        return int(self.said.split()[1]) if self.said else 0


def configuration(unauthenticated: UnauthenticatedConnections, *trusted: str) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None: ...

    return SimpleNamespace(
        loaded=True,
        loaded_app=application,
        ws_protocol_class=LimitedWebSocket,
        root_path="",
        asgi_version="3.0",
        limit_concurrency=None,
        timeout_keep_alive=5,
        reset_contextvars=False,
        ws_per_message_deflate=False,
        ws_max_size=1000,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        unauthenticated=unauthenticated,
        trusted=_TrustedHosts(list(trusted)),
    )


def connected(
    loop: Clock, unauthenticated: UnauthenticatedConnections, host: str = "203.0.113.9", *trusted: str
) -> tuple[Any, Any]:
    http = LimitedHttp(configuration(unauthenticated, *trusted), ServerState(), {}, loop)
    transport: Any = Transport(host)
    http.connection_made(transport)
    return http, transport


def status(http: LimitedHttp) -> int:
    transport: Any = http.transport
    return int(transport.status)


def is_open(http: LimitedHttp) -> bool:
    return not http.transport.is_closing()


def passes(seconds: float, loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    """Let this time pass; the deadlines are checked each second."""
    end = loop.now + seconds
    while loop.now < end:
        loop.now = min(end, loop.now + 1)
        unauthenticated.sweep(loop.now)


def upgraded(http: LimitedHttp, loop: Clock) -> LimitedWebSocket:
    """The WebSocket that the connection becomes."""
    socket = LimitedWebSocket(http.config, http.server_state, {}, loop)
    http.server_state.connections.add(socket)
    socket.connection_made(http.transport)
    http.config.unauthenticated.upgraded(http, socket)
    return socket


def answered(http: LimitedHttp) -> None:
    """One request and its whole response."""
    http.data_received(GET + b"\r\n")
    transport: Any = http.transport
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    http.cycle.response_complete = True
    http.on_response_complete()
