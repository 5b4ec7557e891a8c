"""F10: a node is cut off from the database, from Redis, or from its clients, in both directions or in one.

Proxies stand on each of its lines and swallow what goes up, what comes down, or both; nothing is closed, as when a
cable is pulled or a firewall forgets.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.proxy import FaultProxy
from tests.faults.run_settings import bound
from tests.faults.scenario import scenario

REFUSED_SECONDS = 2.0
HEARD_SECONDS = 2.0
MOVED_SECONDS = 20.0
"""A client notices by its pings, every five seconds, five seconds without an answer; then it looks for another node."""

WORDS = 5
BOTH = {"up": True, "down": True}
UP, DOWN = {"up": True, "down": False}, {"up": False, "down": True}
patient = pytest.mark.patient


async def test_the_last_commit_of_a_node_that_is_cut_off_from_redis(
    cluster: Cluster, seed: int, record: Record
) -> None:
    """Nothing follows from which the others could tell that they have missed something, and their own bus is well."""
    async with AsyncExitStack() as stack:
        to_redis = await stack.enter_async_context(FaultProxy(cluster.redis.port))
        node = cluster.node(REDIS_URL=f"redis://127.0.0.1:{to_redis.port}/0")
        stack.callback(node.end)
        node.start()
        await node.ready()
        addresses = [node.url, cluster.nodes[0].url]
        s = await stack.enter_async_context(scenario(cluster, seed=seed))
        await s.enter(2, 1, where=lambda number: lambda: addresses[number])
        speaker, listener = s.people
        view = listener.views[s.rooms[0]]
        to_redis.swallow()
        s.figures["faults"] += 1
        while (node.readiness() or {}).get("bus") != "degraded":
            await asyncio.sleep(0.05)
        slowest = 0.0
        for number in range(WORDS):
            await asyncio.sleep(s.random.uniform(0, 1))
            begun = time.monotonic()
            message = speaker.say(s.rooms[0], f"word {number}")
            while message.id not in view.states:
                await asyncio.sleep(0.01)
            slowest = max(slowest, time.monotonic() - begun)
        to_redis.swallow(False)
        await s.peace()
        figures = await s.verdict() | {"slowest_heard_s": round(slowest, 2)}
    record("F10 redis, the last word", cluster, figures)
    assert slowest <= bound(HEARD_SECONDS)


@pytest.mark.parametrize("way", [BOTH, pytest.param(UP, marks=patient), pytest.param(DOWN, marks=patient)])
@pytest.mark.parametrize(
    "end", ["database", pytest.param("redis", marks=patient), pytest.param("clients", marks=patient)]
)
async def test_a_node_that_is_cut_off(
    cluster: Cluster, seconds: float, seed: int, record: Record, end: str, way: dict[str, bool]
) -> None:
    async with AsyncExitStack() as stack:
        to_database = await stack.enter_async_context(FaultProxy(cluster.postgres.port))
        to_redis = await stack.enter_async_context(FaultProxy(cluster.redis.port))
        node = cluster.node(
            DATABASE_URL=cluster.postgres.url_at(to_database.port),
            REDIS_URL=f"redis://127.0.0.1:{to_redis.port}/0",
        )
        stack.callback(node.end)
        node.start()
        await node.ready()
        to_node = await stack.enter_async_context(FaultProxy(node.port))
        cut_off = f"ws://127.0.0.1:{to_node.port}/ws/"
        s = await stack.enter_async_context(scenario(cluster, seed=seed))
        at_first = [cut_off] * 5 + [cluster.nodes[0].url] * 5

        def where(number: int) -> str:
            """A client that loses the cut-off node connects to another."""
            return cluster.nodes[1].url if s.people[number:] and s.people[number].closed else at_first[number]

        await s.enter(10, 2, where=lambda number: lambda: where(number))

        def moved(person: BookKeeper) -> bool:
            return bool(person.closed) and person.live.is_set()

        proxy = {"database": to_database, "redis": to_redis, "clients": to_node}[end]

        async def cut() -> None:
            await asyncio.sleep(1)
            proxy.swallow(**way)
            begun = time.monotonic()
            s.figures["faults"] += 1
            await asyncio.sleep(seconds)
            while end == "database" and not all(person.refusals for person in s.people[:5]):
                await asyncio.sleep(0.05)
            while end == "clients" and not all(moved(person) for person in s.people[:5]):
                await asyncio.sleep(0.05)
            while end == "redis" and not await asyncio.to_thread(_is_degraded, node):
                await asyncio.sleep(0.05)
            s.figures["moved_s"] = round(time.monotonic() - begun, 1)
            proxy.swallow(False)
            await asyncio.sleep(3)

        await s.while_talking(cut, per_second=30)
        await s.peace()
        figures = await s.verdict()
        refusals = [took for person in s.people for _, took, _ in person.refusals]
    moved_s = figures.pop("moved_s")
    if end == "database":
        figures["slowest_refusal_s"] = round(max(refusals), 2)
    elif end == "redis":
        figures["slowest_heard_s"] = s.slowest_heard()
    else:
        figures["moved_s"] = moved_s
    direction = "both" if way == BOTH else "up" if way["up"] else "down"
    record(f"F10 {end}, {direction}", cluster, figures)
    assert figures["acked"] == figures["said"]
    assert figures.get("slowest_refusal_s", 0) <= bound(REFUSED_SECONDS)
    assert figures.get("slowest_heard_s", 0) <= bound(HEARD_SECONDS)
    assert figures.get("moved_s", 0) <= bound(MOVED_SECONDS)
    assert bool(refusals) == (end == "database")


def _is_degraded(node: Node) -> bool:
    """In a thread: the node asks its database before it answers, through a proxy of this test's event loop."""
    return (node.readiness() or {}).get("bus") == "degraded"
