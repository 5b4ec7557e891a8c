"""I10: after people have come, talked, been cut off and gone, a server is as it was: memory and descriptors."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.run_settings import turns
from tests.faults.scenario import scenario

WITHIN = 1.1
QUIET_SECONDS = 30.0
"""For leases, idle database connections and what waits to be collected."""


@pytest.mark.patient
async def test_a_server_is_as_it_was_before(place: Place, seconds: float, seed: int, record: Record) -> None:
    """What the first visitors cost, who load what is loaded once, is not counted: they come before the baseline."""
    await _churn(place, seed, seconds)
    await asyncio.sleep(QUIET_SECONDS)
    memory, descriptors = _of(place)
    figures = await _churn(place, seed + 1, seconds)
    await asyncio.sleep(QUIET_SECONDS)
    memory_after, descriptors_after = _of(place)
    told = {
        "memory_percent": round((memory_after / memory - 1) * 100, 1),
        "descriptors_more": descriptors_after - descriptors,
    }
    record("I10", place, figures | told)
    assert memory_after <= memory * WITHIN
    assert descriptors_after <= descriptors * WITHIN


async def _churn(place: Place, seed: int, seconds: float) -> dict[str, int]:
    """Forty people; lines are cut all the time; at the end all of them go."""
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 40, 4)

        async def cuts() -> None:
            for _ in turns(seconds):
                await asyncio.sleep(s.random.uniform(0, 0.2))
                proxy = s.random.choice(proxies)
                if len(proxy):
                    proxy.cut_one(s.random)
                    s.figures["faults"] += 1

        await s.while_talking(cuts, per_second=40)
        await s.peace()
        figures = await s.verdict()
        assert figures["cuts"] > 0, "somebody was cut off"
        return figures


def _of(place: Place) -> tuple[int, int]:
    return sum(node.rss() for node in place.nodes), sum(node.descriptors() for node in place.nodes)
