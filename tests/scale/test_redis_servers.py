"""Redis beyond one server: shards, a master behind Sentinel that dies, TLS, and a cache that all share."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import _consistent_hash

from hubbub_site import redis_servers
from hubbub_site.config import Config
from hubbub_site.doctor import servers
from hubbub_site.shared_cache import SharedCache
from tests.faults.run_settings import bound
from tests.online import Arrive
from tests.scale.conftest import NewSite, two_nodes
from tests.servers import Guarded, NotFound, Running, running_redis, running_sentinels
from tests.servers.fixtures import or_skipped, skip_or_fail
from tests.servers.process import free_port
from tests.serving import Server
from tests.sockets import Online

BOUND_SECONDS = bound(2.0)
"""How late others hear while there is no bus (contract §3)."""

FAILOVER_SECONDS = 60
"""What the Sentinels may take to agree: theirs is not ours to promise."""


@pytest.fixture
def shards() -> Iterator[tuple[Running, Running]]:
    try:
        with running_redis() as one, running_redis() as two:
            yield one, two
    except NotFound as reason:
        skip_or_fail(reason)


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    with or_skipped(), running_sentinels() as servers:
        yield servers


def meet(comes: Arrive, nodes: tuple[Server, Server]) -> tuple[Online, Online]:
    """Alice at the first, Bob at the second."""
    return comes("alice", at=nodes[0]), comes("bob", at=nodes[1])


def bus_of(node: Server) -> str:
    state: str = node.ready()["bus"]
    return state


# ── two shards ──


def test_rooms_are_spread_over_the_shards_and_one_may_die(
    new_home: NewSite, shards: tuple[Running, Running], comes: Arrive
) -> None:
    with two_nodes(new_home(REDIS_URL=",".join(server.url for server in shards))) as nodes:
        alice, bob = meet(comes, nodes)
        spread = [alice.creates(private=True, invite=(bob,)) for _ in range(8)]
        carried_by = set()
        for room in spread:
            begun = time.monotonic()
            alice.says(room, "across")
            bob.hears("across", room=room)
            assert time.monotonic() - begun < BOUND_SECONDS
            carried_by.add(_consistent_hash(f"asgi__group__hubbub.room.{room}", 2))
        assert carried_by == {0, 1}
        for server in shards:
            with closing(redis.Redis.from_url(server.url)) as client:
                assert any(b"hubbub.room." in name for name in client.pubsub_channels())
        assert [bus_of(node) for node in nodes] == ["up", "up"]
        shards[0].process.kill()
        for room in spread:
            said = alice.says(room, "one shard less")
            bob.catches_up_to(room, said["seq"])
            assert bob.view(room).texts == ["across", "one shard less"]
        alice.closes()
        bob.closes()


# ── a master behind Sentinel ──


def test_the_master_dies_and_its_replica_takes_over(
    new_home: NewSite, guarded: Guarded, comes: Arrive
) -> None:
    """Meanwhile the others hear by polling, and nothing is lost; afterwards frames cross at once again."""
    with two_nodes(new_home(REDIS_URL=guarded.url)) as nodes:
        alice, bob = meet(comes, nodes)
        room = alice.creates(private=True, invite=(bob,))
        alice.says(room, "before")
        bob.hears("before", room=room)
        said, slowest = ["before"], 0.0
        guarded.master.process.kill()
        killed = time.monotonic()
        for number in itertools.count():
            begun = time.monotonic()
            alice.says(room, f"meanwhile {number}")
            bob.hears(f"meanwhile {number}", room=room)
            said.append(f"meanwhile {number}")
            slowest = max(slowest, time.monotonic() - begun)
            if guarded.master_port() == guarded.replica.port and all(bus_of(n) == "up" for n in nodes):
                break
            assert begun - killed < FAILOVER_SECONDS, "the replica takes over, and both find it"
        assert slowest < BOUND_SECONDS
        assert carried_at_once(alice, bob, room) < bound(0.5)
        assert bob.view(room).texts[-len(said) :] == said or bob.view(room).texts[: len(said)] == said
        with closing(redis.Redis(port=guarded.replica.port)) as client:
            assert any(b"hubbub.room." in name for name in client.pubsub_channels())
        alice.closes()
        bob.closes()


def carried_at_once(alice: Online, bob: Online, room: int) -> float:
    """The quickest of some messages: a poll would take up to five seconds."""
    took = []
    for number in range(5):
        begun = time.monotonic()
        alice.says(room, f"after {number}")
        bob.hears(f"after {number}", room=room)
        took.append(time.monotonic() - begun)
    return min(took)


def test_a_sentinel_that_is_gone_is_passed_over(guarded: Guarded) -> None:
    """Of two that are named the first does not answer: the other one knows the master."""
    url = guarded.url.replace("sentinel://", "sentinel://127.0.0.1:1,")
    assert asyncio.run(is_carried(redis_servers.layer_of(url)))
    cache = new_cache(url)
    cache.set("tries", 3)
    with closing(redis.Redis(port=guarded.master.port)) as client:
        assert any(b"tries" in key for key in client.scan_iter())


def test_the_doctor_tells_who_is_who(guarded: Guarded) -> None:
    found = [f"{f.grade} {f.text}" for f in servers.redis(Config(redis_url=guarded.url))]
    sentinel = guarded.sentinels[0].port
    assert found[0] == f"ok Sentinel 127.0.0.1:{sentinel}: the master is 127.0.0.1:{guarded.master.port}"
    assert found[1].startswith("ok Redis, the master, ") and len(found) == 2
    guarded.replica.process.kill()
    wrong = guarded.url.replace("sentinel://", "sentinel://127.0.0.1:1,").replace("mymaster", "theirs")
    told = [f"{f.grade} {f.text}" for f in servers.redis(Config(redis_url=wrong))]
    assert told[0].startswith("warn Sentinel 127.0.0.1:1 does not help")
    assert told[-1].startswith("fail Redis, the master, does not answer (No master found for 'theirs'")


# ── passwords and TLS ──


def test_a_password() -> None:
    """With every sign that an address gives a meaning to; who does not know it hears nothing."""
    with running_redis(None, "--requirepass", "p@ss:word/?") as server:
        is_used_in_full(f"redis://:p%40ss%3Aword%2F%3F@127.0.0.1:{server.port}/0")
        with pytest.raises(redis.AuthenticationError):
            asyncio.run(is_carried(redis_servers.layer_of(server.url)))


def test_an_encrypted_line(tmp_path: Path) -> None:
    """`rediss://` with a certificate of our own, which has to be named."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    try:
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on PATH to make a certificate with")
    with ExitStack() as stack:
        url = f"rediss://:secret@localhost:{encrypted(stack, certificate, key)}/0"
        is_used_in_full(f"{url}?ssl_ca_certs={certificate}")
        with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
            asyncio.run(is_carried(redis_servers.layer_of(url)))


def is_used_in_full(url: str) -> None:
    """The layer, the cache and the doctor all reach it."""
    assert asyncio.run(is_carried(redis_servers.layer_of(url)))
    cache = new_cache(url)
    cache.set("tries", 2)
    assert cache.get("tries") == 2 and not cache._away_until
    assert [finding.grade for finding in servers.redis(Config(redis_url=url))] == ["ok"]


def encrypted(stack: ExitStack, certificate: Path, key: Path) -> int:
    """The port of a Redis that speaks TLS. It answers in plain words on another, by which we know that it is up."""
    port = free_port()
    options: list[str | Path] = [
        "--tls-port",
        str(port),
        "--tls-cert-file",
        certificate,
        "--tls-key-file",
        key,
    ]
    options += ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no", "--requirepass", "secret"]
    try:
        stack.enter_context(running_redis(None, *options))
    except RuntimeError as error:
        pytest.skip(f"this Redis was built without TLS: {error}")
    return port


async def is_carried(settings: dict[str, Any]) -> bool:
    """Whether a message to a group comes back through the layer."""
    layer = RedisPubSubChannelLayer(**settings["CONFIG"])
    try:
        name = await layer.new_channel()
        await layer.group_add("everybody", name)
        await layer.group_send("everybody", {"type": "hello"})
        async with asyncio.timeout(5):
            heard: dict[str, Any] = await layer.receive(name)
        return heard == {"type": "hello"}
    finally:
        pools = [shard._redis.connection_pool for shard in layer._shards if shard._redis]
        await layer.flush()
        for pool in pools:  # which leaves open what asks the Sentinels; a server keeps that for life
            for sentinel in getattr(getattr(pool, "sentinel_manager", None), "sentinels", ()):
                await sentinel.aclose()


# ── the cache ──


def new_cache(url: str) -> SharedCache:
    settings = redis_servers.cache_of(url)
    return SharedCache(settings["LOCATION"], settings)


def test_what_one_process_counts_the_other_knows(redis_url: str) -> None:
    """Tries to sign in, at whichever server."""
    one, two = new_cache(redis_url), new_cache(redis_url)
    name = f"tries-{os.urandom(4).hex()}"
    assert one.add(name, 1) and not two.add(name, 1)
    two.incr(name)
    assert (one.get(name), two.get(name)) == (2, 2)


def test_of_shards_one_has_the_cache(shards: tuple[Running, Running]) -> None:
    """Django would read from the second what was only written to the first."""
    cache = new_cache(",".join(server.url for server in shards))
    for number in range(20):
        cache.set(f"key {number}".replace(" ", "-"), number)
        assert cache.get(f"key-{number}") == number


def test_without_redis_each_counts_by_itself_and_nobody_waits(caplog: pytest.LogCaptureFixture) -> None:
    with running_redis() as server:
        cache = new_cache(server.url)
        cache.set("tries", 5)
    begun = time.monotonic()
    for expected in range(1, 20):
        assert cache.add("own", 0) or expected > 1
        assert cache.incr("own") == expected
    assert cache.get("tries") is None
    assert time.monotonic() - begun < bound(2)
    assert caplog.text.count("each process counts by itself") == 1
