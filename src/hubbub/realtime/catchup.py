"""What rooms and members have moved meanwhile: asked once for all who ask at the same time.

A thousand clients that come back at once miss the same messages of the same rooms. Most of it is in the feeds' rings;
what is not is read once for each room and seq, and looked at again once for everybody who waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from hubbub import queries
from hubbub.models import Member, Room
from hubbub.protocol.objects import Changes
from hubbub.publish import RoomFrame
from hubbub.realtime.feed import Feed
from hubbub.realtime.readers import Readers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

TRIES = 3
"""How often a range is read if the room runs ahead of the reading; after that the client pages it anew."""


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


class CatchUp:
    """Versions of members, heads of rooms, and what a room's listeners missed."""

    def __init__(self, readers: Readers) -> None:
        self._versions: Gathered[int, int] = Gathered(_versions, readers)
        self._heads: Gathered[int, int] = Gathered(_heads, readers)
        self._ranges: Gathered[tuple[int, int], Changes] = Gathered(_ranges, readers)

    async def version(self, member: int) -> int | None:
        return await self._versions.get(member)

    async def head(self, room: int) -> int | None:
        return await self._heads.get(room)

    async def changes(self, feed: Feed, seq: int) -> Changes:
        """Every state after `seq`, or `reset`. Whoever asks listens to the feed already: what comes next, they hear."""
        if (ringed := feed.since(seq)) is not None and seq <= feed.head:
            return _together(Changes(room=feed.room, seq=seq), ringed, feed.head)
        for _ in range(TRIES):
            found = await self._ranges.get((feed.room, seq))
            if found is None or found.reset:
                break
            if (rest := feed.since(found.seq)) is not None:
                return _together(found, rest, max(found.seq, feed.head))
        return Changes(room=feed.room, seq=feed.head, reset=True)


def _together(read: Changes, frames: Iterable[RoomFrame], head: int) -> Changes:
    messages = [*read.messages, *(frame.message for frame in frames)]
    return Changes.model_construct(room=read.room, seq=head, messages=messages, reset=None)


def _versions(members: list[int]) -> dict[int, int]:
    return dict(Member.objects.filter(pk__in=members).values_list("pk", "version"))


def _heads(rooms: list[int]) -> dict[int, int]:
    return dict(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))


def _ranges(wanted: list[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    heads = _heads([room for room, _ in wanted])
    return {(r, seq): queries.changes_since(r, seq, heads[r]) for r, seq in wanted if r in heads}
