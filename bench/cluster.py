"""Hubbub as several processes on one PostgreSQL and one Redis, each with the same share of a core."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.contenders import Contender
from bench.generator import Dialect, connected
from bench.machine import beside_the_generator
from bench.process import Cluster, Server
from bench.product import fresh_workspace
from bench.share import share_of_a_core
from tests.servers import running_postgres, running_redis

SHARE = 0.3
"""Share of a core for each server process. PostgreSQL, Redis and the generator have the other core, without a limit."""
NAMES = {1: "one process", 2: "two processes", 3: "three processes"}


def processes(count: int, *, connections: int, rooms: int) -> Contender:
    """Several server processes with their own databases. Members of each room, and senders, are spread over them."""

    @contextlib.contextmanager
    def start() -> Iterator[tuple[Server, Dialect]]:
        with contextlib.ExitStack() as stack:
            with beside_the_generator():
                postgres = stack.enter_context(running_postgres(durable=True))
                redis = stack.enter_context(running_redis())
            databases = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
            workspace = stack.enter_context(fresh_workspace(members=connections, databases=databases))
            cluster = Cluster([stack.enter_context(workspace.served()) for _ in range(count)])
            dialect = workspace.room_dialect("bench%r")
            with connected(cluster, dialect, connections=connections, rooms=rooms):
                pass  # everybody has joined their room before the share is limited
            for part in cluster.parts:
                stack.enter_context(share_of_a_core(SHARE, part.pid))
            yield cluster, dialect

    return Contender(
        NAMES[count],
        start,
        f"{SHARE:.0%} of a core for each process; PostgreSQL with fsync, Redis",
        people=connections,
    )
