"""What one connection may cost before sign-in: the parser, the table of strangers, and a clock that we turn."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.server import ServerState

from hubbub.http.bodies import LimitBodies
from hubbub.protocol.limits import BODY_BYTES
from hubbub_site.server import descriptors, edge_limits
from hubbub_site.server.descriptors import Room
from hubbub_site.server.http import LimitedHttp
from hubbub_site.server.sockets import CountedSocket
from hubbub_site.server.strangers import Strangers, address_block

GET = b"GET / HTTP/1.1\r\n"


class Clock(asyncio.SelectorEventLoop):
    """An event loop that never runs, at the time that a test says."""

    now = 100.0

    def time(self) -> float:
        return self.now

    def create_task(self, work: Any, **more: Any) -> Any:
        work.close()
        return asyncio.Future(loop=self)


class Transport:
    """Keeps what is written, and whether the connection still stands."""

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


@pytest.fixture
def loop() -> Iterator[Clock]:
    loop = Clock()
    yield loop
    loop.close()


@pytest.fixture
def strangers() -> Strangers:
    return Strangers(Room(connections=1000, strangers=500, backlog=100), per_address=None)


def configuration(strangers: Strangers, *trusted: str) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None: ...

    return SimpleNamespace(
        loaded=True,
        loaded_app=application,
        ws_protocol_class=CountedSocket,
        root_path="",
        asgi_version="3.0",
        limit_concurrency=None,
        timeout_keep_alive=5,
        reset_contextvars=False,
        ws_per_message_deflate=False,
        ws_max_size=1000,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        strangers=strangers,
        trusted=_TrustedHosts(list(trusted)),
    )


def connected(loop: Clock, strangers: Strangers, host: str = "203.0.113.9", *trusted: str) -> tuple[Any, Any]:
    http = LimitedHttp(configuration(strangers, *trusted), ServerState(), {}, loop)
    transport: Any = Transport(host)
    http.connection_made(transport)
    return http, transport


@pytest.fixture
def http(loop: Clock, strangers: Strangers) -> LimitedHttp:
    return connected(loop, strangers)[0]  # type: ignore[no-any-return]


def status(http: LimitedHttp) -> int:
    transport: Any = http.transport
    return int(transport.status)


def is_open(http: LimitedHttp) -> bool:
    return not http.transport.is_closing()


# ── sizes ──


def test_head_bytes(http: LimitedHttp) -> None:
    fits = edge_limits.HEAD_BYTES - len("/") - len("X") - 32
    http.data_received(GET + b"X: " + b"x" * fits + b"\r\n\r\n")
    assert status(http) == 0
    http.on_message_complete()


def test_head_bytes_more_is_refused(http: LimitedHttp) -> None:
    http.data_received(GET + b"X: " + b"x" * edge_limits.HEAD_BYTES + b"\r\n\r\n")
    assert status(http) == 431


def test_head_bytes_of_a_header_without_an_end(http: LimitedHttp) -> None:
    http.data_received(GET + b"X: ")
    for _ in range(edge_limits.HEAD_BYTES // 1024):
        http.data_received(b"x" * 1024)
        assert status(http) == 0
    http.data_received(b"x")
    assert status(http) == 431


def test_head_bytes_of_headers_that_are_empty(http: LimitedHttp) -> None:
    http.data_received(GET + b"a:\r\n" * (edge_limits.HEAD_BYTES // 33 + 2))
    assert status(http) == 431


def test_url_bytes(loop: Clock, strangers: Strangers) -> None:
    for length, expected in ((edge_limits.URL_BYTES, 0), (edge_limits.URL_BYTES + 1, 414)):
        http, transport = connected(loop, strangers)
        http.data_received(b"GET /" + b"x" * (length - 1) + b" HTTP/1.1\r\n\r\n")
        assert transport.status == expected


def test_pipelined_requests(loop: Clock, strangers: Strangers) -> None:
    for waiting, refused in (
        (edge_limits.PIPELINED_REQUESTS, False),
        (edge_limits.PIPELINED_REQUESTS + 1, True),
    ):
        http, transport = connected(loop, strangers)
        http.data_received((GET + b"\r\n") * (1 + waiting))
        assert (http.cycle.keep_alive is False) is refused
        assert transport.said == b"", "the first response is still to come"


async def test_body_bytes() -> None:
    assert await status_of(b"x" * BODY_BYTES) == 200
    assert await status_of(b"x" * BODY_BYTES, b"x") == 413


async def test_body_bytes_of_a_route_with_its_own_limit() -> None:
    assert await status_of(b"x" * BODY_BYTES, b"x", path="/files/new/") == 200
    assert await status_of(b"x" * 2 * BODY_BYTES, b"x", path="/files/new/") == 413
    assert await status_of(b"x" * 9, b"xx", path="/files/names/") == 413


async def status_of(*parts: bytes, path: str = "/") -> int:
    """What is answered to a body that comes in these parts and does not say how long it is."""

    async def reads_it_all(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("gone")
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    left, said = list(parts), []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Any) -> None:
        said.append(message)

    application = LimitBodies(reads_it_all, {"/files/": 2 * BODY_BYTES, "/files/names/": 10})
    await application({"type": "http", "path": path, "headers": []}, receive, send)
    assert said[-1]["type"] == "http.response.body"
    return int(said[0]["status"])


# ── time ──


def passes(seconds: float, loop: Clock, strangers: Strangers) -> None:
    """The time, with a look at the deadlines each second."""
    end = loop.now + seconds
    while loop.now < end:
        loop.now = min(end, loop.now + 1)
        strangers.sweep(loop.now)


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET + b"X: ", b"\r\n"])
def test_head_seconds(said: bytes, http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    passes(edge_limits.HEAD_SECONDS / 2, loop, strangers)
    http.data_received(said)
    passes(edge_limits.HEAD_SECONDS / 2, loop, strangers)
    assert is_open(http) and status(http) == 0
    passes(1, loop, strangers)
    assert not is_open(http) or status(http) == 408


def test_head_seconds_of_a_second_request(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    answered(http)
    passes(60, loop, strangers)
    assert is_open(http), "the end of a connection that waits for a request is uvicorn's"
    http.data_received(b"G")
    passes(edge_limits.HEAD_SECONDS, loop, strangers)
    assert status(http) == 200 and is_open(http)
    passes(1, loop, strangers)
    assert b" 408 " in http.transport.said  # type: ignore[attr-defined]


def test_body_seconds(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    http.data_received(b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
    for _ in range(edge_limits.BODY_SECONDS):
        passes(1, loop, strangers)
        http.data_received(b"x" * 1900)  # a slow honest phone is within it
    assert status(http) == 0
    passes(1, loop, strangers)
    assert status(http) == 408
    assert http.cycle.disconnected


def test_body_seconds_do_not_pass_while_the_server_does_not_read(
    http: LimitedHttp, loop: Clock, strangers: Strangers
) -> None:
    http.data_received(b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + b"x" * 100_000)
    assert http.flow.read_paused
    passes(100, loop, strangers)
    assert status(http) == 0
    http.flow.resume_reading()
    passes(edge_limits.BODY_SECONDS + 1, loop, strangers)
    assert status(http) == 408


def test_linger_seconds(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    http.data_received(b"nonsense\r\n\r\n")
    assert status(http) == 400
    passes(edge_limits.LINGER_SECONDS, loop, strangers)
    assert is_open(http)
    passes(1, loop, strangers)
    assert not is_open(http)


def test_unread_seconds(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    transport: Any = http.transport
    http.data_received(GET + b"\r\n")
    for unsent in range(100_000, 90_000, -1000):
        transport.unsent = unsent
        passes(edge_limits.UNREAD_SECONDS - 1, loop, strangers)
    assert is_open(http), "a slow reader who reads"
    passes(3, loop, strangers)
    assert not is_open(http)


def test_sign_in_seconds(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    transport: Any = http.transport
    socket = upgraded(http, loop)
    passes(edge_limits.SIGN_IN_SECONDS, loop, strangers)
    assert transport.open
    passes(1, loop, strangers)
    assert not transport.open
    socket.connection_lost(None)


def test_sign_in_seconds_end_with_the_sign_in(http: LimitedHttp, loop: Clock, strangers: Strangers) -> None:
    """A signed-in socket may be silent for hours."""
    transport: Any = http.transport
    strangers.signed_in(upgraded(http, loop))
    passes(4 * 3600, loop, strangers)
    assert transport.open


def upgraded(http: LimitedHttp, loop: Clock) -> CountedSocket:
    """The WebSocket that the connection becomes."""
    socket = CountedSocket(http.config, http.server_state, {}, loop)
    http.server_state.connections.add(socket)
    socket.connection_made(http.transport)
    http.config.strangers.hand_over(http, socket)
    return socket


def answered(http: LimitedHttp) -> None:
    """One request and its whole response."""
    http.data_received(GET + b"\r\n")
    transport: Any = http.transport
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    http.cycle.response_complete = True
    http.on_response_complete()


# ── numbers ──


def test_connections_per_address(loop: Clock) -> None:
    many = Room(connections=10_000, strangers=5000, backlog=100)
    strangers = Strangers(many, per_address=edge_limits.CONNECTIONS_PER_ADDRESS)
    opened = [connected(loop, strangers)[0] for _ in range(edge_limits.CONNECTIONS_PER_ADDRESS)]
    assert all(is_open(each) for each in opened)
    refused, transport = connected(loop, strangers)
    assert (transport.status, transport.open) == (429, False)
    assert connected(loop, strangers, "203.0.113.10")[1].open, "another address"
    for ended in (opened[0], refused):
        ended.connection_lost(None)
    strangers.signed_in(opened[1])
    assert connected(loop, strangers)[1].open and connected(loop, strangers)[1].open


def test_connections_per_address_are_not_counted_for_a_trusted_proxy(
    loop: Clock, strangers: Strangers
) -> None:
    strangers = Strangers(Room(1000, 500, 100), per_address=1)
    for _ in range(3):
        assert connected(loop, strangers, "10.0.0.7", "10.0.0.0/8")[1].open


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("2001:db8:1:2ff::1", "2001:db8:1:2aa::2", True),
        ("2001:db8:1:2ff::1", "2001:db8:1:3ff::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_connections_per_address_block(one: str, other: str, same: bool) -> None:
    assert (address_block(one) == address_block(other)) is same


def test_the_oldest_that_waits_for_its_client_gives_way(loop: Clock) -> None:
    strangers = Strangers(Room(connections=1000, strangers=3, backlog=100), per_address=None)
    (asking, _), (idle, _), (later, _) = (connected(loop, strangers) for _ in range(3))
    asking.data_received(GET + b"\r\n")  # its response is under way
    newcomer, _ = connected(loop, strangers)
    assert [is_open(each) for each in (asking, idle, later, newcomer)] == [True, False, True, True]


def test_a_server_full_of_requests_refuses_a_newcomer(loop: Clock) -> None:
    strangers = Strangers(Room(connections=1000, strangers=2, backlog=100), per_address=None)
    for _ in range(2):
        connected(loop, strangers)[0].data_received(GET + b"\r\n")
    assert connected(loop, strangers)[1].status == 503


def test_strangers_leave_room_for_those_who_are_signed_in(loop: Clock) -> None:
    """A server that is full of signed-in sockets keeps them, and has no place for a stranger."""
    strangers = Strangers(Room(connections=4, strangers=2, backlog=100), per_address=None)
    members = []
    for _ in range(4):
        members.append(upgraded(connected(loop, strangers)[0], loop))
        strangers.signed_in(members[-1])
    assert connected(loop, strangers)[1].status == 503
    assert all(not member.transport.is_closing() for member in members)


def test_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raised as far as the system allows, never above what is asked for, and never lowered."""
    unlimited = resource.RLIM_INFINITY
    for now, expected in (
        ((1024, 4096), (4096, 4096)),
        ((1024, 2**40), (edge_limits.DESCRIPTORS, 2**40)),
        ((1024, unlimited), (edge_limits.DESCRIPTORS, unlimited)),
        ((4096, 4096), (4096, 4096)),
        ((2**30, 2**40), (2**30, 2**40)),
    ):
        kept: list[tuple[int, int]] = [now]
        monkeypatch.setattr(resource, "getrlimit", lambda which, kept=kept: kept[-1])
        monkeypatch.setattr(resource, "setrlimit", lambda which, new, kept=kept: kept.append(new))
        descriptors.raise_limit()
        assert kept[-1] == expected


@pytest.mark.parametrize("limit", [256, 1024, 65536, 1024 * 1024])
def test_descriptors_are_shared_out(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    room = descriptors.room(2048)
    assert room.strangers < room.connections < limit
    assert room.connections + room.backlog < limit - limit // 1024
    assert room.connections - room.strangers >= room.strangers
    assert room.backlog <= 2048
