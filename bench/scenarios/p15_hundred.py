"""P15: one room with a hundred connections, the most with which ejabberd, and Daphne with Redis, start."""

from __future__ import annotations

from bench.peers.channels_tutorial import on_daphne_with_redis, on_uvicorn_with_pubsub
from bench.peers.ejabberd import ejabberd
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "deliveries/s ÷ ejabberd"

scenario = Scenario(
    "P15",
    "One room × 100, beside an XMPP server",
    fan_out(
        [hubbub(room="general", members=100), ejabberd, on_uvicorn_with_pubsub, on_daphne_with_redis],
        lambda generator, seconds: generator.closed(1, seconds),
        connections=100,
        rooms=1,
        figure=FIGURE,
        against=ejabberd.name,
    ),
    [Bar(FIGURE, least=1)],
)
