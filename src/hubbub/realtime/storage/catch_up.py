"""Reads the changes that reconnecting clients have missed, once for all that ask at the same time.

A thousand clients that reconnect at once miss the same messages of the same rooms. Most of these are in the feeds'
rings. The others are read once for each room and seq, and also used for clients that ask a little later: the ring has
the changes since then. They are also encoded once, for as long as an answer holds them.
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
"""How many ranges of messages are cached, each of at most RESUME_BYTES."""

TRIES = 3
"""How often a range is read while the ring moves past it; after that the answer is `reset`, and the client pages."""


class CatchUp:
    """Versions of members, heads of rooms, snapshots, and the messages after a seq."""

    def __init__(self, readers: Readers) -> None:
        self._versions: CoalescedReads[int, int] = CoalescedReads(_versions, readers)
        self._heads: CoalescedReads[int, int] = CoalescedReads(_heads, readers)
        self._ranges: CoalescedReads[tuple[int, int], Changes] = CoalescedReads(_ranges, readers)
        self._read: dict[tuple[int, int], asyncio.Future[Changes | None]] = {}
        self._states: CoalescedReads[queries.SnapshotRequest, tuple[Member, Snapshot]] = CoalescedReads(
            queries.snapshots, readers
        )
        self._epoch: CoalescedReads[None, str] = CoalescedReads(_epoch, readers)
        self._from_ring: WeakValueDictionary[tuple[int, int, int], Changes] = WeakValueDictionary()

    async def epoch(self) -> str | None:
        return await self._epoch.get(None)

    async def state(self, asked: queries.SnapshotRequest) -> tuple[Member, Snapshot] | None:
        """A member as they were, and their snapshot just after; None if there is no such member."""
        return await self._states.get(asked)

    def forget(self) -> None:
        """The database has another history: drop the cache."""
        self._read.clear()
        self._from_ring.clear()

    async def version(self, member: int) -> int | None:
        return await self._versions.get(member)

    async def head(self, room: int) -> int | None:
        return await self._heads.get(room)

    async def changes(self, feed: Feed, seq: int) -> Changes:
        """Every state after `seq`, or `reset`. The caller is attached to the feed already, so it gets what follows."""
        if (from_ring := self.at_hand(feed, seq)) is not None:
            return from_ring
        for _ in range(TRIES):
            found = await self._range(feed.room, seq)
            if found is None or found.reset:
                break
            if (rest := feed.since(found.seq)) is not None:
                if not rest:
                    return found
                newer = (frame.message for frame in rest)
                return _changes(feed.room, [*found.messages, *newer], max(found.seq, feed.head))
            self._read.pop((feed.room, seq), None)  # too old: the ring no longer reaches back to it
        return Changes(room=feed.room, seq=feed.head, reset=True)

    async def _range(self, room: int, seq: int) -> Changes | None:
        """The states after `seq` as of a moment that may be past."""
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
        found = self._from_ring.get(asked)
        if found is None and seq <= feed.head and (frames := feed.since(seq)) is not None:
            found = self._from_ring[asked] = _changes(feed.room, (f.message for f in frames), feed.head)
        return found


def _changes(room: int, states: Iterable[Message], head: int) -> Changes:
    """The last state of each message, in order, as a query would find them."""
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
