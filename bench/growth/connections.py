"""A growing number of idle connections: memory, processor time, and the effect on others."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from bench.generator import connected
from bench.growth.series import Point, Series, runs_of
from bench.product import fresh_workspace
from bench.rounds import Plan, figures, say, spread

MEMBERS = 1000
SETTLE_SECONDS = 3.0
IDLE_SECONDS = 20.0
"""Seconds: one heartbeat for everybody; a quick run takes a part of it."""
SMALL_ROOMS, PER_SECOND = 50, 100


def measure(plan: Plan, sizes: Sequence[int]) -> Iterator[Point]:
    idle_seconds = min(IDLE_SECONDS, 10 * plan.seconds)
    with contextlib.ExitStack() as stack:
        workspace = stack.enter_context(fresh_workspace(members=MEMBERS))
        server = stack.enter_context(workspace.served())
        small = workspace.room_dialect("small%r")
        others = stack.enter_context(connected(server, small, connections=2 * SMALL_ROOMS, rooms=SMALL_ROOMS))
        runs_of(plan, lambda: others.rate(PER_SECOND, plan.seconds))
        before, there = server.memory, 0
        for size in sizes:
            idle = workspace.event_dialect({"type": "snapshot"})
            stack.enter_context(connected(server, idle, connections=size - there, rooms=1))
            there = size
            time.sleep(SETTLE_SECONDS)
            each = (server.memory - before) / size / 1024
            spent = server.processor_seconds
            time.sleep(idle_seconds)
            load = (server.processor_seconds - spent) / idle_seconds
            runs = runs_of(plan, lambda: others.rate(PER_SECOND, plan.seconds))
            say(f"{size} idle connections: {each:.1f} KiB each, {load:.1%} of a core")
            yield {
                "x": size,
                "kib_per_connection": spread([each]),
                "idle_percent": spread([100 * load]),
                **figures(runs),
            }


series = Series(
    "connections",
    "Idle connections",
    "idle connections",
    (100, 300, 1000, 3000, 10_000),
    measure,
    {
        "kib_per_connection": "KiB per connection",
        "idle_percent": "% of a core while idle",
        "p50_ms": "others' p50, ms",
        "p99_ms": "others' p99, ms",
    },
    ("kib_per_connection", "idle_percent", "p99_ms"),
    "Signed in, snapshot taken, in `general`. Others: 100 messages a second in 50 rooms of two, beside them.",
)
