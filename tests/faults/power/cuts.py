"""Power cuts at many moments of one recording: the disk is rebuilt for each of them, and judged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.power.disk import Disk
from tests.faults.power.judge import Judge
from tests.faults.power.log import Log
from tests.faults.power.recording import DATABASE, Recording
from tests.faults.power.sectors import Losses

WAL = f"{DATABASE}-wal"
SECTORS = (512, 4096)


@dataclass(slots=True)
class Cut:
    """The power goes just before record `index`, when the log is `position` bytes long; `directory` is what is left.

    `in_commit`: SQLite's log has writes that no sync has covered. `in_checkpoint`: the database file has.
    """

    index: int
    position: int
    directory: Path
    losses: Losses
    in_commit: bool
    in_checkpoint: bool


@dataclass(slots=True)
class Outcome:
    """What a series of cuts came to. `broken`: a line for each cut that lost something."""

    cuts: int = 0
    in_commit: int = 0
    in_checkpoint: int = 0
    dropped: int = 0
    torn: int = 0
    names: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, cut: Cut, broken: Sequence[str]) -> None:
        self.cuts += 1
        self.in_commit += cut.in_commit
        self.in_checkpoint += cut.in_checkpoint
        self.dropped += cut.losses.dropped
        self.torn += cut.losses.torn
        self.names += cut.losses.names
        if broken:
            self.broken.append(
                f"cut before record {cut.index}: {'; '.join(broken[:3])} ({len(broken)} in all)"
            )

    def told(self) -> str:
        """The first few of `broken`."""
        return "\n".join([f"{len(self.broken)} of {self.cuts} power cuts broke something", *self.broken[:10]])

    def figures(self) -> dict[str, Any]:
        return {
            "faults": self.cuts,
            "cuts_in_commit": self.in_commit,
            "cuts_in_checkpoint": self.in_checkpoint,
            "sectors_dropped": self.dropped,
            "sectors_torn": self.torn,
        }


def choose(recording: Recording, count: int, random: Random) -> list[int]:
    """So many records: half of them anywhere, the others where little time is spent and much can go wrong.

    These are: writes to the database file, changes of names that are not synced, the first start, and the moment
    after an answer.
    """
    log = recording.log
    anywhere = range(1, len(log))
    in_checkpoint, in_renaming = _risky(log)
    first_start = range(1, log.index_at(recording.served))
    answers = [log.index_at(known.position) for person in recording.witnesses for known in person.acked]
    kinds: list[Sequence[int]] = [
        anywhere,
        in_checkpoint or anywhere,
        anywhere,
        in_renaming or anywhere,
        anywhere,
        first_start,
        anywhere,
        [index for index in answers if index < len(log)] or anywhere,
    ]
    return sorted(random.choice(kinds[turn % len(kinds)]) for turn in range(count))


def _risky(log: Log) -> tuple[list[int], list[int]]:
    """Before which records the database file, and before which the folder, has changes that are not synced."""
    disk = Disk()
    in_checkpoint, in_renaming = [], []
    for index, record in enumerate(log.records):
        if disk.unsynced(DATABASE):
            in_checkpoint.append(index)
        if disk.folder.pending:
            in_renaming.append(index)
        disk.follow(record)
    return in_checkpoint, in_renaming


def rebuild(log: Log, indexes: list[int], random: Random, work: Path) -> Iterator[Cut]:
    """The directory after a power cut before each of these records, which rise. It is gone when the next is taken."""
    disk = Disk()
    followed = 0
    for turn, index in enumerate(indexes):
        for record in log.records[followed:index]:
            disk.follow(record)
        followed = index
        contents, losses = disk.cut(random, random.choice(SECTORS), log.records[index])
        directory = work / f"cut-{turn}"
        directory.mkdir(mode=0o700)
        for name, content in contents.items():
            (directory / name).write_bytes(content)
        in_commit, in_checkpoint = disk.unsynced(WAL), disk.unsynced(DATABASE)
        yield Cut(index, log.positions[index], directory, losses, in_commit, in_checkpoint)
        shutil.rmtree(directory)


def try_cuts(recording: Recording, count: int, random: Random, work: Path) -> Outcome:
    """Cut the power so many times, and judge what is left each time."""
    judge, outcome = Judge(recording), Outcome()
    for cut in rebuild(recording.log, choose(recording, count, random), random, work):
        outcome.add(cut, judge.broken(cut.directory, cut.position))
    return outcome
