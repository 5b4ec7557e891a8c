"""P4: five hundred rooms of two, one message under way in each: what does a message cost, not its fan-out?"""

from __future__ import annotations

from bench.peers.channels_tutorial import on_uvicorn, on_uvicorn_with_pubsub
from bench.peers.ejabberd import ejabberd
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "messages/s ÷ Channels tutorial on uvicorn"

scenario = Scenario(
    "P4",
    "500 rooms × 2, one message under way in each",
    fan_out(
        [hubbub(room="bench%r", members=1000), on_uvicorn, on_uvicorn_with_pubsub, ejabberd],
        lambda generator, seconds: generator.closed(1, seconds),
        connections=1000,
        rooms=500,
        figure=FIGURE,
        against=on_uvicorn.name,
    ),
    [Bar(FIGURE, least=8)],
)
