"""Dave, without an account, sends abusive HTTP; it costs the server little, and Bob is not affected.

Each attack runs against a real `hubbub serve`. `ATTACKS_MEGABYTES` and
`ATTACKS_SECONDS` make them longer.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hubbub.protocol import limits
from hubbub_site.server import edge_limits
from tests.attacks import http_abuse as abuse
from tests.attacks.http_abuse import Target
from tests.serving import Server, Site, new_site, served, settle, shell_of
from tests.sockets import Online, dial

MEGABYTES = int(os.environ.get("ATTACKS_MEGABYTES", "48"))
SECONDS = float(os.environ.get("ATTACKS_SECONDS", "3"))
MIB = 1024 * 1024
# A server that stores the requests would grow by MEGABYTES.
GROWTH = 24 * MIB
EVERYBODY_IS_DIRECT = {"HUBBUB_TRUSTED_PROXIES": "192.0.2.1", "HUBBUB_RATE_LIMITS": "on"}


def a_site(data: Path) -> Site:
    site = new_site(data, **EVERYBODY_IS_DIRECT)
    with shell_of(site) as shell:
        settle(site, shell)
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return a_site(tmp_path_factory.mktemp("abused") / "data")


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (512, before[1])
    )  # the server starts with 512 and must raise it
    with served(site) as server:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        yield server


@pytest.fixture
def target(server: Server) -> Target:
    return Target(server.port, server.process.pid)


@pytest.fixture
def bob(server: Server, site: Site) -> Iterator[Online]:
    bob = Online(dial(server, person=site.people["bob"]), site.people["bob"])
    bob.takes_snapshot()
    yield bob
    bob.closes()


POURED: dict[str, tuple[Callable[[Target], bytes], int]] = {
    "declared body": (lambda target: abuse.declared_body(target, "/account/login/", MEGABYTES), 413),
    "declared body, no such page": (lambda target: abuse.declared_body(target, "/nowhere/", MEGABYTES), 413),
    "chunked body": (lambda target: abuse.chunked_body(target, "/account/login/", MEGABYTES), 413),
    "chunked body, API": (lambda target: abuse.chunked_body(target, "/api/message.send", MEGABYTES), 413),
    "endless header": (lambda target: abuse.endless_header(target, MEGABYTES), 431),
    "many headers": (lambda target: abuse.many_headers(target, MEGABYTES), 431),
    "endless URL": (lambda target: abuse.endless_url(target, MEGABYTES), 414),
    "endless trailer": (lambda target: abuse.endless_trailer(target, MEGABYTES), 431),
    "endless chunk extension": (lambda target: abuse.endless_chunk_extension(target, MEGABYTES), 431),
}


@pytest.mark.parametrize("attack", POURED)
def test_endless_requests_are_refused_before_they_are_stored(attack: str, target: Target) -> None:
    """Rows 65, 67: the server stores nothing of it on disk or in memory."""
    pour, refusal = POURED[attack]
    memory, written = abuse.resident_bytes(target.pid), abuse.written_bytes(target.pid)
    said = pour(target)
    assert abuse.status(said) == refusal, said[:200]
    assert abuse.resident_bytes(target.pid) - memory < GROWTH
    assert abuse.written_bytes(target.pid) - written < GROWTH
    assert abuse.spooled_bytes(target.pid) == 0


@pytest.mark.parametrize(
    ("length", "status"), [(limits.BODY_BYTES, 403), (limits.BODY_BYTES + 1, 413)], ids=["whole", "one more"]
)
def test_the_longest_allowed_body_is_accepted(length: int, status: int, target: Target) -> None:
    """403 is Django's answer to a form without a CSRF token: it has read the body."""
    head = f"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    assert abuse.status(abuse.exchange(target, head.encode() + b"x" * length)) == status


def test_a_too_large_body_gets_no_100_continue(target: Target) -> None:
    """`Expect: 100-continue`: the client is refused before it sends the body."""
    head = "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n"
    with abuse.connect(target) as connection:
        connection.sendall(head.format(limits.BODY_BYTES + 1).encode())
        assert abuse.status(connection.recv(1000)) == 413
    with abuse.connect(target) as connection:
        connection.sendall(head.format(5).encode())
        assert abuse.status(connection.recv(1000)) == 100
        connection.sendall(b"hello")
        assert abuse.status(connection.recv(1000)) == 403


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /healthz HTTP/1.0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
        b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
    ids=["HTTP/1.0", "GET with a body", "HEAD", "trailer", "20 kB of headers"],
)
def test_honest_requests_are_answered(request_: bytes, target: Target) -> None:
    assert abuse.status(abuse.exchange(target, request_)) == 200


def test_pipelined_requests_are_answered_in_order_up_to_a_limit(target: Target) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert abuse.exchange(target, one * 10).count(b"HTTP/1.1 200") == 10
    assert abuse.exchange(target, one * 5000).count(b"HTTP/1.1 200") <= edge_limits.PIPELINED_REQUESTS + 1


def test_slow_connections_end(target: Target, bob: Online) -> None:
    """Silent and slow clients, all at once; in a long run also those without a body."""
    late = SECONDS > edge_limits.BODY_SECONDS
    attacks = [name for name in abuse.SLOW if late or name not in abuse.LATE_BODIES]
    with ThreadPoolExecutor(len(attacks)) as pool:
        ages = dict(
            zip(attacks, pool.map(lambda name: abuse.lives(target, name, at_most=60), attacks), strict=True)
        )
    for name, age in ages.items():
        most = edge_limits.BODY_SECONDS if name in abuse.LATE_BODIES else edge_limits.HEAD_SECONDS
        assert 1 < age < most + 15, name
    bob.creates("still here")


def test_an_idle_keep_alive_connection_is_closed_and_an_idle_socket_is_not(
    target: Target, bob: Online
) -> None:
    with abuse.connect(target) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert abuse.status(abuse.answer(connection)) == 200  # `answer` returns when the server closes
    bob.creates("while others were idle")


def test_one_address_cannot_take_all_connections(target: Target, bob: Online) -> None:
    raise_own_descriptors()
    with abuse.connections(target, 300, sources=("127.0.0.7",)) as taken:
        assert abuse.status(abuse.answer(taken[-1])) == 429
        assert sum(abuse.is_open(each) for each in taken) <= edge_limits.CONNECTIONS_PER_ADDRESS
        assert abuse.status(abuse.exchange(target, b"GET /healthz HTTP/1.0\r\n\r\n", "127.0.0.8")) == 200
        bob.creates("from a third address")
    assert abuse.status(abuse.exchange(target, b"GET /healthz HTTP/1.0\r\n\r\n", "127.0.0.7")) == 200


def test_people_sign_in_while_idle_connections_hold_the_descriptors(tmp_path: Path) -> None:
    """1 100 silent connections against 1 024 descriptors: Bob stays connected, and Carol can connect."""
    raise_own_descriptors()
    site = a_site(tmp_path / "data")
    with served(site, descriptors=1024) as server:
        target = Target(server.port, server.process.pid)
        bob = Online(dial(server, person=site.people["bob"]), site.people["bob"])
        bob.takes_snapshot()
        sources = tuple(f"127.0.1.{n}" for n in range(1, 12))
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            with abuse.connections(target, 1100, sources=sources):
                assert abuse.descriptors(target.pid) < 1000
                for person in ("carol", "dave"):
                    newcomer = Online(dial(server, person=site.people[person]), site.people[person])
                    newcomer.takes_snapshot()
                    newcomer.closes()
                assert abuse.status(abuse.exchange(target, b"GET /healthz HTTP/1.0\r\n\r\n")) == 200
                assert bob.command("snapshot")
        bob.closes()


def test_a_server_starts_with_as_many_descriptors_as_the_system_allows(target: Target) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = (
        edge_limits.DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, edge_limits.DESCRIPTORS)
    )
    assert resource.prlimit(target.pid, resource.RLIMIT_NOFILE)[0] >= allowed


def test_unauthenticated_requests_do_not_fill_the_log(server: Server, target: Target) -> None:
    """Wrong hosts, bytes that are not HTTP, forms with too many fields: one line per minute of each kind."""
    fields = "&".join(f"a{n}=1" for n in range(1200)).encode()
    form = b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    attacks = (
        b"GET /account/login/ HTTP/1.0\r\nHost: " + b"x" * 7000 + b".example\r\n\r\n",
        b"GET /account/login/ HTTP/1.0\r\nHost: evil.example\r\n\r\n",
        form + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(fields) + fields,
        b"\x16\x03\x01 this is TLS\r\n\r\n",
    )
    before = len(server.log.read_bytes())
    for attack in attacks:
        for _ in range(5):
            assert abuse.status(abuse.exchange(target, attack, "127.0.0.9")) in (400, 403)
    assert len(server.log.read_bytes()) - before < 1000


def raise_own_descriptors() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
