"""F4 as an operator meets it: two processes on PostgreSQL and Redis, and one of them dies again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.run_settings import LONG, bound, turns
from tests.faults.scenario import scenario
from tests.servers.fixtures import or_skipped

BACK_SECONDS = 10.0
ROSTER_SECONDS = 20.0
GUESTS = [f"guest{number}" for number in range(8 if LONG else 1)]


class TwoProcesses(Cluster):
    tier = "PostgreSQL + Redis, two processes"


@pytest.fixture
def pair() -> Iterator[TwoProcesses]:
    with or_skipped(), TwoProcesses(nodes=2) as place:
        yield place


async def test_all_reconnect_without_loss_and_presence_is_right(
    pair: TwoProcesses, seconds: float, seed: int, record: Record
) -> None:
    """Half of the people live at the dying process, go to the other when it dies, and home when it serves again.

    Each time somebody was there who does not come back: nobody says goodbye for them.
    """
    dying, other = pair.nodes
    dying_is_away = False
    async with scenario(pair, seed=seed) as s:
        await s.enter(
            24, 3, where=lambda number: lambda: (other if number % 2 or dying_is_away else dying).url
        )
        stay, roster = list(s.people), []
        guests = await s.ask("people", members=len(GUESTS), rooms=0, name=f"{s.name}guest")

        async def kills() -> None:
            nonlocal dying_is_away
            for turn in turns(seconds):
                if turn < len(GUESTS):
                    guest = s.visit(GUESTS[turn], guests["tokens"][turn], guests["members"][turn], dying.url)
                    await _all_see(stay, guest.member, "active")
                await asyncio.sleep(s.random.uniform(0.3, 1.5))
                dying_is_away = True
                dying.kill()
                s.figures["faults"] += 1
                if turn < len(GUESTS):
                    s.is_gone(guest)
                    roster.append(asyncio.create_task(_faded(stay, guest)))
                await asyncio.sleep(s.random.uniform(0.5, 2))
                await s.all_live()
                dying.start()
                await dying.ready()
                dying_is_away = False
                for person in stay[::2]:
                    await person.drop()
                await s.all_live()
            s.figures["roster_clean_s"] = round(max(await asyncio.gather(*roster)), 1)

        await s.while_talking(kills, per_second=60)
        await s.peace()
        figures = await s.verdict()
        for person in stay:
            await _all_see(stay, person.member, "active")
    record("F4 two processes", pair, figures)
    assert figures["acked"] == figures["said"]
    torn_off = sum(code == 1006 for person in stay for _, code in person.closed)
    assert torn_off >= len(stay) // 2 * dying.faults, "everybody at the dying process, each time"
    assert figures["slowest_return_s"] <= bound(BACK_SECONDS)
    assert figures["roster_clean_s"] <= bound(ROSTER_SECONDS)


async def _all_see(watchers: list[BookKeeper], member: int, state: str) -> None:
    """Until the roster of each says so."""
    async with asyncio.timeout(bound(ROSTER_SECONDS + BACK_SECONDS)):
        while any(watcher.presence.get(member, "offline") != state for watcher in watchers):
            await asyncio.sleep(0.05)


async def _faded(watchers: list[BookKeeper], guest: BookKeeper) -> float:
    """Seconds until nobody takes somebody for present who is gone."""
    begun = time.monotonic()
    await _all_see(watchers, guest.member, "offline")
    return time.monotonic() - begun
