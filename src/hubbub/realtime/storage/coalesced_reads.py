"""Coalesces reads: one query for all keys that are asked for at the same time.

A read costs a thread's wake-up and several queries, for one key as for fifty. So after a batch with several callers the
next batch waits for more of them; a single caller on an idle server waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from itertools import chain
from typing import Generic, TypeVar

from hubbub.errors import Unavailable
from hubbub.realtime.storage.readers import Readers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

COMPANY_TURNS = 20
"""Turns of the event loop that a batch waits for more callers. With a thousand arrivals a second these save a quarter
of the processor time of each; an idle loop takes them in less than a millisecond."""

COMPANY_SECONDS = 0.01
"""The longest that these turns may take, for a loop whose turns are long."""


class CoalescedReads(Generic[K, V]):
    """The keys that are asked for during a read go into the next one. An answer is never older than its question."""

    def __init__(self, read: Callable[[list[K]], dict[K, V]], readers: Readers) -> None:
        self._read, self._readers = read, readers
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._had_company = False

    async def get(self, key: K) -> V | None:
        """The key's value as it is after this call began; None if there is none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        await asyncio.sleep(0)  # include the keys that are asked for in this turn of the loop
        while self._waiting:
            if self._had_company:
                await _turns(COMPANY_TURNS, COMPANY_SECONDS)
            waiting, self._waiting = self._waiting, {}
            self._had_company = sum(map(len, waiting.values())) > 1
            try:
                found: dict[K, V] = await self._readers.run(self._read, list(waiting))
            except Exception as error:
                refused = [*waiting.values()]
                if isinstance(error, Unavailable):
                    # The database does not answer. A read for the keys that came since would take as long again.
                    refused += self._waiting.values()
                    self._waiting = {}
                for answer in _still_awaited(chain(*refused)):
                    answer.set_exception(error)
            else:
                for key, answers in waiting.items():
                    for answer in _still_awaited(answers):
                        answer.set_result(found.get(key))
        self._task = None


async def _turns(most: int, seconds: float) -> None:
    """Let `most` turns of the event loop pass, or those that fit into so many seconds."""
    now = asyncio.get_running_loop().time
    end = now() + seconds
    for _ in range(most):
        await asyncio.sleep(0)
        if now() > end:
            return


def _still_awaited(answers: Iterable[asyncio.Future[V]]) -> list[asyncio.Future[V]]:
    """Without the futures whose callers are gone."""
    return [answer for answer in answers if not answer.done()]
