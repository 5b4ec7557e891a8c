"""One read for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from itertools import chain
from typing import Generic, TypeVar

from hubbub.errors import Unavailable
from hubbub.realtime.storage.readers import Readers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class CoalescedReads(Generic[K, V]):
    """One read for all keys that are asked for while the read before is under way. Never an answer from before."""

    def __init__(self, read: Callable[[list[K]], dict[K, V]], readers: Readers) -> None:
        self._read, self._readers = read, readers
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """The key's value as it is after this call began; None if there is none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        await asyncio.sleep(0)  # those who ask in this turn of the loop come along
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                found: dict[K, V] = await self._readers.run(self._read, list(waiting))
            except Exception as error:
                refused = [*waiting.values()]
                if isinstance(error, Unavailable):
                    # The database does not answer. A read for those who asked meanwhile would take as long again.
                    refused += self._waiting.values()
                    self._waiting = {}
                for answer in _still_awaited(chain(*refused)):
                    answer.set_exception(error)
            else:
                for key, answers in waiting.items():
                    for answer in _still_awaited(answers):
                        answer.set_result(found.get(key))
        self._task = None


def _still_awaited(answers: Iterable[asyncio.Future[V]]) -> list[asyncio.Future[V]]:
    """Whoever asked may be gone."""
    return [answer for answer in answers if not answer.done()]
