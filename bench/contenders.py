"""Who is measured: a server, and how to talk to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.generator import Dialect, Generator, connected
from bench.process import Server

Start = Callable[[], AbstractContextManager[tuple[Server, Dialect]]]
Connect = Callable[..., AbstractContextManager[Generator]]


@dataclass(frozen=True)
class Contender:
    """`start` brings the server up and says how its clients talk. `note`: what it does not do that Hubbub does.

    `connect` makes the clients: those of load.c, unless the server is not spoken to over WebSocket.
    """

    name: str
    start: Start
    note: str = ""
    connect: Connect = connected
    people: int | None = None
    """Connections, where it has a number of its own."""

    @contextlib.contextmanager
    def ready(self, *, connections: int, rooms: int) -> Iterator[tuple[Server, Generator]]:
        """The server, with so many connections that are ready to speak."""
        with (
            self.start() as (server, dialect),
            self.connect(server, dialect, connections=connections, rooms=rooms) as generator,
        ):
            yield server, generator
