"""F19: the wall clock jumps by an hour, forth and back, under load. It may colour a time, never an order.

The clock is shifted inside the server (tests.faults.failing), where the product asks for the time.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.cluster import Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.scene import scene
from tests.faults.terms import turns

JUMPS = [3600, 60, -3600, 0, -60]


class ElsewhenPlace(Place):
    """SQLite under a server whose wall clock a test sets."""

    @property
    def clock(self) -> Path:
        return self.data / "clock"

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        self.clock.write_text("0")
        return super().node(script="tests.faults.failing", CLOCK_FILE=str(self.clock), **environment)


async def test_times_never_fall_in_a_room_whatever_the_clock_does(
    seconds: float, seed: int, record: Record
) -> None:
    with ElsewhenPlace() as place:
        async with scene(place, seed=seed) as s:
            await s.enter(10, 2)

            async def jumps() -> None:
                for turn in turns(seconds, at_least=len(JUMPS)):
                    offset = JUMPS[turn % len(JUMPS)]
                    await asyncio.sleep(0.5)
                    place.clock.write_text(str(offset))
                    s.figures["faults"] += 1

            await s.while_talking(jumps, per_second=60)
            await s.peace()
            figures = await s.verdict()  # order, numbers, and rising times (I5, I6)
            truth = await s.truth()
    times = [m["created_at"] for m in truth[s.rooms[0]].messages]
    record("F19", place, figures)
    assert figures["acked"] == figures["said"]
    assert times[0][:13] != times[-1][:13], "the clock did jump by an hour"
