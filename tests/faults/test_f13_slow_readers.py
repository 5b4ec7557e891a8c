"""F13: some readers never read. They lag, then they are closed; nobody else notices; nothing is missing after."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.protocol import limits
from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.scenario import Scenario, scenario

GIVE_UP_SECONDS = 75
"""For the kernel's buffers to fill, and ten seconds without progress after."""

READERS = 100
HARM, UNHARMED_SECONDS = 1.1, 0.01
"""By how much the others' p99 may grow: a tenth, and what two measurements of the same differ by."""

LINE = "x" * 12_000


class Watched(Place):
    """SQLite under a server that notes how much it holds for its slowest reader."""

    @property
    def held(self) -> Path:
        return self.data / "held"

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        self.held.write_text("0")
        more = {"HELD_FILE": str(self.held), **environment}
        return super().node(script=script or "tests.faults.failing", **more)


@pytest.fixture
def watched() -> Iterator[Watched]:
    with Watched() as place:
        yield place


@pytest.mark.patient
@pytest.mark.parametrize("slow", [1, 10])
async def test_clients_that_never_read_affect_nobody(
    watched: Watched, seconds: float, seed: int, record: Record, slow: int
) -> None:
    node = watched.nodes[0]
    async with scenario(watched, seed=seed) as s:
        await s.enter(READERS, 1)
        lazy, keen = s.people[-slow:], s.people[1:-slow]

        async def p99(since: float) -> float:
            await s.people[0].settle()
            await asyncio.sleep(0.5)
            return _usual_p99([heard for p in keen for heard in p.latencies], since)

        await _speak(s, seconds)
        begun = time.monotonic()
        await _speak(s, seconds)
        before = await p99(begun)
        memory = node.rss()
        for person in lazy:
            person.receive_buffer, person.pings = 4096, False
            await person.drop()
        await asyncio.sleep(0.2)
        await s.all_live()
        for person in lazy:
            person.closed.clear()
            person.reading = False
        begun = time.monotonic()
        await _speak(s, GIVE_UP_SECONDS, until=lambda: _connections(node) <= READERS - slow)
        closed = time.monotonic() - begun
        during = await p99(begun)
        grown = node.rss() - memory
        kept = _connections(node) - (READERS - slow)
        for person in lazy:
            person.reading = True
            s.figures["faults"] += 1
        await s.peace()
        figures = await s.verdict()
    told = {"p99_before_ms": round(before * 1000), "p99_during_ms": round(during * 1000), "grown_kib": grown}
    held = int(watched.held.read_text())
    more = {"held_kib": held // 1024, "closed_s": round(closed, 1), "lags": sum(p.lags for p in lazy)}
    record(f"F13, {slow} of {READERS}", watched, figures | told | more)
    assert kept == 0, "who takes nothing for ten seconds is closed"
    assert 0 < held <= limits.OUTBOX_BYTES
    assert during <= before * HARM + UNHARMED_SECONDS


async def _speak(s: Scenario, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Long lines, many a second, and not more than is acknowledged: until it is so, or the time is over."""
    speaker, end, count = s.people[0], time.monotonic() + seconds, 0
    looked = time.monotonic()
    while time.monotonic() < end:
        speaker.say(s.rooms[0], f"@{time.monotonic():.6f} {count} {LINE}")
        count += 1
        await asyncio.sleep(0.04)
        await speaker.settle()
        if time.monotonic() > looked + 1:
            looked = time.monotonic()
            if await asyncio.to_thread(until):
                return


def _usual_p99(latencies: list[tuple[float, float]], since: float) -> float:
    """The p99 of the usual second: a second in which the machine did something else says nothing of slow readers."""
    seconds: dict[int, list[float]] = {}
    for at, took in latencies:
        if at >= since:
            seconds.setdefault(int(at - since), []).append(took)
    return statistics.median(sorted(some)[int(len(some) * 0.99)] for some in seconds.values())


def _connections(node: Node) -> int:
    known = node.connections()
    return 1_000_000 if known is None else known
