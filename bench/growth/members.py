"""One room with a growing number of connections; the next message is sent when everybody has the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.generator import connected
from bench.growth.series import Point, Series, runs_of
from bench.product import fresh_workspace
from bench.rounds import Plan, figures, say

MEMBERS = 1000
"""Number of accounts; with more connections, people have several each."""


def measure(plan: Plan, sizes: Sequence[int]) -> Iterator[Point]:
    with fresh_workspace(members=MEMBERS) as workspace, workspace.served() as server:
        for size in sizes:
            with connected(server, workspace.room_dialect("general"), connections=size, rooms=1) as generator:
                found = figures(runs_of(plan, lambda: generator.closed(1, plan.seconds)))
            say(
                f"{size} members: {found.get('deliveries_per_second', {}).get('median', 0):,.0f} deliveries/s"
            )
            yield {"x": size, **found}


series = Series(
    "members",
    "Connections in one room",
    "connections in the room",
    (10, 30, 100, 300, 1000, 3000, 10_000),
    measure,
    {
        "deliveries_per_second": "deliveries/s",
        "cpu_microseconds_per_delivery": "CPU µs per delivery",
        "p50_ms": "p50, ms",
        "p99_ms": "p99, ms",
        "generator_load": "generator's core",
    },
    ("deliveries_per_second", "cpu_microseconds_per_delivery", "p99_ms"),
    "One message at a time; the next when everybody has it.",
)
