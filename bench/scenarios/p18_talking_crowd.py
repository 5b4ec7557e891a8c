"""P18: a room of ten thousand with more messages than single writes can deliver: does the latency grow?"""

from __future__ import annotations

from bench.peers.nats import nats
from bench.peers.socket_io import socket_io
from bench.product import hubbub
from bench.scenarios.scenario import Bar, Scenario, at_a_rate

FIGURE = "p99, ms"

scenario = Scenario(
    "P18",
    "20 messages/s to 10 000 in one room",
    at_a_rate([hubbub(room="general", members=1000), socket_io, nats], 20, connections=10_000, figure=FIGURE),
    [Bar(FIGURE, most=1000)],
)
