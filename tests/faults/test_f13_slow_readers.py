"""F13: some readers never read. They lag, then they are closed; nobody else notices; nothing is missing after."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.scene import scene

HELD_KIB = 1024
"""What the server keeps for a reader that does not read (OUTBOX_BYTES), and as much for copies on the way."""

GIVE_UP_SECONDS = 75
"""For the kernel's buffers to fill, and ten seconds without progress after."""

LINE = "x" * 12_000


@pytest.mark.patient
async def test_readers_that_never_read_harm_nobody(
    sqlite: Place, seconds: float, long: bool, seed: int, record: Record
) -> None:
    readers, slow = (100, 10) if long else (30, 3)
    async with scene(sqlite, seed=seed) as s:
        await s.enter(readers, 1)
        room = s.rooms[0]
        speaker, lazy = s.people[0], s.people[-slow:]

        async def speak(seconds: float, until: Callable[[], bool] = lambda: True) -> float:
            """Long lines, many a second. How late the latest of a hundred was heard by those who read, in seconds."""
            begun = time.monotonic()
            count = 0
            while time.monotonic() < begun + seconds or not (
                until() or time.monotonic() > begun + GIVE_UP_SECONDS
            ):
                speaker.say(room, f"@{time.monotonic():.6f} {count} {LINE}")
                count += 1
                await asyncio.sleep(0.04)
            await speaker.settle()
            await asyncio.sleep(0.5)
            found = sorted(took for p in s.people[1:-slow] for at, took in p.latencies if at >= begun)
            return found[int(len(found) * 0.99)]

        async def closed() -> None:
            """Until the server has closed all who do not read."""
            while await asyncio.to_thread(_connections, sqlite.nodes[0]) > readers - slow:
                await asyncio.sleep(1)

        before = await speak(3)
        memory = sqlite.nodes[0].rss()
        for person in lazy:
            person.receive_buffer, person.pings = 4096, False
            await person.drop()
        await asyncio.sleep(0.2)
        await s.all_live()
        for person in lazy:
            person.closed.clear()
            person.reading = False
        closing = asyncio.create_task(closed())
        during = await speak(max(14, seconds), until=closing.done)
        grown = sqlite.nodes[0].rss() - memory
        kept = await asyncio.to_thread(_connections, sqlite.nodes[0]) - (readers - slow)
        closing.cancel()
        for person in lazy:
            person.reading = True
            s.figures["faults"] += 1
        await s.peace()
        figures = await s.verdict()
        lags = sum(person.lags for person in lazy)
    told = {"p99_before_ms": round(before * 1000), "p99_during_ms": round(during * 1000), "grown_kib": grown}
    record("F13", sqlite, figures | told | {"lags": lags, "kept_open": kept})
    assert kept == 0, "who takes nothing for ten seconds is closed"
    assert grown < slow * 4 * HELD_KIB + 32 * 1024
    assert during < before * 1.1 + 0.15


def _connections(node: Node) -> int:
    return int((node.readiness() or {"connections": 1_000_000})["connections"])
