"""P17: the same rooms as in P16 with a low load, ten messages a second in total: the latency from send to delivery."""

from __future__ import annotations

from typing import Any

from bench.peers.matrix import synapse, synapse_on_postgres
from bench.product import hubbub
from bench.rounds import Plan, ratio, side_by_side
from bench.scenarios.scenario import Bar, Scenario

FIGURE = "p50 ÷ Synapse on PostgreSQL"
PER_SECOND = 10


def measure(plan: Plan) -> dict[str, Any]:
    found = side_by_side(
        [hubbub(room="bench%r", members=40), synapse, synapse_on_postgres],
        plan,
        lambda generator, seconds: generator.rate(PER_SECOND, seconds),
        connections=40,
        rooms=20,
    )
    return {
        "contenders": found,
        "values": {FIGURE: ratio(found, "Hubbub", synapse_on_postgres.name, "p50_ms")},
    }


scenario = Scenario("P17", "20 rooms × 2, ten stored messages a second", measure, [Bar(FIGURE, most=1)])
