"""Runs database reads in threads, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import ParamSpec, TypeVar

from django.db import connection, connections

from hubbub import database_deadlines
from hubbub.errors import Unavailable
from hubbub.retry import retry

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
"""Reads at once in one process, each on its own database connection. The writer has one more."""


class Readers:
    """`await readers.run(query, …)` runs a synchronous query in a thread and raises its errors here."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hubbub-reader")
        self._waiting: set[asyncio.Future[None]] = set()
        self._progress_at = 0.0

    async def run(self, query: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The query's result. Raises Unavailable if no query ends within READERS_SECONDS."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._progress_at = loop.time()
        reading = loop.run_in_executor(self._pool, partial(_run, query, *args, **kwargs))
        ended: asyncio.Future[None] = loop.create_future()
        reading.add_done_callback(lambda _: self._end(ended))
        self._waiting.add(ended)
        try:
            await ended
        finally:
            self._waiting.discard(ended)
        if not reading.done():
            reading.cancel()  # if it has not begun, it never runs
            raise Unavailable("The database does not answer. Try again shortly.")
        return reading.result()

    async def run_forever(self) -> None:
        """Refuse all waiting reads when none has ended for READERS_SECONDS."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(database_deadlines.CHECK_SECONDS)
            quiet = loop.time() - self._progress_at
            if self._waiting and quiet > database_deadlines.READERS_SECONDS:
                for ended in list(self._waiting):
                    if not ended.done():
                        ended.set_result(None)

    def stop(self) -> None:
        for _ in range(THREADS):
            self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=True)

    def _end(self, ended: asyncio.Future[None]) -> None:
        self._progress_at = ended.get_loop().time()
        if not ended.done():
            ended.set_result(None)


def _run(query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Retry a query whose connection was lost. After any error the next query opens a new connection."""
    try:
        return retry(partial(query, *args, **kwargs))
    finally:
        if connection.errors_occurred:
            connection.close()


def batches(items: list[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`, for reads that must stay short."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
