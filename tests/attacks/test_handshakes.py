"""Rows 45, 67, 70: what strangers do at the door costs nobody else theirs, and hardly a line of the log."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.online import Arrive, ByHand
from tests.raw_socket import Raw
from tests.serving import Server, Site, served

ATTACKER = "203.0.113.9"


@pytest.fixture(scope="module")
def strict(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """`hubbub serve` with its limits on. The tests speak as its proxy, which says who they are."""
    with served(a_copy_of(), HUBBUB_RATE_LIMITS="on") as server:
        yield server


def test_guessing_tokens_uses_up_the_guessers_own_bucket(strict: Server, comes: Arrive) -> None:
    waiting: list[Raw] = []
    for _ in range(limits.ADDRESS_HANDSHAKES_BURST * 3 // 2):
        waiting.append(knocks(strict, ATTACKER, "Authorization", "Bearer wrong"))
        if len(waiting) == 100:
            answered(waiting, Close.SIGN_IN, Close.TOO_MANY)
    answered(waiting, Close.SIGN_IN, Close.TOO_MANY)
    for way in (("Authorization", "Bearer wrong"), ("Cookie", "sessionid=wrong")):
        answered([knocks(strict, ATTACKER, *way)], Close.TOO_MANY)
    answered([knocks(strict, "203.0.113.10", "Authorization", "Bearer wrong")], Close.SIGN_IN)
    comes("bob", headers={"X-Forwarded-For": "198.51.100.4"}).command("beat")


def knocks(server: Server, address: str, header: str, value: str) -> Raw:
    """A handshake from this address, as a proxy passes it on."""
    raw = Raw(server, headers=[("X-Forwarded-For", address), (header, value)])
    raw.socket.sendall(raw.request)
    return raw


def answered(waiting: list[Raw], *codes: Close) -> None:
    while waiting:
        raw = waiting.pop()
        raw.is_closed(*codes)
        raw.socket.close()


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
def test_a_strange_handshake_is_refused_without_a_traceback(
    any_server: Server, by_hand: ByHand, path: str, headers: list[tuple[str, str]]
) -> None:
    """Row 74: a hostile Host too. At most a line of the log each."""
    before = any_server.log.stat().st_size
    for host in (None, b"evil.example", b"[", b"a b"):
        raw = by_hand(path=path, headers=headers)
        if host:
            raw.request = raw.request.replace(b"Host: 127.0.0.1:%d" % any_server.port, b"Host: " + host)
        status = raw.opens()
        assert " 500 " not in status
        raw.socket.shutdown(socket.SHUT_WR)
        raw.reads_to_the_end()
    logged = any_server.log.read_bytes()[before:]
    assert b"Traceback" not in logged
    assert len(logged) < 4 * 250, logged.decode(errors="replace")


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Server:
    name = "any_server" if "any_server" in request.fixturenames else "strict"
    found: Server = request.getfixturevalue(name)
    return found
