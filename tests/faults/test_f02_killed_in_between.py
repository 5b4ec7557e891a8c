"""F2: the server kills itself exactly before commit, between commit and publish, between publish and answer.

The failpoints are in tests.faults.failing; nothing of them is in the product.
"""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.run_settings import LONG, bound, turns
from tests.faults.scenario import Scenario, scenario

HEARD_SECONDS = 6.0
POINTS = ["before-commit", "before-publish", "before-answer"]


class FailingPlace(Place):
    """SQLite under a server that dies by itself."""

    def __init__(self, point: str) -> None:
        super().__init__()
        self._point = point

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        more = {**environment, "FAILPOINT": self._point, "FAIL_WITHIN": "30" if LONG else "10"}
        return super().node(script=script or "tests.faults.failing", **more)


@pytest.mark.parametrize("point", POINTS)
async def test_a_retried_message_is_one_message(
    point: str, seconds: float, seed: int, record: Record
) -> None:
    with FailingPlace(point) as place:
        async with scenario(place, seed=seed) as s:
            await s.enter(10, 2)
            node = place.nodes[0]
            await s.while_talking(lambda: _bring_back(node, s, seconds), per_second=40)
            node.kill()
            del node.environment["FAILPOINT"]
            await asyncio.to_thread(place.heal)
            await s.peace()
            figures = await s.verdict()
    record(f"F2 {point}", place, figures)
    assert figures["acked"] == figures["said"]


@pytest.mark.parametrize("point", ["before-publish", "before-answer"])
async def test_peers_get_the_last_commit_of_a_killed_node(
    cluster: Cluster, seconds: float, seed: int, record: Record, point: str
) -> None:
    """The sender hears nothing and sends again, elsewhere: `dup`. At another node it is heard within six seconds."""
    dying = cluster.node(script="tests.faults.failing", FAILPOINT=point, FAIL_WITHIN="1")
    dying.start()
    await dying.ready()
    addresses = {0: dying, 1: cluster.nodes[1]}
    async with scenario(cluster, seed=seed) as s:
        await s.enter(2, 1, where=lambda number: lambda: addresses[number].url)
        sender, listener = s.people
        message = sender.say(s.rooms[0], "the last words")
        async with asyncio.timeout(bound(HEARD_SECONDS)):
            while message.id not in listener.views[s.rooms[0]].states:
                await asyncio.sleep(0.02)
        assert message.outcome == "unknown"
        while dying.running:
            await asyncio.sleep(0.02)
        assert dying.exit_code == -signal.SIGKILL, "it has killed itself"
        addresses[0] = cluster.nodes[2]
        await s.peace()
        figures = await s.verdict()
    dying.end()
    record(f"F2 {point}", cluster, figures | {"faults": 1})
    assert figures["acked"] == 1


async def _bring_back(node: Node, s: Scenario, seconds: float) -> None:
    """Whenever it has killed itself, and that it does again and again: its turn comes with what is said."""
    for _ in turns(seconds):
        while node.running:
            await asyncio.sleep(0.02)
        assert node.exit_code == -signal.SIGKILL, "it ended in another way"
        s.figures["faults"] += 1
        node.start()
        await node.ready()
