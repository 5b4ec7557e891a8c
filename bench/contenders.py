"""A contender: a server, and how its clients talk."""

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
    """`start` starts the server and returns how its clients talk. `note`: tasks of Hubbub that it does not do.

    `connect` makes the clients: those of load.c, unless the server does not use WebSocket.
    """

    name: str
    start: Start
    note: str = ""
    connect: Connect = connected
    people: int | None = None
    """Number of connections, if it differs from the scenario's."""

    @contextlib.contextmanager
    def ready(self, *, connections: int, rooms: int) -> Iterator[tuple[Server, Generator]]:
        """The server, with this number of connections that are ready to send."""
        with (
            self.start() as (server, dialect),
            self.connect(server, dialect, connections=connections, rooms=rooms) as generator,
        ):
            yield server, generator
