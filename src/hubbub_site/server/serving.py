"""Runs the server of `hubbub serve`: uvicorn embedded, one port, a drain on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from django.conf import settings
from django.db import connection

from hubbub.protocol import limits
from hubbub.realtime import runtime as realtime
from hubbub.realtime.bus.channel_layer import shared_layer
from hubbub_site import lost_changes
from hubbub_site.server import connection_capacity
from hubbub_site.server.edge_limits import CONNECTIONS_PER_ADDRESS
from hubbub_site.server.http_protocol import LimitedHttp
from hubbub_site.server.lock import AlreadyServed, only_server_of
from hubbub_site.server.unauthenticated import UnauthenticatedConnections
from hubbub_site.server.uvicorn_config import ServerConfig
from hubbub_site.server.websocket_protocol import LimitedWebSocket
from hubbub_site.workers import Workers

DRAIN_SECONDS = 5.0
"""When the server stops, clients are asked to reconnect elsewhere, spread over this time."""

GRACE_SECONDS = 10
"""Time for running requests when the server stops."""

SWITCH_SECONDS = 0.001
"""How long one thread may keep the interpreter while another waits: the event loop and the writer alternate."""

COLLECT_AFTER = (10_000, 5, 5)
"""Thresholds of the garbage collector: objects, and rounds of the younger generations. Python's defaults suit scripts:
with a thousand open sockets a quarter of the processor time was spent on objects still in use."""

BACKLOG = 2048


class CannotServe(Exception):
    """The server cannot start; the message says why and what to do."""


def serve(*, host: str, port: int, data: Path, workers: int = 1) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit code. Raises CannotServe."""
    if workers > 1 and shared_layer() is None:
        raise CannotServe(
            f"{workers} workers need a Redis server to talk to each other: set REDIS_URL, or serve with one worker."
        )
    with contextlib.ExitStack() as stack:
        if connection.vendor == "sqlite":
            try:
                stack.enter_context(only_server_of(data))
            except AlreadyServed as error:
                raise CannotServe(str(error)) from None
            lost_changes.check(data)
            connection.close()
        connection_capacity.raise_limit()
        listener = stack.enter_context(contextlib.closing(_bind(host, port)))
        if workers > 1:
            Workers(listener, workers).run()
        else:
            serve_on(listener)
        return 0


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit this: a small frame must not wait for the acknowledgement of the previous one.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"Port {port} of {host} is taken by another program. Choose another: --port {port + 1}"
            ) from None
        raise CannotServe(f"Cannot listen on {host} port {port}: {error.strerror}.") from None
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def serve_on(listener: socket.socket) -> None:
    """Serve a listening socket in this process, until SIGTERM or SIGINT."""
    sys.setswitchinterval(SWITCH_SECONDS)
    if connection.vendor == "sqlite":
        lost_changes.start_recording(settings.CONFIG.data)
        connection.close()
    config = _configuration()
    config.load()
    gc.freeze()  # the collector need not walk modules, models and settings
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(Server(config), config.unauthenticated, listener))


def _configuration() -> ServerConfig:
    capacity = connection_capacity.capacity(BACKLOG)
    per_address = CONNECTIONS_PER_ADDRESS if settings.CONFIG.rate_limits else None
    return ServerConfig(
        "hubbub_site.asgi:application",
        unauthenticated=UnauthenticatedConnections(capacity, per_address=per_address),
        trusted=settings.TRUSTED_PROXIES,
        loop="auto",
        http=LimitedHttp,
        ws=LimitedWebSocket,
        ws_max_size=limits.FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=15.0,
        ws_ping_timeout=15.0,
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        backlog=capacity.backlog,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def _run(server: Server, unauthenticated: UnauthenticatedConnections, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    runtime = realtime.runtime()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    deadlines = asyncio.create_task(unauthenticated.close_overdue())
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stop_asked = asyncio.create_task(stopping.wait())
    await asyncio.wait([serving, stop_asked], return_when=asyncio.FIRST_COMPLETED)
    if stopping.is_set():
        for accepting in server.servers:
            accepting.close()
        await runtime.drain(DRAIN_SECONDS)
    server.should_exit = True
    await serving
    stop_asked.cancel()
    deadlines.cancel()
    await realtime.stop()


class Server(uvicorn.Server):
    """uvicorn's server without its signal handling: it raises caught signals again on return and would end our
    drain."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
