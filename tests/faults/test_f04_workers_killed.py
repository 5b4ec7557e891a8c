"""F4 within one `hubbub serve --workers 3`: workers are killed one after the other, and others take their place."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.programs import children, wait_for
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario
from tests.servers.fixtures import or_skipped

WORKERS = 3
BACK_SECONDS = 10.0
REPLACED_SECONDS = 10.0


class Workers(Cluster):
    tier = f"PostgreSQL + Redis, one port, {WORKERS} workers"


@pytest.fixture
def site() -> Iterator[Workers]:
    with or_skipped(), Workers(nodes=1, HUBBUB_WORKERS=str(WORKERS)) as place:
        yield place


async def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(
    site: Workers, seconds: float, seed: int, record: Record
) -> None:
    node = site.nodes[0]
    async with scenario(site, seed=seed) as s:
        await s.enter(18, 3)

        async def kills() -> None:
            for _ in turns(seconds, at_least=2):
                await asyncio.sleep(s.random.uniform(0.3, 1.5))
                killed = s.random.choice(workers_of(node))
                os.kill(killed, signal.SIGKILL)
                s.figures["faults"] += 1
                await asyncio.to_thread(_wait_until_replaced, node, killed)

        await s.while_talking(kills, per_second=60)
        await s.peace()
        figures = await s.verdict()
    record("F4 workers", site, figures)
    assert figures["acked"] == figures["said"]
    assert figures["slowest_return_s"] <= bound(BACK_SECONDS)
    assert node.starts == 1


def workers_of(node: Node) -> list[int]:
    """The processes that serve, by their ids."""
    return [pid for pid in children(node.pid) if b"spawn_main" in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _wait_until_replaced(node: Node, killed: int) -> None:
    def replaced() -> bool:
        workers = workers_of(node)
        return len(workers) == WORKERS and killed not in workers

    wait_for(replaced, bound(REPLACED_SECONDS), "another worker has taken its place")
