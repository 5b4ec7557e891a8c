"""F4: one of three nodes is killed under load, again and again. F16: they are restarted one after the other."""

from __future__ import annotations

import asyncio
import time

import pytest

from hubbub.protocol.closing import Close
from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import Scenario, scenario

BACK_SECONDS = 10.0
FADED_SECONDS = 20.0
STOPPED_SECONDS = 5.0
"""Clients get so long to go when they are asked to. Requests under way would get ten more; here are none."""


async def test_clients_of_a_killed_node_reconnect_to_others_without_loss(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    async with scenario(cluster, seed=seed) as s:
        await s.enter(24, 3)

        async def kills() -> None:
            for _ in turns(seconds):
                await asyncio.sleep(s.random.uniform(0.3, 1.5))
                node = s.random.choice(cluster.nodes)
                node.kill()
                s.figures["faults"] += 1
                await asyncio.sleep(s.random.uniform(0.5, 2))
                node.start()
                await node.ready()

        await s.while_talking(kills, per_second=60)
        await asyncio.to_thread(cluster.heal)
        await s.peace()
        figures = await s.verdict()
    record("F4", cluster, figures)
    assert figures["cuts"] >= 24 // 3, "they were cut off"
    assert figures["acked"] == figures["said"]
    assert figures["slowest_return_s"] < bound(BACK_SECONDS)


@pytest.mark.patient
async def test_the_members_of_a_killed_node_expire(cluster: Cluster, record: Record) -> None:
    """Nobody says goodbye for them, and they do not come back: their node's lease runs out."""
    async with scenario(cluster) as s:
        await s.enter(6, 1, where=lambda number: lambda: cluster.nodes[0 if number < 3 else 1].url)
        watcher, gone = s.people[5], [person.member for person in s.people[:3]]
        async with asyncio.timeout(10):
            while not all(watcher.presence.get(member) == "active" for member in gone):
                await asyncio.sleep(0.05)
        cluster.nodes[0].kill()
        begun = time.monotonic()
        async with asyncio.timeout(25):
            while any(watcher.presence.get(member, "offline") != "offline" for member in gone):
                await asyncio.sleep(0.05)
        faded = time.monotonic() - begun
        assert all(watcher.presence.get(person.member) == "active" for person in s.people[3:])
    record("F4", cluster, {"faults": 1, "roster_clean_s": round(faded, 1)})
    assert faded <= FADED_SECONDS


async def test_a_rolling_restart_loses_nothing(
    place: Place, seconds: float, seed: int, record: Record
) -> None:
    """F16: SIGTERM to each in turn: what was begun is finished, clients are asked to go."""
    async with scenario(place, seed=seed) as s:
        await s.enter(18, 3)

        async def restarts() -> None:
            for _ in turns(seconds):
                for node in place.nodes:
                    await asyncio.sleep(0.3)
                    await _restart(s, [node])

        await s.while_talking(restarts, per_second=60)
        await _all_was_finished(s, place, record, "F16")


async def test_a_stop_of_all_nodes_at_once_loses_nothing(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    """F16 as a deployment does it that has no time: there is no other node to go to."""
    async with scenario(cluster, seed=seed) as s:
        await s.enter(18, 3)

        async def restarts() -> None:
            for _ in turns(seconds):
                await asyncio.sleep(0.3)
                await _restart(s, cluster.nodes)

        await s.while_talking(restarts, per_second=60)
        await _all_was_finished(s, cluster, record, "F16 all at once")


async def _restart(s: Scenario, nodes: list[Node]) -> None:
    """SIGTERM, and again. All who were connected are told 4012, and each server ends by itself with code 0."""
    connected = sum(node.connections() or 0 for node in nodes)
    assert connected, "somebody is there to be told"
    told = _told_to_go(s)
    begun = time.monotonic()
    codes = await asyncio.gather(*(asyncio.to_thread(node.terminate) for node in nodes))
    stopped = time.monotonic() - begun
    assert codes == [0] * len(nodes)
    assert all(not node.answers() for node in nodes)
    assert _told_to_go(s) - told == connected
    s.figures["stopped_s"] = max(s.figures.get("stopped_s", 0), round(stopped, 1))
    s.figures["faults"] += len(nodes)
    for node in nodes:
        node.start()
    for node in nodes:
        await node.ready()
    await s.all_live()


def _told_to_go(s: Scenario) -> int:
    return sum(code == Close.GOING_AWAY for person in s.people for _, code in person.closed)


async def _all_was_finished(s: Scenario, place: Place, record: Record, row: str) -> None:
    await s.peace()
    figures = await s.verdict()
    record(row, place, figures)
    assert figures["acked"] == figures["said"]
    codes = {code for person in s.people for _, code in person.closed}
    assert codes == {Close.GOING_AWAY}, "they were asked to go, not cut off"
    assert figures["stopped_s"] <= bound(STOPPED_SECONDS)
