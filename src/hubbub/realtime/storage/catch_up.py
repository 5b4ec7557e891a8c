"""What rooms and members have moved meanwhile: asked once for all who ask at the same time.

A thousand clients that come back at once miss the same messages of the same rooms. Most of it is in the feeds' rings;
what is not is read once for each room and seq, also for those who come a little later: the ring has what came since. It
is also encoded once, for as long as somebody's answer holds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from hubbub import queries
from hubbub.models import Member, Room, Workspace
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Changes, Message
from hubbub.protocol.replies import Snapshot
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.storage.coalesced_reads import CoalescedReads
from hubbub.realtime.storage.readers import Readers

RANGES = 32
"""Ranges of messages that are kept after they were read, each of at most RESUME_BYTES."""

TRIES = 3
"""How often a range is read if the room runs ahead of the reading; after that the client pages it anew."""


class CatchUp:
    """Versions of members, heads of rooms, and what a room's listeners missed."""

    def __init__(self, readers: Readers) -> None:
        self._versions: CoalescedReads[int, int] = CoalescedReads(_versions, readers)
        self._heads: CoalescedReads[int, int] = CoalescedReads(_heads, readers)
        self._ranges: CoalescedReads[tuple[int, int], Changes] = CoalescedReads(_ranges, readers)
        self._read: dict[tuple[int, int], asyncio.Future[Changes | None]] = {}
        self._states: CoalescedReads[queries.Asked, tuple[Member, Snapshot]] = CoalescedReads(
            queries.snapshots, readers
        )
        self._epoch: CoalescedReads[None, str] = CoalescedReads(_epoch, readers)
        self._ringed: WeakValueDictionary[tuple[int, int, int], Changes] = WeakValueDictionary()

    async def epoch(self) -> str | None:
        return await self._epoch.get(None)

    async def state(self, asked: queries.Asked) -> tuple[Member, Snapshot] | None:
        """A member as they were, and their snapshot just after; None if there is no such member."""
        return await self._states.get(asked)

    def forget(self) -> None:
        """The history is another one: what was read for others is of no use any more."""
        self._read.clear()
        self._ringed.clear()

    async def version(self, member: int) -> int | None:
        return await self._versions.get(member)

    async def head(self, room: int) -> int | None:
        return await self._heads.get(room)

    async def changes(self, feed: Feed, seq: int) -> Changes:
        """Every state after `seq`, or `reset`. Whoever asks listens to the feed already: what comes next, they hear."""
        if (ringed := self.at_hand(feed, seq)) is not None:
            return ringed
        for _ in range(TRIES):
            found = await self._range(feed.room, seq)
            if found is None or found.reset:
                break
            if (rest := feed.since(found.seq)) is not None:
                if not rest:
                    return found
                came_since = (frame.message for frame in rest)
                return _changes(feed.room, [*found.messages, *came_since], max(found.seq, feed.head))
            self._read.pop((feed.room, seq), None)  # too old: the ring has moved on
        return Changes(room=feed.room, seq=feed.head, reset=True)

    async def _range(self, room: int, seq: int) -> Changes | None:
        """What a room's listeners missed, as of some moment that may be past."""
        reading = self._read.get((room, seq))
        if reading is None:
            reading = self._read[room, seq] = asyncio.ensure_future(self._ranges.get((room, seq)))
            if len(self._read) > RANGES:
                del self._read[next(iter(self._read))]
        try:
            return await asyncio.shield(reading)
        except Exception:
            self._read.pop((room, seq), None)
            raise

    def at_hand(self, feed: Feed, seq: int) -> Changes | None:
        """Every state after `seq` if the feed's ring has them all."""
        asked = (feed.room, seq, feed.head)
        found = self._ringed.get(asked)
        if found is None and seq <= feed.head and (frames := feed.since(seq)) is not None:
            found = self._ringed[asked] = _changes(feed.room, (f.message for f in frames), feed.head)
        return found


def _changes(room: int, states: Iterable[Message], head: int) -> Changes:
    """The last state of each message, in order, as a query would find them: what was deleted is not told any more."""
    last: dict[UUID, Message] = {}
    for state in states:
        last.pop(state.id, None)
        last[state.id] = state
    return Changes.model_construct(room=room, seq=head, messages=EncodedOnce(last.values()))


def _versions(members: list[int]) -> dict[int, int]:
    return dict(Member.objects.filter(pk__in=members).values_list("pk", "version"))


def _heads(rooms: list[int]) -> dict[int, int]:
    return dict(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))


def _ranges(wanted: list[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    heads = _heads([room for room, _ in wanted])
    return {(r, seq): queries.changes_since(r, seq, heads[r]) for r, seq in wanted if r in heads}


def _epoch(_: list[None]) -> dict[None, str]:
    return {None: Workspace.objects.with_history().history}
