"""The one crossing from async to threads for what only reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection, connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
"""Reads at once in one process, each on a database connection of its own; PostgreSQL sees at most one more."""


class Readers:
    """`await readers.run(query, …)`: a synchronous query in a thread, its errors raised here."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hubbub-reader")

    async def run(self, query: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: _clean(query, *args, **kwargs))

    def stop(self) -> None:
        for _ in range(THREADS):
            self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=True)


def _clean(query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """After an error the connection may be dead: the next query opens a new one."""
    try:
        return query(*args, **kwargs)
    finally:
        if connection.errors_occurred:
            connection.close()
