"""F26 without a bus: two servers on one PostgreSQL, and one on SQLite beside a shell that writes to the same file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cluster import Place, WithoutRedis
from tests.faults.conftest import Record
from tests.faults.random_changes import RandomChanges
from tests.faults.run_settings import LONG, load
from tests.faults.shared_scenario import AGREED_SECONDS, shared_scenario
from tests.servers.fixtures import or_skipped

LONGEST_SECONDS = 30.0 if LONG else 1.5
PER_SECOND = 40
SHELL_SECONDS = 2.0
"""The server looks at SQLite's file four times a second."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Place]:
    with or_skipped(), WithoutRedis() as place:
        yield place


@pytest.mark.patient
async def test_two_servers_without_redis_agree_by_polling(
    pair: Place, seconds: float, seed: int, record: Record
) -> None:
    """Who is connected to the other server is not known: nothing carries it."""
    await _all_agree(pair, min(seconds, LONGEST_SECONDS), seed, record, AGREED_SECONDS)


async def test_one_server_agrees_with_a_shell_beside_it(
    sqlite: Place, seconds: float, seed: int, record: Record
) -> None:
    await _all_agree(sqlite, min(seconds, LONGEST_SECONDS), seed, record, SHELL_SECONDS)


async def _all_agree(place: Place, seconds: float, seed: int, record: Record, within: float) -> None:
    async with shared_scenario(place, seed=seed) as scene:
        await scene.move_in(8)
        doings = RandomChanges(scene, seed)
        await doings.go_on(seconds, per_second=load(PER_SECOND))
        took = await scene.agree(within)
        if len(place.nodes) == 1:
            await scene.agree_who_is_there()
        figures = await scene.verdict()
    figures |= {"converged_s": took, "changes": doings.changes, "states": len(scene.keepers)}
    record("F26 no bus", place, figures)
