"""F12: the network of all goes away again and again; lines are cut one by one."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario

BACK_SECONDS = 5.0


async def test_two_seconds_of_no_network_every_ten_seconds(
    place: Place, seconds: float, long: bool, seed: int, record: Record
) -> None:
    """Published results of others: 84 to 87 % delivered. Here: everything, in order."""
    cut, whole = (2.0, 8.0) if long else (1.0, 1.0)
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 15, 3)

        async def storms() -> None:
            for _ in turns(seconds):
                await asyncio.sleep(whole)
                for proxy in proxies:
                    s.figures["faults"] += len(proxy)
                    proxy.refusing = True
                    s.random.choice([proxy.cut, proxy.reset])()
                await asyncio.sleep(cut)
                for proxy in proxies:
                    proxy.refusing = False

        await s.while_talking(storms, per_second=60)
        await s.peace()
        figures = await s.verdict()
    record("F12", place, figures)
    assert figures["cuts"] >= len(s.people), "everybody was cut off"
    assert figures["acked"] == figures["said"]
    assert figures["slowest_return_s"] < cut + bound(BACK_SECONDS)


async def test_connections_that_are_cut_one_by_one_at_random(
    place: Place, seconds: float, seed: int, record: Record
) -> None:
    """F12 again, as on a train: somebody is always away."""
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 15, 3)

        async def cuts() -> None:
            for _ in turns(seconds):
                await asyncio.sleep(s.random.uniform(0.02, 0.2))
                proxy = s.random.choice(proxies)
                if len(proxy):
                    proxy.cut_one(s.random)
                    s.figures["faults"] += 1

        await s.while_talking(cuts, per_second=60)
        await s.peace()
        figures = await s.verdict()
    record("F12 one by one", place, figures)
    assert figures["cuts"] > 0, "somebody was cut off"
    assert figures["acked"] == figures["said"]
