"""P12: the gain of a second process, on PostgreSQL and Redis, with members of every room at both.

Two saturated servers, their databases and a generator do not fit on two cores. So each server process gets the same
share of a core, small enough that nothing else is the bottleneck. The figure compares the deliveries of two such
processes with those of one, to twice the people and to the same people divided among them. See bench/cluster.py.
"""

from __future__ import annotations

from typing import Any

from bench.cluster import NAMES, processes
from bench.rounds import Plan, ratio, say, side_by_side
from bench.scenarios.scenario import Bar, Scenario

TWICE = "deliveries/s in four rooms, two processes with twice the people ÷ one"
SAME = "deliveries/s in rooms of 250, two processes ÷ one"
PAIRS = "messages/s in rooms of two, two processes ÷ one"


def measure(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    values: dict[str, float | None] = {}
    for figure, workload, people, rooms, under_way in (
        (TWICE, "4 rooms, 1000 people at each process, four under way in each room", (1000, 2000), 4, 4),
        (SAME, "4 rooms, 1000 people, four under way in each room", (1000, 1000), 4, 4),
        (PAIRS, "100 rooms × 2, two under way in each", (200, 200), 100, 2),
    ):
        say(workload)
        seen = side_by_side(
            [processes(count, connections=those, rooms=rooms) for count, those in enumerate(people, 1)],
            plan,
            lambda generator, seconds, under_way=under_way: generator.closed(under_way, seconds),
            connections=people[0],
            rooms=rooms,
        )
        found |= {f"{workload}: {name}": figures for name, figures in seen.items()}
        values[figure] = ratio(seen, NAMES[2], NAMES[1])
    return {"contenders": found, "values": values}


scenario = Scenario(
    "P12",
    "Two processes on PostgreSQL and Redis",
    measure,
    [Bar(TWICE, least=1.7), Bar(SAME, least=1.7)],
)
