"""F5 with a Sentinel: the master dies under load, and its replica takes over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.scene import scene
from tests.faults.terms import bound
from tests.servers import Guarded, NotFound, running_sentinels
from tests.servers.fixtures import skip_or_fail

HEARD_SECONDS = 2.0
FAILOVER_SECONDS = 60.0
"""What the Sentinel may take: that is not ours to promise."""


class BehindSentinel(Cluster):
    tier = "PostgreSQL, Redis behind Sentinel, two nodes"
    guarded: Guarded


@pytest.fixture
def behind_sentinel() -> Iterator[BehindSentinel]:
    try:
        with running_sentinels() as guarded, BehindSentinel(nodes=2, REDIS_URL=guarded.url) as place:
            place.guarded = guarded
            yield place
    except NotFound as reason:
        skip_or_fail(reason)


async def test_the_master_dies_and_its_replica_takes_over(
    behind_sentinel: BehindSentinel, seconds: float, seed: int, record: Record
) -> None:
    place, guarded = behind_sentinel, behind_sentinel.guarded
    async with scene(place, seed=seed) as s:
        await s.enter(18, 3)

        async def failover() -> None:
            await asyncio.sleep(1)
            guarded.master.process.kill()
            s.figures["faults"] += 1
            begun = time.monotonic()
            async with asyncio.timeout(FAILOVER_SECONDS):
                while await asyncio.to_thread(guarded.master_port) != guarded.replica.port:
                    await asyncio.sleep(0.1)
            s.figures["failover_s"] = round(time.monotonic() - begun, 2)
            await asyncio.sleep(seconds)

        await s.while_talking(failover, per_second=60)
        await s.peace()
        figures = await s.verdict() | {"slowest_heard_s": s.slowest_heard()}
    record("F5 Sentinel", place, figures)
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0, "clients notice nothing"
    assert figures["slowest_heard_s"] <= bound(HEARD_SECONDS)
