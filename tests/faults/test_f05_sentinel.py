"""F5 with a Sentinel: the master dies under load, its replica takes over, and the dead one comes back as replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario
from tests.faults.sentinel import Guarded
from tests.servers import NotFound
from tests.servers.fixtures import skip_or_fail

HEARD_SECONDS = 2.0
"""How late others hear, during the fail-over as well as after it."""

USUAL_ANSWER_SECONDS = 1.0
"""For nine of ten answers."""

NOTICED_SECONDS, BACK_SECONDS = 5.0, 3.0
"""Until every node says that the bus is down; and until it speaks through the new master, once there is one."""


class BehindSentinel(Cluster):
    tier = "PostgreSQL, Redis behind Sentinel, two nodes"
    guarded: Guarded

    def buses(self) -> set[str]:
        """What the nodes say of the bus."""
        return {(node.readiness() or {}).get("bus", "") for node in self.nodes}


@pytest.fixture
def behind_sentinel(tmp_path: Path) -> Iterator[BehindSentinel]:
    try:
        guarded = Guarded(tmp_path)
        try:
            asyncio.run(guarded.start())
            with BehindSentinel(nodes=2, REDIS_URL=guarded.url) as place:
                place.guarded = guarded
                yield place
        finally:
            guarded.end()
    except NotFound as reason:
        skip_or_fail(reason)


async def test_the_master_dies_and_its_replica_takes_over_again_and_again(
    behind_sentinel: BehindSentinel, seconds: float, seed: int, record: Record
) -> None:
    place, guarded = behind_sentinel, behind_sentinel.guarded
    async with scenario(place, seed=seed) as s:
        await s.enter(18, 3)

        async def fail_overs() -> None:
            for turn in turns(seconds, at_least=2):
                if turn:
                    await guarded.come_back()
                await asyncio.sleep(1)
                guarded.master.kill()
                s.figures["faults"] += 1
                await _all_say(place, "degraded", bound(NOTICED_SECONDS))
                await guarded.take_over()
                begun = time.monotonic()
                await _all_say(place, "up", bound(BACK_SECONDS))
                took = round(time.monotonic() - begun, 2)
                s.figures["bus_back_s"] = max(s.figures.get("bus_back_s", 0.0), took)
            await asyncio.sleep(HEARD_SECONDS)

        await s.while_talking(fail_overs, per_second=60)
        await s.peace()
        figures = await s.verdict() | {"slowest_heard_s": s.slowest_heard()}
        answers = sorted(m.settled - m.begun for person in s.people for m in person.said)
        figures["slowest_ack_s"] = round(answers[-1], 2)
    record("F5 Sentinel", place, figures)
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0, "clients notice nothing"
    assert answers[len(answers) * 9 // 10] < bound(USUAL_ANSWER_SECONDS), "answers go on"
    assert figures["slowest_heard_s"] <= bound(HEARD_SECONDS)


async def _all_say(place: BehindSentinel, state: str, within: float) -> None:
    async with asyncio.timeout(within):
        while await asyncio.to_thread(place.buses) != {state}:
            await asyncio.sleep(0.05)
