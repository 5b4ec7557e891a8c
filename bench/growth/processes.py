"""A growing number of processes on one PostgreSQL and one Redis, each with the same share of a core (see P12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.cluster import NAMES, SHARE, processes
from bench.growth.series import Point, Series
from bench.rounds import Plan, side_by_side

CONNECTIONS, ROOMS, UNDER_WAY = 1000, 4, 4


def measure(plan: Plan, sizes: Sequence[int]) -> Iterator[Point]:
    found = side_by_side(
        [processes(size, connections=CONNECTIONS, rooms=ROOMS) for size in sizes],
        plan,
        lambda generator, seconds: generator.closed(UNDER_WAY, seconds),
        connections=CONNECTIONS,
        rooms=ROOMS,
    )
    yield from ({"x": size, **found[NAMES[size]]} for size in sizes)


series = Series(
    "processes",
    "Server processes",
    "server processes",
    (1, 2, 3),
    measure,
    {
        "deliveries_per_second": "deliveries/s",
        "cpu_microseconds_per_delivery": "CPU µs per delivery",
        "p50_ms": "p50, ms",
        "p99_ms": "p99, ms",
        "generator_load": "generator's core",
    },
    ("deliveries_per_second",),
    "4 rooms × 250, four messages under way in each, every room heard at every process. Each process has"
    f" {SHARE:.0%} of a core; PostgreSQL (with fsync), Redis and the generator have another core.",
)
