"""NATS over WebSocket, from Debian: a broker in Go that stores nothing. A room is a subject that all subscribe to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.contenders import Contender
from bench.generator import TEXT_BYTES, Dialect
from bench.machine import BUILT
from bench.peers.debian import unpacked
from bench.peers.settings import settings
from bench.process import Server, free_port, serving

PACKAGE = "nats-server"

DIALECT = Dialect(
    path="/",
    binary=True,
    script=(
        ("hear", "INFO "),
        ("say", 'CONNECT {"verbose":false,"pedantic":false}\r\nSUB r%r 1\r\nPING\r\n'),
        ("hear", "PONG"),
    ),
    message=f"PUB r%r {TEXT_BYTES}\r\n%m\r\n",
    answer=("PING\r\n", "PONG\r\n"),
)


@contextlib.contextmanager
def _start() -> Iterator[tuple[Server, Dialect]]:
    port = free_port()
    with settings("nats/nats.conf", port=port) as file:
        command = [unpacked(PACKAGE) / "usr/sbin/nats-server", "-c", file]
        with serving(command, port=port, log=BUILT / "nats.log") as server:
            yield server, DIALECT


nats = Contender("NATS", _start, "a broker: no sign-in, no policy, nothing stored")
