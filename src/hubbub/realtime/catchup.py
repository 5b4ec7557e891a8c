"""What rooms and members have moved meanwhile: asked once for all who ask at the same time.

A thousand clients that come back at once miss the same messages of the same rooms. Most of it is in the feeds' rings;
what is not is read once for each room and seq, and looked at again once for everybody who waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hubbub import queries
from hubbub.models import Member, Room, Workspace
from hubbub.protocol.objects import Changes
from hubbub.protocol.replies import Snapshot
from hubbub.publish import RoomFrame
from hubbub.realtime.feed import Feed
from hubbub.realtime.gathered import Gathered
from hubbub.realtime.readers import Readers

TRIES = 3
"""How often a range is read if the room runs ahead of the reading; after that the client pages it anew."""


class CatchUp:
    """Versions of members, heads of rooms, and what a room's listeners missed."""

    def __init__(self, readers: Readers) -> None:
        self._versions: Gathered[int, int] = Gathered(_versions, readers)
        self._heads: Gathered[int, int] = Gathered(_heads, readers)
        self._ranges: Gathered[tuple[int, int], Changes] = Gathered(_ranges, readers)
        self._states: Gathered[queries.Asked, tuple[Member, Snapshot]] = Gathered(queries.snapshots, readers)
        self._epoch: Gathered[None, str] = Gathered(_epoch, readers)

    async def epoch(self) -> str | None:
        return await self._epoch.get(None)

    async def state(self, asked: queries.Asked) -> tuple[Member, Snapshot] | None:
        """A member as they were, and their snapshot just after; None if there is no such member."""
        return await self._states.get(asked)

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


def _epoch(_: list[None]) -> dict[None, str]:
    return {None: Workspace.objects.the_one().epoch}
