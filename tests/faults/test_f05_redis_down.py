"""F5: Redis is killed and comes back; it forgets its listeners; it is frozen. Nobody waits, nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.programs import wait_for
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import Scenario, scenario

HEARD_SECONDS = 2.0
"""How late others hear without a bus (contract §3)."""

USUAL_ANSWER_SECONDS = 1.0
"""For nine of ten answers."""

STALL_SECONDS = 0.1
"""What the kernel gave to other threads and processes is taken off; what a hypervisor takes is not."""


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_without_redis_clients_at_other_nodes_get_messages_within_two_seconds(
    cluster: Cluster, seconds: float, seed: int, record: Record, how: str
) -> None:
    away: dict[str, Callable[[], Any]] = {"killed": cluster.redis.kill, "frozen": cluster.redis.freeze}
    back: dict[str, Callable[[], Any]] = {"killed": cluster.redis.start, "frozen": cluster.redis.thaw}
    async with scenario(cluster, seed=seed) as s:
        await s.enter(18, 3)

        async def outage() -> None:
            await asyncio.sleep(1)
            away[how]()
            s.figures["faults"] += 1
            await asyncio.sleep(seconds)
            await asyncio.to_thread(wait_for, lambda: _buses(cluster) == {"degraded"}, bound(5), "it is said")
            back[how]()
            await asyncio.sleep(3)

        await s.while_talking(outage, per_second=60)
        await _finish(s, cluster, record, f"F5 {how}")


async def test_a_redis_that_drops_its_subscribers_repeatedly(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    async with scenario(cluster, seed=seed) as s:
        await s.enter(18, 3)

        async def drops() -> None:
            with redis.Redis.from_url(cluster.redis.url) as client:
                for _ in turns(seconds, at_least=2):
                    killed = await asyncio.to_thread(client.client_kill_filter, _type="pubsub")
                    assert killed >= len(cluster.nodes), "each node listens again, and is cut off again"
                    s.figures["faults"] += 1
                    await asyncio.sleep(2)

        await s.while_talking(drops, per_second=60)
        await _finish(s, cluster, record, "F5 cut")


async def test_a_frozen_redis_never_blocks_the_event_loop(
    cluster: Cluster, seconds: float, seed: int, record: Record, tmp_path: Path
) -> None:
    report = tmp_path / "stall"
    node = cluster.node(script="tests.faults.failing", WATCHDOG_FILE=str(report))
    try:
        node.start()
        await node.ready()
        async with scenario(cluster, seed=seed) as s:
            await s.enter(10, 2, where=lambda _: lambda: node.url)
            await asyncio.sleep(1)
            begun = time.monotonic()

            async def freeze() -> None:
                cluster.redis.freeze()
                s.figures["faults"] += 1
                await asyncio.sleep(seconds)
                await asyncio.to_thread(
                    wait_for,
                    lambda: (node.readiness() or {}).get("bus") == "degraded",
                    bound(5),
                    "it is said",
                )
                cluster.redis.thaw()
                await asyncio.sleep(2)

            await s.while_talking(freeze, per_second=60)
            await s.peace()
            figures = await s.verdict()
    finally:
        node.end()
    turned = [tuple(map(float, line.split())) for line in report.read_text().splitlines()]
    stall = max(late for at, late in turned if at > begun)
    record("F5 event loop", cluster, figures | {"stall_s": stall})
    assert stall < bound(STALL_SECONDS)


def _buses(cluster: Cluster) -> set[str]:
    return {(node.readiness() or {}).get("bus", "") for node in cluster.nodes}


async def _finish(s: Scenario, cluster: Cluster, record: Record, row: str) -> None:
    await s.peace()
    figures = await s.verdict()
    heard = s.slowest_heard()
    acks = sorted(m.settled - m.begun for person in s.people for m in person.said)
    usual, slowest_ack = acks[len(acks) * 9 // 10], acks[-1]
    record(row, cluster, figures | {"slowest_heard_s": heard, "slowest_ack_s": round(slowest_ack, 2)})
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0, "clients notice nothing"
    assert usual < bound(USUAL_ANSWER_SECONDS), "answers go on"
    assert heard < bound(HEARD_SECONDS)
