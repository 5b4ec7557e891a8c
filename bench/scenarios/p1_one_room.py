"""P1: one room with a thousand connections; the next message is sent when everybody has the last one."""

from __future__ import annotations

from bench.peers.limit import limit
from bench.peers.nats import nats
from bench.peers.socket_io import socket_io
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, fan_out

FIGURE = "deliveries/s ÷ Socket.IO"

scenario = Scenario(
    "P1",
    "One room × 1000, one message at a time",
    fan_out(
        [hubbub(room="general", members=1000), socket_io, nats, limit],
        lambda generator, seconds: generator.closed(1, seconds),
        connections=1000,
        rooms=1,
        figure=FIGURE,
        against=socket_io.name,
    ),
    [Bar(FIGURE, least=1.0)],
)
