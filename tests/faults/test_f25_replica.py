"""F25: PostgreSQL's replica takes over, which lags behind. The history is another one: everybody starts over, and what
was acknowledged comes back through its authors.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Record
from tests.faults.replicated import Replicated
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import Scenario, scenario
from tests.faults.site_process import SiteProcess
from tests.servers.fixtures import or_skipped

EPOCH_SECONDS, RETURN_SECONDS = 5.0, 2.0
"""Until everybody has heard that the history is another one (docs/delivery.md), and has come back."""

LAG_SECONDS, AFTERWARDS_SECONDS = 1.5, 2.0
PER_SECOND = 40
patient = pytest.mark.patient


@pytest.fixture(scope="module")
def replicated() -> Iterator[Replicated]:
    with or_skipped(), Replicated() as place:
        yield place


async def test_running_servers_notice_the_lost_commits(
    replicated: Replicated, seconds: float, seed: int, record: Record
) -> None:
    """Again and again: what took over gets a replica of its own."""
    async with replicated.standing(), scenario(replicated, seed=seed) as s:
        await s.enter(12, 3)

        async def fail_over() -> None:
            for turn in turns(seconds):
                if turn:
                    await replicated.add_replica()
                await _lose_the_primary(s, replicated)
                replicated.move_address()
                await _all_start_over(s, replicated)
                await asyncio.sleep(AFTERWARDS_SECONDS)

        await s.while_talking(fail_over, per_second=PER_SECOND)
        await _finish(s, replicated, record, "F25 servers run on")


@pytest.mark.patient
async def test_servers_that_are_restarted_during_the_takeover(
    replicated: Replicated, seed: int, record: Record
) -> None:
    async with replicated.standing(), scenario(replicated, seed=seed) as s:
        await s.enter(12, 3)

        async def fail_over() -> None:
            await _lose_the_primary(s, replicated)
            for node in replicated.nodes:
                node.kill()
                s.figures["faults"] += 1
            replicated.move_address()
            for node in replicated.nodes:
                node.start()
            await asyncio.gather(*(node.ready() for node in replicated.nodes))
            await _all_start_over(s, replicated)
            await asyncio.sleep(AFTERWARDS_SECONDS)

        await s.while_talking(fail_over, per_second=PER_SECOND)
        await _finish(s, replicated, record, "F25 servers start again")


@pytest.mark.parametrize(
    "bus",
    [
        pytest.param(True, id="with-bus", marks=patient),
        pytest.param(False, id="without-bus"),
    ],
)
async def test_a_replica_that_has_moved_past_what_it_lacks(
    replicated: Replicated, seed: int, record: Record, bus: bool
) -> None:
    """Before a server looks, every room's head is higher than the one it knows. Others have written there: with the
    bus, so that the servers hear of seqs that they know otherwise; or without, so that nothing contradicts.
    """
    async with replicated.standing(), scenario(replicated, seed=seed) as s:
        await s.enter(12, 3)

        async def fail_over() -> None:
            await _lose_the_primary(s, replicated)
            await _move_past(s, replicated, bus=bus)
            replicated.move_address()
            await _all_start_over(s, replicated)
            await asyncio.sleep(AFTERWARDS_SECONDS)

        await s.while_talking(fail_over, per_second=PER_SECOND)
        await _finish(s, replicated, record, f"F25 moved past, {'with' if bus else 'without'} bus")


@patient
async def test_a_replica_that_lacks_nothing(replicated: Replicated, seed: int, record: Record) -> None:
    """The primary waits for it at every commit. Whether clients start over or not: nothing is there twice."""
    async with replicated.standing(synchronous=True), scenario(replicated, seed=seed) as s:
        await s.enter(12, 3)

        async def fail_over() -> None:
            await asyncio.sleep(1 + LAG_SECONDS)
            assert not await _fail_over(s, replicated), "the replica has everything"
            replicated.move_address()
            await asyncio.sleep(EPOCH_SECONDS + 1)

        await s.while_talking(fail_over, per_second=PER_SECOND)
        await s.peace()
        figures = await s.verdict()
    record("F25 synchronous", replicated, figures)
    assert figures["acked"] == figures["said"]
    assert not any(message.placed_again for person in s.people for message in person.said)


async def _lose_the_primary(s: Scenario, place: Replicated) -> None:
    """The replica falls behind, the primary dies, the replica is promoted; nobody can reach it yet."""
    await asyncio.sleep(1)
    await asyncio.to_thread(place.replica.fall_behind)
    await asyncio.sleep(LAG_SECONDS)
    missing = len(await _fail_over(s, place))
    assert missing, "the replica lacks something that was acknowledged"
    s.figures["missing"] = s.figures.get("missing", 0) + missing


async def _fail_over(s: Scenario, place: Replicated) -> set[str]:
    """Returns the ids of what was acknowledged and is not there any more."""
    await asyncio.to_thread(place.kill_primary)
    s.figures["faults"] += 1
    await asyncio.to_thread(place.promote)
    acked = {str(m.id) for person in s.people for m in person.said if m.outcome == "acked"}
    return acked - await asyncio.to_thread(place.replica.message_ids)


async def _move_past(s: Scenario, place: Replicated, *, bus: bool) -> None:
    """Write to the new primary, past the heads that anybody knows."""
    elsewhere = place.environment | {"DATABASE_URL": place.postgres.url} | ({} if bus else {"REDIS_URL": ""})
    inside = SiteProcess(elsewhere)
    try:
        for room in s.rooms:
            known = max(person.views[room].seq for person in s.people)
            head = (await asyncio.to_thread(inside.ask, "heads", rooms=[room]))[str(room)]
            assert head < known, "the room has gone back"
            texts = [f"elsewhere {s.name} {room} {number}" for number in range(known - head + 5)]
            author = s.people[0].member
            head = await asyncio.to_thread(inside.ask, "say", room=room, member=author, texts=texts)
            assert head > known
    finally:
        inside.stop()


async def _all_start_over(s: Scenario, place: Replicated) -> None:
    """Until everybody follows another history than that of the dead primary."""
    begun = time.monotonic()
    async with asyncio.timeout(bound(EPOCH_SECONDS) + 10):
        while not all(person.epochs[-1][0] > place.died for person in s.people):
            await asyncio.sleep(0.02)
    s.figures["epoch_s"] = max(s.figures.get("epoch_s", 0.0), round(time.monotonic() - begun, 2))


async def _finish(s: Scenario, place: Replicated, record: Record, row: str) -> None:
    await s.peace()
    figures = await s.verdict()
    again = sum(message.placed_again for person in s.people for message in person.said)
    record(row, place, figures | {"placed_again": again})
    assert figures["acked"] == figures["said"]
    assert again, "what was missing has come back"
    assert len({person.epochs[-1][1] for person in s.people}) == 1
    assert figures["epoch_s"] <= bound(EPOCH_SECONDS + RETURN_SECONDS)
