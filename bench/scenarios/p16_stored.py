"""P16: twenty rooms of two, one message under way in each, compared with a server that stores every message too."""

from __future__ import annotations

from bench.peers.matrix import synapse, synapse_on_postgres
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "messages/s ÷ Synapse on PostgreSQL"

scenario = Scenario(
    "P16",
    "20 rooms × 2, stored messages",
    fan_out(
        [hubbub(room="bench%r", members=40), synapse, synapse_on_postgres],
        lambda generator, seconds: generator.closed(1, seconds),
        connections=40,
        rooms=20,
        figure=FIGURE,
        against=synapse_on_postgres.name,
    ),
    [Bar(FIGURE, least=1)],
)
