"""Limits of a connection before sign-in: bytes and times."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.http.body_limit import LimitBodies
from hubbub.protocol.limits import BODY_BYTES
from hubbub_site.server import edge_limits
from hubbub_site.server.http_protocol import LimitedHttp
from hubbub_site.server.unauthenticated import UnauthenticatedConnections
from tests.limits.edge import GET, Clock, answered, connected, is_open, passes, status, upgraded

# ── sizes ──


def test_head_bytes(http: LimitedHttp) -> None:
    fits = edge_limits.HEAD_BYTES - len("/") - len("X") - 32
    http.data_received(GET + b"X: " + b"x" * fits + b"\r\n\r\n")
    assert status(http) == 0
    http.on_message_complete()


def test_head_bytes_more_is_refused(http: LimitedHttp) -> None:
    http.data_received(GET + b"X: " + b"x" * edge_limits.HEAD_BYTES + b"\r\n\r\n")
    assert status(http) == 431


def test_head_bytes_of_an_endless_header(http: LimitedHttp) -> None:
    http.data_received(GET + b"X: ")
    for _ in range(edge_limits.HEAD_BYTES // 1024):
        http.data_received(b"x" * 1024)
        assert status(http) == 0
    http.data_received(b"x")
    assert status(http) == 431


def test_head_bytes_of_empty_headers(http: LimitedHttp) -> None:
    http.data_received(GET + b"a:\r\n" * (edge_limits.HEAD_BYTES // 33 + 2))
    assert status(http) == 431


def test_url_bytes(loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    for length, expected in ((edge_limits.URL_BYTES, 0), (edge_limits.URL_BYTES + 1, 414)):
        http, transport = connected(loop, unauthenticated)
        http.data_received(b"GET /" + b"x" * (length - 1) + b" HTTP/1.1\r\n\r\n")
        assert transport.status == expected


def test_pipelined_requests(loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    for waiting, refused in (
        (edge_limits.PIPELINED_REQUESTS, False),
        (edge_limits.PIPELINED_REQUESTS + 1, True),
    ):
        http, transport = connected(loop, unauthenticated)
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
    """The status for a body that arrives in these parts without a Content-Length."""

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


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET + b"X: ", b"\r\n"])
def test_head_seconds(
    said: bytes, http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections
) -> None:
    passes(edge_limits.HEAD_SECONDS / 2, loop, unauthenticated)
    http.data_received(said)
    passes(edge_limits.HEAD_SECONDS / 2, loop, unauthenticated)
    assert is_open(http) and status(http) == 0
    passes(1, loop, unauthenticated)
    assert not is_open(http) or status(http) == 408


def test_head_seconds_of_a_second_request(
    http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections
) -> None:
    answered(http)
    passes(60, loop, unauthenticated)
    assert is_open(http), "uvicorn closes idle connections, not we"
    http.data_received(b"G")
    passes(edge_limits.HEAD_SECONDS, loop, unauthenticated)
    assert status(http) == 200 and is_open(http)
    passes(1, loop, unauthenticated)
    assert b" 408 " in http.transport.said  # type: ignore[attr-defined]


def test_body_seconds(http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    http.data_received(b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
    for _ in range(edge_limits.BODY_SECONDS):
        passes(1, loop, unauthenticated)
        http.data_received(b"x" * 1900)  # an honest slow phone stays within the limit
    assert status(http) == 0
    passes(1, loop, unauthenticated)
    assert status(http) == 408
    assert http.cycle.disconnected


def test_body_seconds_stop_while_the_server_does_not_read(
    http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections
) -> None:
    http.data_received(b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + b"x" * 100_000)
    assert http.flow.read_paused
    passes(100, loop, unauthenticated)
    assert status(http) == 0
    http.flow.resume_reading()
    passes(edge_limits.BODY_SECONDS + 1, loop, unauthenticated)
    assert status(http) == 408


def test_linger_seconds(http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    http.data_received(b"nonsense\r\n\r\n")
    assert status(http) == 400
    passes(edge_limits.LINGER_SECONDS, loop, unauthenticated)
    assert is_open(http)
    passes(1, loop, unauthenticated)
    assert not is_open(http)


def test_unread_seconds(http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    transport: Any = http.transport
    http.data_received(GET + b"\r\n")
    for unsent in range(100_000, 90_000, -1000):
        transport.unsent = unsent
        passes(edge_limits.UNREAD_SECONDS - 1, loop, unauthenticated)
    assert is_open(http), "slow, but reading"
    passes(3, loop, unauthenticated)
    assert not is_open(http)


def test_sign_in_seconds(http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections) -> None:
    transport: Any = http.transport
    socket = upgraded(http, loop)
    passes(edge_limits.SIGN_IN_SECONDS, loop, unauthenticated)
    assert transport.open
    passes(1, loop, unauthenticated)
    assert not transport.open
    socket.connection_lost(None)


def test_sign_in_seconds_do_not_apply_after_sign_in(
    http: LimitedHttp, loop: Clock, unauthenticated: UnauthenticatedConnections
) -> None:
    """A signed-in socket may be silent for hours."""
    transport: Any = http.transport
    unauthenticated.signed_in(upgraded(http, loop))
    passes(4 * 3600, loop, unauthenticated)
    assert transport.open
