"""The one crossing from async to threads for what only reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection, connections

from hubbub.errors import Unavailable
from hubbub.retry import retry

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
"""Reads at once in one process, each on a database connection of its own; PostgreSQL sees at most one more."""

STUCK_SECONDS = 1.5
"""If reads are under way and none has ended for so long, the database does not answer: nobody waits any longer. A long
queue is no reason: while it moves, whoever stands in it is served."""

WATCH_SECONDS = 0.25


class Readers:
    """`await readers.run(query, …)`: a synchronous query in a thread, its errors raised here."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hubbub-reader")
        self._waiting: set[asyncio.Future[None]] = set()
        self._moved = 0.0

    async def run(self, query: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The query's result. Raises Unavailable if the database does not answer any query."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._moved = loop.time()
        reading = loop.run_in_executor(self._pool, partial(_clean, query, *args, **kwargs))
        ended: asyncio.Future[None] = loop.create_future()
        reading.add_done_callback(lambda _: self._end(ended))
        self._waiting.add(ended)
        try:
            await ended
        finally:
            self._waiting.discard(ended)
        if not reading.done():
            reading.cancel()  # if it has not begun it never will
            raise Unavailable("The database does not answer. Try again shortly.")
        return reading.result()

    async def keep(self) -> None:
        """Watch whether reads come to an end, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._waiting and loop.time() - self._moved > STUCK_SECONDS:
                for ended in list(self._waiting):
                    if not ended.done():
                        ended.set_result(None)

    def stop(self) -> None:
        for _ in range(THREADS):
            self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=True)

    def _end(self, ended: asyncio.Future[None]) -> None:
        self._moved = ended.get_loop().time()
        if not ended.done():
            ended.set_result(None)


def _clean(query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A query whose connection was lost is asked again. After any other error, too, the next one opens another."""
    try:
        return retry(partial(query, *args, **kwargs))
    finally:
        if connection.errors_occurred:
            connection.close()
