"""F17: the disk is full, then there is space again. Nothing is acknowledged that is not stored; reading goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import fill_up, small_disk
from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.scenario import Scenario, scenario


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


async def test_a_full_disk_refuses_and_heals_without_a_restart(
    disk: Path, seconds: float, seed: int, record: Record
) -> None:
    with Place(data=disk) as place:
        async with scenario(place, seed=seed) as s:
            await s.enter(10, 2)
            ballast = disk / "ballast"

            async def fill() -> None:
                for _ in range(2):
                    await asyncio.sleep(0.5)
                    await asyncio.to_thread(fill_up, ballast)
                    s.figures["faults"] += 1
                    refusals = _refusals(s)
                    await asyncio.sleep(seconds / 2)
                    while (
                        _refusals(s) == refusals
                    ):  # there may be room left in the log, which is written over
                        await asyncio.sleep(0.05)
                    page = await s.people[0].ask(type="timeline", room=s.rooms[0], limit=10)
                    assert page["ok"]["messages"], "reading goes on"
                    ballast.unlink()
                    await asyncio.sleep(1.5)

            await s.while_talking(fill, per_second=60)
            await s.peace()
            figures = await s.verdict()
            refused = [code for person in s.people for _, _, code in person.refusals]
        assert place.nodes[0].starts == 1
    record("F17", place, figures | {"refused": len(refused)})
    assert set(refused) == {"unavailable"}
    assert figures["acked"] == figures["said"]


def _refusals(s: Scenario) -> int:
    return sum(len(person.refusals) for person in s.people)
