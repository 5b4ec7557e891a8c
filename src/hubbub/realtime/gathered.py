"""One read for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from hubbub.realtime.readers import Readers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """One read for all keys that are asked for while the read before is under way. Never an answer from before."""

    def __init__(self, read: Callable[[list[K]], dict[K, V]], readers: Readers) -> None:
        self._read, self._readers = read, readers
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """The key's value as it is after this call began; None if there is none."""
        loop = asyncio.get_running_loop()
        if key not in self._waiting:
            self._waiting[key] = loop.create_future()
        answer = self._waiting[key]
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await asyncio.shield(answer)

    async def _run(self) -> None:
        await asyncio.sleep(0)  # those who ask in this turn of the loop come along
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                found: dict[K, V] = await self._readers.run(self._read, list(waiting))
            except Exception as error:
                for answer in waiting.values():
                    answer.set_exception(error)
                    answer.exception()  # whoever asked may be gone
            else:
                for key, answer in waiting.items():
                    answer.set_result(found.get(key))
        self._task = None
