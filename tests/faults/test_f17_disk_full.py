"""F17: the disk is full, then there is space again. Nothing is acknowledged that is not stored; reading goes on."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.scene import Scene, scene

SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("F17 is not proven here: only root can mount a small tmpfs")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"F17 is not proven here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_a_full_disk_refuses_and_heals_without_a_restart(
    small_disk: Path, seconds: float, seed: int, record: Record
) -> None:
    with Place(data=small_disk) as place:
        async with scene(place, seed=seed) as s:
            await s.enter(10, 2)
            ballast = small_disk / "ballast"

            async def fill() -> None:
                for _ in range(2):
                    await asyncio.sleep(0.5)
                    await asyncio.to_thread(_fill, ballast)
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


def _refusals(s: Scene) -> int:
    return sum(len(person.refusals) for person in s.people)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
