"""F1: the server is killed at random points, again and again."""

from __future__ import annotations

import asyncio
import sqlite3
import time

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario

FIRST_ANSWER_SECONDS = 2.0


async def test_a_server_that_is_killed_repeatedly_loses_and_repeats_nothing(
    sqlite: Place, seconds: float, seed: int, record: Record
) -> None:
    node = sqlite.nodes[0]
    first_acks: list[float] = []
    async with scenario(sqlite, seed=seed) as s:
        await s.enter(20, 3)

        async def kills() -> None:
            for _ in turns(seconds, at_least=2):
                await asyncio.sleep(s.random.uniform(0.2, 1.5))
                node.kill()
                s.figures["faults"] += 1
                node.start()
                await node.ready()
                serving = time.monotonic()
                while not any(m.settled > serving for person in s.people for m in person.said):
                    await asyncio.sleep(0.02)
                first_acks.append(time.monotonic() - serving)

        await s.while_talking(kills, per_second=100)
        await asyncio.to_thread(sqlite.heal)
        await s.peace()
        figures = await s.verdict()
        assert not sum(person.resets for person in s.people), "a resume began anew"

    assert figures["acked"] == figures["said"]
    assert figures["cuts"] >= len(s.people), "everybody was cut off"
    codes = {code for person in s.people for _, code in person.closed}
    assert codes <= {1006, 1011}, "without a goodbye"  # 1011: the client found out as it sent
    with sqlite3.connect(sqlite.data / "hubbub.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    record("F1", sqlite, figures | {"slowest_first_ack_s": round(max(first_acks), 2)})
    assert max(first_acks) < bound(FIRST_ANSWER_SECONDS)
