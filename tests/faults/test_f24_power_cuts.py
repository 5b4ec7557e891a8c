"""F24: the power goes at a random moment. What was acknowledged is on the disk, and the rest is whole.

A library that is preloaded into the server logs its writes and syncs. From the log a disk is rebuilt as a power cut
may have left it: without some of what was not synced (tests/faults/power says how). The machine stays on.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import Record
from tests.faults.power.cuts import Outcome, choose, rebuild, try_cuts
from tests.faults.power.judge import Judge
from tests.faults.power.recording import (
    RecordedPlace,
    Recording,
    difference,
    record_people,
    record_start,
    recorded_place,
)
from tests.faults.power.served import serve_again
from tests.faults.run_settings import LONG
from tests.servers import NotFound
from tests.servers.fixtures import skip_or_fail

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the recorder knows Linux's calls only")

CARELESS = "tests.faults.power.careless"
CUTS = 400 if LONG else 40
SERVED = 6 if LONG else 2
Recorded = Callable[..., RecordedPlace]


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    """`recorded(script=…, PRAGMAS=…)`: a server that logs its writes, until the test ends."""
    with ExitStack() as stack:

        def enter(**options: str) -> RecordedPlace:
            try:
                return stack.enter_context(recorded_place(**options))
            except NotFound as reason:
                skip_or_fail(reason)

        yield enter


OFTEN = {"script": CARELESS, "PRAGMAS": " PRAGMA wal_autocheckpoint=50;"}
"""A checkpoint every few commits: most can go wrong there, and when SQLite begins to write over its log."""


@pytest.mark.parametrize(
    ("row", "options"),
    [
        pytest.param("F24", {}, marks=pytest.mark.patient, id="as it is"),
        pytest.param("F24, frequent checkpoints", OFTEN, id="frequent checkpoints"),
    ],
)
async def test_a_power_cut_takes_nothing_that_was_acknowledged(
    recorded: Recorded,
    row: str,
    options: dict[str, str],
    tmp_path: Path,
    seconds: float,
    seed: int,
    record: Record,
) -> None:
    place = recorded(**options)
    recording = await record_people(place, seconds=seconds, seed=seed, per_second=60)
    assert not difference(recording.log, place.data), "the recorder did not see every write"

    outcome, served = await _cut_and_serve(recording, Random(seed), tmp_path, seed)
    kept = {key: recording.figures[key] for key in ("said", "acked", "lost", "doubled")}
    record(row, place, kept | outcome.figures() | {"cuts_served": served})
    assert not outcome.broken, outcome.told()
    assert outcome.cuts == CUTS
    assert served == SERVED
    assert outcome.in_commit, "no power cut came between a commit's first write and its sync"
    assert outcome.in_checkpoint, "no power cut came within a checkpoint"
    assert outcome.dropped, "no power cut took a sector"
    assert outcome.torn, "no power cut tore a sector"


async def _cut_and_serve(recording: Recording, random: Random, work: Path, seed: int) -> tuple[Outcome, int]:
    """Judge what every power cut left; serve some of it: one of the first start, the others while people talked."""
    judge, outcome = Judge(recording), Outcome()
    indexes = choose(recording, CUTS, random)
    talking = [index for index in indexes if index > recording.index_when_peopled()]
    to_serve = [indexes[CUTS // 20], *random.sample(talking, SERVED - 1)]
    served = 0
    for cut in rebuild(recording.log, indexes, random, work):
        if cut.index in to_serve:
            to_serve.remove(cut.index)
            copy = shutil.copytree(cut.directory, work / "served")  # looking at a database repairs it
            await serve_again(recording, copy, cut.position, seed=seed)
            shutil.rmtree(copy)
            served += 1
        outcome.add(cut, judge.broken(cut.directory, cut.position))
    return outcome, served


@pytest.mark.parametrize("level", [pytest.param("OFF"), pytest.param("NORMAL", marks=pytest.mark.patient)])
async def test_a_server_that_does_not_sync_its_commits_is_caught(
    recorded: Recorded, level: str, tmp_path: Path, seed: int
) -> None:
    place = recorded(script=CARELESS, PRAGMAS=f" PRAGMA synchronous={level};")
    recording = await record_people(place, seconds=2, seed=seed, per_second=30, restart=False)
    outcome = try_cuts(recording, 20, Random(seed), tmp_path)
    assert any("was acknowledged and is lost" in line for line in outcome.broken), outcome.told()


def test_a_secret_key_that_is_not_synced_is_caught(recorded: Recorded, tmp_path: Path, seed: int) -> None:
    recording = record_start(recorded(script=CARELESS, FORGETFUL="key"))
    outcome = try_cuts(recording, 20, Random(seed), tmp_path)
    assert any("the secret key is" in line for line in outcome.broken), outcome.told()
