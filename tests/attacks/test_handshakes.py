"""Rows 45, 67, 70: handshakes of unauthenticated clients do not affect others and hardly fill the log."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.online import Arrive, ByHand
from tests.raw_socket import RawSocket
from tests.serving import Server, Site, served

ATTACKER = "203.0.113.9"


@pytest.fixture(scope="module")
def strict(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """`hubbub serve` with its limits on. The tests act as its proxy and set the client's address."""
    with served(a_copy_of(), HUBBUB_RATE_LIMITS="on") as server:
        yield server


async def test_guessing_tokens_uses_only_the_budget_of_the_guessers_address(
    strict: Server, comes: Arrive
) -> None:
    await guesses(strict, ATTACKER, "Authorization", "Bearer wrong")
    await guesses(strict, ATTACKER, "Cookie", "sessionid=wrong")
    assert await answers(strict, "203.0.113.10", "Authorization", "Bearer wrong") == {Close.SIGN_IN}
    comes("bob", headers={"X-Forwarded-For": "198.51.100.4"}).command("beat")


async def guesses(server: Server, address: str, header: str, value: str) -> None:
    """Repeat handshakes until the server refuses them as too many."""
    for _ in range(10 * limits.ADDRESS_HANDSHAKES_BURST // 50):
        if Close.TOO_MANY in await answers(server, address, header, value, count=50):
            return
    raise AssertionError("the number of guesses is not limited")


async def answers(server: Server, address: str, header: str, value: str, *, count: int = 1) -> set[int]:
    """The close codes of this many concurrent handshakes from an address, as a proxy forwards them."""
    how = [("X-Forwarded-For", address), (header, value)]
    with contextlib.ExitStack() as stack:
        raws = [RawSocket(server.socket_url(), headers=how) for _ in range(count)]
        for raw in raws:
            stack.callback(raw.close)
            await raw.connect()
            await raw.write(raw.request)
        for raw in raws:
            assert " 101 " in await raw.read_status()
        return {await raw.read_close() for raw in raws}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/ws/nowhere", []),
        ("/nowhere", []),
        ("/ws/chat/", []),
        ("/ws/", [("Origin", "http://[")]),
        ("/ws/", [("Origin", "http://evil.example")]),
        ("/ws/", [("Cookie", "sessionid=\xff")]),
    ],
)
async def test_a_malformed_handshake_is_refused_without_a_traceback(
    any_server: Server, by_hand: ByHand, path: str, headers: list[tuple[str, str]]
) -> None:
    """Row 74: also with a hostile Host header. Each logs one line at most."""
    before = any_server.log.stat().st_size
    for host in (None, b"evil.example", b"[", b"a b"):
        raw = await by_hand(path=path, headers=headers)
        if host:
            raw.request = raw.request.replace(b"Host: 127.0.0.1:%d" % any_server.port, b"Host: " + host)
        status = await raw.open()
        assert " 500 " not in status
        raw.socket.shutdown(socket.SHUT_WR)
        await raw.read_to_the_end()
    logged = any_server.log.read_bytes()[before:]
    assert b"Traceback" not in logged
    assert len(logged) < 4 * 250, logged.decode(errors="replace")


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Server:
    name = "any_server" if "any_server" in request.fixturenames else "strict"
    found: Server = request.getfixturevalue(name)
    return found
