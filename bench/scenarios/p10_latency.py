"""P10: a hundred messages a second to a hundred members; latency counts from when a message was due."""

from __future__ import annotations

from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, at_a_rate

FIGURE = "p99, ms"

scenario = Scenario(
    "P10",
    "100 messages/s to 100 members",
    at_a_rate([hubbub(room="general", members=100)], 100, connections=100, figure=FIGURE),
    [Bar(FIGURE, most=25)],
)
