"""F5: Redis is killed and comes back; it forgets its listeners; it is frozen. Nobody waits, nothing is lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import redis

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.scene import Scene, scene

BOUND_SECONDS = 2.0
"""How late others hear without a bus (contract §3)."""

STALL_SECONDS = 0.25
"""On a quiet machine 0.1; what the kernel gives to other processes is taken off, what hypervisors take is not."""

SLACK_SECONDS = 2.0
"""What a machine that runs other tests besides may add."""


async def test_without_redis_people_at_other_nodes_hear_within_two_seconds(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    async with scene(cluster, seed=seed) as s:
        await s.enter(18, 3)
        killed = time.monotonic() + 1

        async def outage() -> None:
            await asyncio.sleep(1)
            cluster.redis.kill()
            s.figures["faults"] += 1
            await asyncio.sleep(seconds)
            said = cluster.nodes[0].readiness()
            assert said and said["bus"] == "degraded"
            cluster.redis.start()

        await s.while_talking(outage, seconds=seconds + 4, per_second=60)
        await _finish(s, cluster, record, "F5 killed", killed, killed + seconds)


async def test_a_redis_that_drops_its_listeners_again_and_again(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    async with scene(cluster, seed=seed) as s:
        await s.enter(18, 3)
        begun = time.monotonic()

        async def drops() -> None:
            client = redis.Redis.from_url(cluster.redis.url)
            try:
                while True:
                    await asyncio.sleep(2)
                    await asyncio.to_thread(client.client_kill_filter, _type="pubsub")
                    s.figures["faults"] += 1
            finally:
                client.close()

        await s.while_talking(drops, seconds=seconds, per_second=60)
        await _finish(s, cluster, record, "F5 cut", begun, begun + seconds)


async def test_a_frozen_redis_holds_nobody_up(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    async with scene(cluster, seed=seed) as s:
        await s.enter(18, 3)
        frozen = time.monotonic() + 1

        async def freeze() -> None:
            await asyncio.sleep(1)
            cluster.redis.freeze()
            s.figures["faults"] += 1
            await asyncio.sleep(seconds)
            cluster.redis.thaw()

        await s.while_talking(freeze, seconds=seconds + 4, per_second=60)
        await _finish(s, cluster, record, "F5 frozen", frozen, frozen + seconds)


async def test_the_event_loop_never_stands_still_for_a_frozen_redis(
    cluster: Cluster, seconds: float, seed: int, record: Record, tmp_path: Path
) -> None:
    report = tmp_path / "stall"
    node = cluster.node(script="tests.faults.failing", WATCHDOG_FILE=str(report))
    try:
        node.start()
        await node.ready()
        async with scene(cluster, seed=seed) as s:
            await s.enter(10, 2, where=lambda _: lambda: node.url)
            await asyncio.sleep(1)
            begun = time.monotonic()

            async def freeze() -> None:
                cluster.redis.freeze()
                s.figures["faults"] += 1
                await asyncio.sleep(seconds)
                cluster.redis.thaw()

            await s.while_talking(freeze, seconds=seconds + 2, per_second=60)
            await s.peace()
            figures = await s.verdict()
    finally:
        node.end()
    turns = [tuple(map(float, line.split())) for line in report.read_text().splitlines()]
    stall = max(late for at, late in turns if at > begun)
    record("F5 event loop", cluster, figures | {"stall_s": stall})
    assert stall < STALL_SECONDS


async def _finish(s: Scene, cluster: Cluster, record: Record, row: str, since: float, until: float) -> None:
    await s.peace()
    figures = await s.verdict()
    slowest = s.slowest(since, until)
    acks = sorted(m.settled - m.begun for person in s.people for m in person.said)
    usual, slowest_ack = acks[len(acks) * 9 // 10], acks[-1]
    record(
        row, cluster, figures | {"slowest_heard_s": round(slowest, 2), "slowest_ack_s": round(slowest_ack, 2)}
    )
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0, "clients notice nothing"
    assert usual < BOUND_SECONDS / 2, "answers go on"
    assert slowest < BOUND_SECONDS + SLACK_SECONDS
