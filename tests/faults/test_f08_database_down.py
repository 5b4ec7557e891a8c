"""F8: PostgreSQL is killed or frozen, and comes back. Writing is refused at once, outboxes keep, nothing is doubled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import Record
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import scenario

REFUSED_SECONDS = 2.0
RECOVERY_SECONDS = 10.0


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_an_unreachable_database_is_reported_within_two_seconds(
    cluster: Cluster, seconds: float, seed: int, record: Record, how: str
) -> None:
    postgres = cluster.postgres
    away: dict[str, Callable[[], Any]] = {"killed": postgres.kill, "frozen": postgres.freeze}
    back: dict[str, Callable[[], Any]] = {"killed": postgres.start, "frozen": postgres.thaw}
    async with scenario(cluster, seed=seed) as s:
        await s.enter(18, 3)

        async def outage() -> None:
            await asyncio.sleep(1)
            away[how]()
            s.figures["faults"] += 1
            reads = [_reads(person.ask, s.rooms[0], seconds) for person in s.people[:6]]
            s.figures["slowest_read_refusal_s"] = round(max(await asyncio.gather(*reads)), 2)
            while not all(person.refusals for person in s.people[:6]):
                await asyncio.sleep(0.05)
            back[how]()
            await asyncio.to_thread(postgres.wait)
            s.figures["back"] = time.monotonic()
            await asyncio.sleep(3)

        await s.while_talking(outage, per_second=40)
        returned = s.figures.pop("back")
        await s.peace()
        figures = await s.verdict()
        refusals = [took for person in s.people for _, took, code in person.refusals if code == "unavailable"]
        settled = [m.settled for person in s.people for m in person.said if m.begun < returned]
        figures["slowest_refusal_s"] = round(max(refusals), 2)
        figures["recovery_s"] = round(max(settled) - returned, 2)
    record(f"F8 {how}", cluster, figures)
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0, "sockets stay open"
    assert figures["slowest_refusal_s"] <= bound(REFUSED_SECONDS)
    assert figures["slowest_read_refusal_s"] <= bound(REFUSED_SECONDS)
    assert figures["recovery_s"] < bound(RECOVERY_SECONDS)


async def _reads(ask: Callable[..., Any], room: int, seconds: float) -> float:
    """Read the timeline again and again: the longest that an answer took, whatever it was."""
    slowest = 0.0
    for _ in turns(seconds):
        asked = time.monotonic()
        await ask(type="timeline", room=room, limit=10)
        slowest = max(slowest, time.monotonic() - asked)
        await asyncio.sleep(0.3)
    return slowest
