"""One recording: a fresh server whose writes are logged, people who talk, one restart; and what was promised when."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubbub_site import secret_key_file
from tests.faults.cluster import Place
from tests.faults.nodes import Node
from tests.faults.power.disk import Disk
from tests.faults.power.log import Log, read_log
from tests.faults.power.witness import Witness, Witnessed
from tests.servers.compiler import compile_library

RECORDER = Path(__file__).with_name("recorder.c")
DATABASE = "hubbub.sqlite3"


class RecordedPlace(Place):
    """SQLite under a server, and a process inside, that log what they write. The log is outside the directory."""

    def __init__(self, work: Path, *, script: str | None = None, **environment: str) -> None:
        super().__init__()
        self.data = Path(os.path.realpath(self.data))
        self.log = work / "log"
        library = work / "recorder.so"
        compile_library(RECORDER, library)
        self.environment |= {"LD_PRELOAD": str(library), "POWER_DATA": str(self.data)}
        self.environment |= {"POWER_LOG": str(self.log), "HUBBUB_DATA": str(self.data), **environment}
        self._script = script

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        return super().node(script=script or self._script, **environment)

    def measure(self) -> int:
        """How many bytes the log has."""
        return self.log.stat().st_size

    def stop(self) -> None:
        """Stop the server in good order: it closes the database last, so SQLite empties its log and deletes it."""
        self.inside.stop()
        self.nodes[0].terminate()

    async def restart(self) -> None:
        await asyncio.to_thread(self.stop)
        self.nodes[0].start()
        await self.nodes[0].ready()


@contextmanager
def recorded_place(*, script: str | None = None, **environment: str) -> Iterator[RecordedPlace]:
    """NotFound if there is no compiler. `script` and `environment`: of the server (see tests.faults.power.careless)."""
    with (
        tempfile.TemporaryDirectory(prefix="hubbub-power-") as work,
        RecordedPlace(Path(work), script=script, **environment) as place,
    ):
        yield place


@dataclass(slots=True)
class Recording:
    """A log, and what people knew. `served`, `peopled`: its length when the server was ready, when rooms were made."""

    log: Log
    key: bytes
    served: int
    peopled: int = 0
    rooms: list[int] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def index_when_peopled(self) -> int:
        return self.log.index_at(self.peopled)


def record_start(place: RecordedPlace) -> Recording:
    """The first start alone: stop the server and read the log."""
    served = place.measure()
    place.stop()
    key = (place.data / secret_key_file.NAME).read_bytes()
    return Recording(read_log(place.log), key, served, peopled=served)


async def record_people(
    place: RecordedPlace, *, seconds: float, seed: int, per_second: float, restart: bool = True
) -> Recording:
    """Let people talk, edit and delete; restart the server halfway; in the end everybody's view is the database's."""
    served = place.measure()
    async with Witnessed(place, place.measure, seed=seed) as s:
        await s.enter(8, 3)
        peopled = place.measure()

        async def change() -> None:
            changing = asyncio.create_task(s.change_things(1 / per_second))
            await asyncio.sleep(seconds / 2)
            if restart:
                await place.restart()
                await s.all_live()
            await asyncio.sleep(seconds / 2)
            changing.cancel()

        await s.while_talking(change, per_second=per_second)
        await s.peace()
        figures = await s.verdict()
    await asyncio.to_thread(place.stop)
    key = (place.data / secret_key_file.NAME).read_bytes()
    return Recording(read_log(place.log), key, served, peopled, s.rooms, s.witnesses, figures)


def difference(log: Log, data: Path) -> list[str]:
    """Files for which the log does not account. Without a power cut it must give the directory as it is."""
    disk = Disk()
    for record in log.records:
        disk.follow(record)
    files = disk.folder.now
    expected = {name: file.content() for name, file in files.items() if not file.mapped}
    found = {
        path.name: path.read_bytes()
        for path in data.iterdir()
        if path.suffix != ".log" and not (path.name in files and files[path.name].mapped)
    }
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
