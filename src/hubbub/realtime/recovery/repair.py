"""Detects and repairs lost bus messages by comparing heads and versions with the database (contract G7, G13).

The database itself may go back: to a replica that lagged, to a backup. Then nothing that follows fits what clients have
been told. Repair notices it by a head or a version that has fallen, and begins a new epoch: all clients start again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from hubbub import actions
from hubbub.message_states import states_of
from hubbub.models import Member, Membership, Message, Room, Workspace
from hubbub.models.workspace import epoch_of
from hubbub.protocol import limits
from hubbub.publish import DIRECTORY, RoomFrame, frame_of, record_heads, workspace_named
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.recovery.repair_notices import PATIENCE_SECONDS, RepairNotices
from hubbub.realtime.storage.readers import Readers

log = logging.getLogger("hubbub")

POLL_SECONDS = 5.0
"""Between two comparisons of all heads while the bus is well; a lost frame is noticed by then."""

POLL_SECONDS_WITHOUT_BUS = 1.0
"""Between two comparisons of what goes through a part of the bus that is down."""

CHUNK = 500
T = TypeVar("T")


class Repair:
    """Range reads for feeds with a jump, and the poll of heads and versions."""

    def __init__(
        self, hub: Hub, readers: Readers, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._hub, self._readers, self._spawn = hub, readers, spawn
        self.notices = RepairNotices(hub, readers, spawn)
        self._wake = asyncio.Event()
        self._history: str | None = None
        self.forget: Callable[[], None] = lambda: None
        """Called when the history is another one, before everybody starts again."""
        self.bus_is_well: Callable[[], bool] = lambda: True
        self.is_carried: Callable[[str], bool] = lambda topic: True
        """Whether the bus brings what happens to a topic in other processes."""
        self.bus_has_settled: Callable[[], Awaitable[None]] = _at_once

    def soon(self, feed: Feed) -> None:
        """Read what a feed misses. One read at a time for each feed."""
        feed.jumps += 1
        if not feed.repairing:
            feed.repairing = True
            self._spawn(self._repair(feed))

    def now(self) -> None:
        """Compare heads at once: somebody else has written, or the bus has come back."""
        self._wake.set()

    async def keep(self) -> None:
        """Poll for ever."""
        loop = asyncio.get_running_loop()
        all_due = loop.time() + POLL_SECONDS
        while True:
            pause = all_due - loop.time()
            if not self.bus_is_well():
                pause = min(pause, POLL_SECONDS_WITHOUT_BUS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            everything = self._wake.is_set() or loop.time() >= all_due
            self._wake.clear()
            if everything:
                all_due = loop.time() + POLL_SECONDS
            try:
                await self._poll(lambda topic: everything or not self.is_carried(topic))  # noqa: B023
            except Exception as error:
                log.warning("Heads could not be compared: %s", error)
                # A database that is away may come back as another one, such as a replica that lagged.
                all_due = loop.time() + POLL_SECONDS_WITHOUT_BUS

    async def _poll(self, wanted: Callable[[str], bool]) -> None:
        if await self._compare_workspace():
            return
        for rooms in chunks([room for room in self._hub.feeds if wanted(f"room.{room}")], CHUNK):
            told = {room: self._hub.feeds[room].head for room in rooms if room in self._hub.feeds}
            for room, seq in await self._readers.run(_heads, rooms):
                feed = self._hub.feeds.get(room)
                if feed is not None and (seq < told.get(room, 0) or feed.forked):
                    await self._begin_epoch(f"Room {room} has gone back.")
                    return
                if feed is not None and seq > feed.head:
                    self.soon(feed)
                if feed is not None and not feed.is_described:
                    self.notices.describe_soon(feed)
        for members in chunks([m for m in self._hub.of_member if wanted(f"member.{m}")], CHUNK):
            told = self._hub.notices.versions(members)
            for member, version in await self._readers.run(_versions, list(told)):
                if version < told[member]:
                    await self._begin_epoch(f"Member {member} has gone back.")
                    return
                if version > told[member] or self._hub.notices.doubts(member):
                    self.notices.member_soon(member)

    async def _compare_workspace(self) -> bool:
        """Compare history, directory and name. True if everybody starts again."""
        notices = self._hub.notices
        directory = notices.directory.whole if notices.directory else None
        name = notices.workspace
        workspace = await self._readers.run(Workspace.objects.with_history)
        record_heads([(DIRECTORY, workspace.directory)])
        known, self._history = self._history, workspace.history
        if known is not None and known != workspace.history:
            self._start_anew("It has another epoch.")
            return True
        if workspace.directory < (directory or 0) or workspace.version < (name or 0):
            await self._begin_epoch("The workspace has gone back.")
            return True
        if directory is not None and workspace.directory > directory:
            self.notices.directory_soon()
        if name is not None and workspace.version > name:
            notices.receive(workspace_named(workspace.name, workspace.version))
        return False

    async def follows(self, history: str) -> bool:
        """Whether the feeds here are of this history. If not, one of both is out of date, and this looks which."""
        if self._history is None:
            self._history = history
        if history == self._history:
            return True
        await self._compare_workspace()
        return False

    async def _begin_epoch(self, why: str) -> None:
        """The database says less than it had committed: nobody may resume what it has forgotten."""
        known = self._history and epoch_of(self._history)
        await self._readers.run(actions.begin_epoch, after=known)
        self._history = (await self._readers.run(Workspace.objects.with_history)).history
        self._start_anew(why)

    def _start_anew(self, why: str) -> None:
        log.warning("The database is not the one that it was. %s All clients start anew.", why)
        self.forget()
        self._hub.start_anew()

    async def _repair(self, feed: Feed) -> None:
        try:
            await asyncio.sleep(PATIENCE_SECONDS)
            await self.bus_has_settled()  # a new feed hears of all that this read does not see
            jumps, early = feed.jumps, feed.early
            found = await self._readers.run(_missed, feed.room, feed.head)
            feed.repairing = False
            for frame in found.frames:  # what was posted while this was read is no longer new
                frame.new = frame.number > feed.last_number
            if found.members is not None:
                self._hub.keep_only(feed, found.members)
            feed.repaired(found.frames, found.head, found.last_number, whole=found.whole, early=early)
            if feed.jumps != jumps:  # another jump during the read, which may have come too early for it
                self.soon(feed)
        except Exception as error:
            feed.repairing = False
            log.warning("Room %s could not be repaired yet: %s", feed.room, error)


async def _at_once() -> None:
    pass


def chunks(items: list[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _heads(rooms: Iterable[int]) -> list[tuple[int, int]]:
    heads = list(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))
    record_heads(heads)  # another process may have committed them, and records none here
    return heads


def _versions(members: Iterable[int]) -> list[tuple[int, int]]:
    return list(Member.objects.filter(pk__in=members).values_list("pk", "version"))


class _Missed(NamedTuple):
    """States as a chain of frames, where the room stood before they were read, and whether these are all.

    If not: who belongs to the room, because a removal may be among what is left out (contract G9).
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
