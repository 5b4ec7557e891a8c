"""F27: two servers on one PostgreSQL, and no Redis. People hear each other late; nobody loses or hears too much."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import WithoutRedis
from tests.faults.conftest import Record
from tests.faults.run_settings import bound
from tests.faults.scenario import Scenario, scenario
from tests.servers.fixtures import or_skipped

HEARD_SECONDS = 6.0
"""Each server compares heads with the database every five seconds; a second is for the read."""

PAUSE_SECONDS = 0.5


@pytest.fixture
def pair() -> Iterator[WithoutRedis]:
    with or_skipped(), WithoutRedis() as place:
        yield place


async def test_two_servers_converge_and_a_removal_ends_delivery(
    pair: WithoutRedis, seconds: float, seed: int, record: Record
) -> None:
    """Dave and three others are removed one by one, at both servers, while everybody talks."""
    for node in pair.nodes:
        assert (node.readiness() or {})["bus"] == "none"
        assert "No REDIS_URL" in node.log.read_text(), "it is said"
    async with scenario(pair, seed=seed) as s:
        await s.enter(12, 3, where=lambda number: lambda: pair.nodes[number % 2].url)
        removed = s.people[4:8]
        monologue = asyncio.create_task(_speak_alone(s.people[0], s.rooms.pop()))

        async def removals() -> None:
            begun = time.monotonic()
            took = []
            for person in removed:
                await asyncio.sleep(PAUSE_SECONDS)
                took.append(await _remove(s, person))
                s.figures["faults"] += 1
            s.figures["removed_s"] = round(max(took), 2)
            await asyncio.sleep(max(0, seconds - (time.monotonic() - begun)))

        await s.while_talking(removals, per_second=60)
        monologue.cancel()
        for person in removed:
            person.give_up()  # what it says there now is refused
        await s.peace()
        figures = await s.verdict()  # I7: nothing after the message of the removal
        heard = s.slowest_heard()
    record("F27", pair, figures | {"slowest_heard_s": heard})
    assert heard > 1, "something else than polling brought it to the other server"
    assert figures["cuts"] == 0
    assert heard <= bound(HEARD_SECONDS)
    assert figures["removed_s"] <= bound(HEARD_SECONDS)


async def _speak_alone(person: BookKeeper, room: int) -> None:
    """In a room where the other server commits nothing, and so finds no jump: only polling finds what is said."""
    while True:
        person.say(room, f"@{time.monotonic():.6f} to myself")
        await asyncio.sleep(PAUSE_SECONDS)


async def _remove(s: Scenario, person: BookKeeper) -> float:
    """Seconds until they know that they do not belong to the first room any more."""
    view = person.views[s.rooms[0]]
    begun = time.monotonic()
    await s.ask("remove", room=s.rooms[0], member=person.member)
    async with asyncio.timeout(bound(HEARD_SECONDS)):
        while view.left_at is None:
            await asyncio.sleep(0.02)
    return time.monotonic() - begun
