"""P12: what a second process adds, on PostgreSQL and Redis, where every room has people at both.

Two cores hold no two saturated servers beside their databases and a generator. So each server process gets the same
share of a core, small enough that nothing else can be the limit: what two such processes deliver is compared with
what one delivers. See bench/cluster.py.
"""

from __future__ import annotations

from typing import Any

from bench.cluster import NAMES, processes
from bench.rounds import Plan, ratio, say, side_by_side
from bench.scenarios.scenario import Bar, Scenario

FAN_OUT = "deliveries/s in rooms of 250, two processes ÷ one"
PAIRS = "messages/s in rooms of two, two processes ÷ one"
WORKLOADS = {
    FAN_OUT: ("4 rooms × 250, four under way", {"connections": 1000, "rooms": 4}, 4),
    PAIRS: ("100 rooms × 2, two under way", {"connections": 200, "rooms": 100}, 2),
}


def measure(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    values: dict[str, float | None] = {}
    for figure, (workload, size, under_way) in WORKLOADS.items():
        say(workload)
        seen = side_by_side(
            [processes(1, **size), processes(2, **size)],
            plan,
            lambda generator, seconds, under_way=under_way: generator.closed(under_way, seconds),
            **size,
        )
        found |= {f"{workload}: {name}": figures for name, figures in seen.items()}
        values[figure] = ratio(seen, NAMES[2], NAMES[1])
    return {"contenders": found, "values": values}


scenario = Scenario("P12", "Two processes on PostgreSQL and Redis", measure, [Bar(FAN_OUT, least=1.7)])
