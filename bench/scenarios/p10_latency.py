"""P10: a hundred messages a second to a hundred members; latency counts from when a message was due."""

from __future__ import annotations

from typing import Any

from bench.product import hubbub
from bench.rounds import Plan, side_by_side
from bench.scenarios.scenario import Bar, Scenario

FIGURE = "p99, ms"
PER_SECOND = 100


def measure(plan: Plan) -> dict[str, Any]:
    found = side_by_side(
        [hubbub(room="general", members=100)],
        plan,
        lambda generator, seconds: generator.rate(PER_SECOND, seconds),
        connections=100,
        rooms=1,
    )
    return {"contenders": found, "values": {FIGURE: found["Hubbub"].get("p99_ms", {}).get("median")}}


scenario = Scenario("P10", "100 messages/s to 100 members", measure, [Bar(FIGURE, most=25)])
