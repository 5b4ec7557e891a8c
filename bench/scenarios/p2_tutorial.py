"""P2: the same as P1, compared with the Channels tutorial: on Daphne as its page recommends, uvicorn and Redis."""

from __future__ import annotations

from bench.peers.channels_tutorial import on_daphne, on_uvicorn, on_uvicorn_with_redis
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "deliveries/s ÷ Channels tutorial on Daphne"

scenario = Scenario(
    "P2",
    "One room × 1000, beside the Channels tutorial",
    fan_out(
        [hubbub(room="general", members=1000), on_daphne, on_uvicorn, on_uvicorn_with_redis],
        lambda generator, seconds: generator.closed(1, seconds),
        connections=1000,
        rooms=1,
        figure=FIGURE,
        against=on_daphne.name,
    ),
    [Bar(FIGURE, least=30)],
)
