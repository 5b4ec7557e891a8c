"""F5 with sharded Redis: one of two shards dies and comes back, and then the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.backends import Redis
from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.run_settings import bound
from tests.faults.scenario import scenario
from tests.servers import NotFound
from tests.servers.fixtures import skip_or_fail

HEARD_SECONDS = 2.0
SAID_SECONDS = 5.0
"""Until `/readyz` of every node tells of the dead shard, or of its return."""


class Sharded(Cluster):
    tier = "PostgreSQL, two shards of Redis, two nodes"
    shards: list[Redis]

    def buses(self) -> set[str]:
        """What the nodes say of the bus."""
        return {(node.readiness() or {}).get("bus", "") for node in self.nodes}


@pytest.fixture
def sharded(tmp_path: Path) -> Iterator[Sharded]:
    try:
        shards = [Redis(tmp_path / f"{number}") for number in range(2)]
        for shard in shards:
            shard.data.mkdir()
            shard.start()
        for shard in shards:
            shard.wait()
        with Sharded(nodes=2, REDIS_URL=",".join(shard.url for shard in shards)) as place:
            place.shards = shards
            yield place
    except NotFound as reason:
        skip_or_fail(reason)
    finally:
        for shard in shards:
            shard.end()


async def test_one_of_two_shards_dies_and_comes_back(
    sharded: Sharded, seconds: float, seed: int, record: Record
) -> None:
    """Rooms of the dead shard are heard by polling, and that is said all the time; rooms of the other as always."""
    for number, dead in enumerate(sharded.shards):
        async with scenario(sharded, seed=seed) as s:
            await s.enter(18, 6)
            told: list[set[str]] = []

            async def outage(dead: Redis = dead, told: list[set[str]] = told) -> None:
                await asyncio.sleep(1)
                dead.kill()
                s.figures["faults"] += 1
                await _all_say(sharded, "degraded")
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    told.append(await asyncio.to_thread(sharded.buses))
                    await asyncio.sleep(0.1)
                dead.start()
                await _all_say(sharded, "up")
                await asyncio.sleep(3)

            await s.while_talking(outage, per_second=60)
            await s.peace()
            figures = await s.verdict() | {"slowest_heard_s": s.slowest_heard()}
        record(f"F5 shard {number + 1} of 2", sharded, figures)
        assert figures["acked"] == figures["said"]
        assert figures["cuts"] == 0, "clients notice nothing"
        assert figures["slowest_heard_s"] <= bound(HEARD_SECONDS)
        assert all(buses == {"degraded"} for buses in told), "it was said all the time"


async def _all_say(place: Sharded, state: str) -> None:
    async with asyncio.timeout(bound(SAID_SECONDS)):
        while await asyncio.to_thread(place.buses) != {state}:
            await asyncio.sleep(0.05)
