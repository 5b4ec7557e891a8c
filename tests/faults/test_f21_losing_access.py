"""F21: somebody is removed, or their login is revoked, while everybody floods the room; with the bus and without."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.programs import wait_for
from tests.faults.run_settings import bound
from tests.faults.scenario import Scenario, scenario

REMOVED_SECONDS = {True: 1.0, False: 2.0}
REVOKED_SECONDS = {True: 1.0, False: 30.0}
"""With the bus, and without."""


@pytest.mark.parametrize("bus", [True, pytest.param(False, marks=pytest.mark.patient)], ids=["bus", "no bus"])
async def test_nothing_after_a_removal_reaches_them_and_a_revoked_login_ends(
    cluster: Cluster, seed: int, record: Record, bus: bool
) -> None:
    async with scenario(cluster, seed=seed) as s:
        await s.enter(12, 1, where=lambda number: lambda: cluster.nodes[number % 3].url)
        removed, revoked = s.people[3:6], s.people[6:9]  # one at each node
        if not bus:
            cluster.redis.kill()
            await asyncio.to_thread(
                wait_for, lambda: _buses(cluster) == {"degraded"}, bound(10), "it is said"
            )
        flood = asyncio.create_task(s.talk(150))
        try:
            slowest_removal = max([await _remove(s, person) for person in removed])
            slowest_revocation = max(await asyncio.gather(*(_revoke(s, person) for person in revoked)))
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
        await asyncio.to_thread(cluster.heal)
        for person in [*removed, *revoked]:
            person.give_up()
        await s.peace()
        figures = await s.verdict()
    took = {"removed_s": round(slowest_removal, 2), "revoked_s": round(slowest_revocation, 2)}
    record("F21" if bus else "F21 without bus", cluster, figures | {"faults": 6} | took)
    assert slowest_removal <= bound(REMOVED_SECONDS[bus])
    assert slowest_revocation <= bound(REVOKED_SECONDS[bus])


def _buses(cluster: Cluster) -> set[str]:
    return {(node.readiness() or {}).get("bus", "") for node in cluster.nodes}


async def _remove(s: Scenario, person: BookKeeper) -> float:
    """Seconds until they know; and nothing after the removal's seq may ever be seen."""
    view = person.views[s.rooms[0]]
    begun = time.monotonic()
    seq = await s.ask("remove", room=s.rooms[0], member=person.member)
    async with asyncio.timeout(bound(35)):
        while view.left_at is None:
            await asyncio.sleep(0.01)
    took = time.monotonic() - begun
    await asyncio.sleep(0.5)  # while the flood goes on
    later = [seen for seen in view.seen if seen > seq]
    assert not later, f"I7: {person.name} was removed with {seq} and heard {later[:3]}"
    return took


async def _revoke(s: Scenario, person: BookKeeper) -> float:
    begun = time.monotonic()
    await s.ask("revoke", member=person.member)
    async with asyncio.timeout(bound(35)):
        while person.ended is None:
            await asyncio.sleep(0.01)
    assert person.ended == 4003
    return time.monotonic() - begun
