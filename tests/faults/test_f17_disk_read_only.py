"""F17: the disk becomes read-only under load. Writing is refused, reading goes on, and it heals without a restart.

The kernel does not remount a file system read-only while a database has files open on it. So the database's files and
folder become immutable, which ext4 also holds against files that are open: each write fails, none is torn.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.programs import wait_for
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario

IMAGE_BYTES = 48 * 1024 * 1024
SAID_SECONDS = 10.0
"""Until `/readyz` says that the database takes no writes, or takes them again."""


@pytest.fixture
def ext4(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in a file."""
    image, disk = tmp_path / "image", tmp_path / "disk"
    disk.mkdir()
    image.touch()
    os.truncate(image, IMAGE_BYTES)
    if os.geteuid() != 0:
        pytest.skip("a read-only disk is not proven here: only root can mount one")
    _or_skip("mkfs.ext4", "-q", "-m", "0", str(image))
    _or_skip("mount", "-o", "loop", str(image), str(disk))
    yield disk
    subprocess.run(["chattr", "-R", "-i", str(disk)], check=True, capture_output=True)
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_a_disk_that_becomes_read_only_refuses_and_heals_without_a_restart(
    ext4: Path, seconds: float, seed: int, record: Record
) -> None:
    with Place(data=ext4) as place:
        node = place.nodes[0]
        async with scenario(place, seed=seed) as s:
            await s.enter(10, 2)

            async def protect() -> None:
                for _ in turns(seconds / 2, at_least=2):
                    await asyncio.sleep(0.5)
                    _make_immutable(ext4, True)
                    s.figures["faults"] += 1
                    with pytest.raises(PermissionError):
                        (ext4 / "hubbub.sqlite3").open("ab")
                    while not all(person.refusals for person in s.people):
                        await asyncio.sleep(0.05)
                    await asyncio.to_thread(wait_for, lambda: not node.answers(), bound(SAID_SECONDS), "503")
                    acked = _acked(s.people)
                    page = await s.people[0].ask(type="timeline", room=s.rooms[0], limit=10)
                    assert page["ok"]["messages"], "reading goes on"
                    await asyncio.sleep(1)
                    assert _acked(s.people) == acked, "nothing is acknowledged that cannot be written"
                    _make_immutable(ext4, False)
                    await asyncio.to_thread(wait_for, node.answers, bound(SAID_SECONDS), "200")
                    await asyncio.sleep(1)
                    for person in s.people:
                        refused.extend(code for _, _, code in person.refusals)
                        person.refusals.clear()

            refused: list[str] = []
            await s.while_talking(protect, per_second=60)
            await s.peace()
            figures = await s.verdict()
        assert node.starts == 1
    record("F17 read-only", place, figures | {"refused": len(refused)})
    assert set(refused) == {"unavailable"}
    assert figures["cuts"] == 0
    assert figures["acked"] == figures["said"]


def _acked(people: list[BookKeeper]) -> int:
    return sum(message.outcome == "acked" for person in people for message in person.said)


def _make_immutable(disk: Path, yes: bool) -> None:
    """The folder and its files; not SQLite's shared memory, which is no part of the database on the disk."""
    files = [str(file) for file in disk.iterdir() if file.is_file() and not file.name.endswith("-shm")]
    subprocess.run(["chattr", "+i" if yes else "-i", *files, str(disk)], check=True, capture_output=True)


def _or_skip(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        pytest.skip(f"a read-only disk is not proven here: {error}")
    if done.returncode:
        pytest.skip(f"a read-only disk is not proven here: {done.stderr.strip()}")
