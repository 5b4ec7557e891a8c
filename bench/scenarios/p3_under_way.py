"""P3: one room with a thousand connections and eight messages under way: does a batch cost one write?"""

from __future__ import annotations

from bench.peers.limit import limit
from bench.peers.nats import nats
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "deliveries/s ÷ the limit"
UNDER_WAY = 8

scenario = Scenario(
    "P3",
    "One room × 1000, eight messages under way",
    fan_out(
        [hubbub(room="general", members=1000), nats, limit],
        lambda generator, seconds: generator.closed(UNDER_WAY, seconds),
        connections=1000,
        rooms=1,
        figure=FIGURE,
        against=limit.name,
    ),
    [Bar(FIGURE, least=2)],
)
