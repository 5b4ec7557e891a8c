"""Reads the frames that a room's feed misses from the database (contract G7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from hubbub.message_states import states_of
from hubbub.models import Membership, Message, Room
from hubbub.protocol import limits
from hubbub.publish import RoomFrame, frame_of
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.recovery.repair_notices import LATE_NOTICE_SECONDS, RepairNotices
from hubbub.realtime.storage.readers import Readers

log = logging.getLogger("hubbub")


class Repair:
    """One read at a time for each feed with a gap. `notices` does the same for missing notices."""

    def __init__(
        self, hub: Hub, readers: Readers, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._hub, self._readers, self._spawn = hub, readers, spawn
        self.notices = RepairNotices(hub, readers, spawn)
        self.bus_has_settled: Callable[[], Awaitable[None]] = _at_once
        """Waits until this process's subscriptions are in force."""

    def soon(self, feed: Feed) -> None:
        """Read what a feed misses."""
        feed.gaps += 1
        if not feed.repairing:
            feed.repairing = True
            self._spawn(self._repair(feed))

    async def _repair(self, feed: Feed) -> None:
        try:
            await asyncio.sleep(LATE_NOTICE_SECONDS)
            await self.bus_has_settled()  # then a new feed receives every commit that this read does not see
            gaps, early = feed.gaps, feed.early
            found = await self._readers.run(_missed, feed.room, feed.head)
            feed.repairing = False
            for frame in found.frames:  # what was posted while this was read is no longer new
                frame.new = frame.number > feed.last_number
            if found.members is not None:
                self._hub.subscriptions.keep_only(feed, found.members)
            feed.repaired(found.frames, found.head, found.last_number, whole=found.whole, early=early)
            if (
                feed.gaps != gaps
            ):  # another gap appeared during the read, which may have been too early for it
                self.soon(feed)
        except Exception as error:
            feed.repairing = False
            log.warning("Room %s could not be repaired yet: %s", feed.room, error)


async def _at_once() -> None:
    pass


class _Missed(NamedTuple):
    """States as a chain of frames, and the room's head before they were read.

    `members` if there were too many frames: the room's members, because a removal may be among the frames that are
    left out (contract G9).
    """

    frames: list[RoomFrame]
    head: int
    last_number: int
    members: set[int] | None = None

    @property
    def whole(self) -> bool:
        return self.members is None


def _missed(room: int, seq: int) -> _Missed:
    head, last_number = Room.objects.values_list("seq", "last_number").get(pk=room)
    messages = Message.objects.filter(room=room).select_related("author").changed_after(seq)
    found = list(messages[: limits.RESUME_MESSAGES + 1])
    if len(found) > limits.RESUME_MESSAGES:
        members = set(Membership.objects.filter(room=room).values_list("member", flat=True))
        return _Missed([], head, last_number, members)
    frames, before = [], seq
    for message, state in zip(found, states_of(found), strict=True):
        frames.append(frame_of(state, message.author.name, new=False, after=before))
        before = message.seq
    return _Missed(frames, max(head, before), last_number)
