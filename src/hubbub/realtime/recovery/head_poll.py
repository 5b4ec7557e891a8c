"""Detects lost bus messages by comparing heads and versions with the database, and a database that has gone back.

A database goes back when a replica that lagged takes over, or a backup is restored. Then clients have messages that the
database does not. The poll notices it by a head or version that has decreased, and begins a new epoch: all clients
start over (contract G7, G13).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from hubbub import actions
from hubbub.models import Member, Room, Workspace
from hubbub.models.workspace import epoch_of
from hubbub.publish import DIRECTORY, member_topic, record_heads, room_topic, workspace_named
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.recovery.repair import Repair
from hubbub.realtime.storage.readers import Readers, batches

log = logging.getLogger("hubbub")

POLL_SECONDS = 5.0
"""Between two comparisons of everything while the bus works: a lost message is detected by then."""

POLL_SECONDS_WITHOUT_BUS = 1.0
"""Between two comparisons of what a server of the bus carries that is down."""

CHUNK = 500
"""Rooms or members in one query."""


class HeadPoll:
    """Compares in intervals, and at once after `now`. Gaps go to `repair`."""

    def __init__(self, hub: Hub, readers: Readers, repair: Repair) -> None:
        self._hub, self._readers, self._repair = hub, readers, repair
        self._wake = asyncio.Event()
        self._history: str | None = None
        self.on_new_epoch: Callable[[], None] = lambda: None
        """Called when the database has another history, before all clients are disconnected."""
        self.bus_is_up: Callable[[], bool] = lambda: True
        self.bus_carries: Callable[[str], bool] = lambda topic: True
        """Whether commits of other processes about a topic arrive over the bus."""

    def now(self) -> None:
        """Compare at once: another process has written, or the bus may have lost something."""
        self._wake.set()

    async def run_forever(self) -> None:
        loop = asyncio.get_running_loop()
        all_due = loop.time() + POLL_SECONDS
        while True:
            pause = all_due - loop.time()
            if not self.bus_is_up():
                pause = min(pause, POLL_SECONDS_WITHOUT_BUS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            everything = self._wake.is_set() or loop.time() >= all_due
            self._wake.clear()
            if everything:
                all_due = loop.time() + POLL_SECONDS
            try:
                await self._poll(lambda topic: everything or not self.bus_carries(topic))  # noqa: B023
            except Exception as error:
                log.warning("Heads could not be compared: %s", error)
                # After an outage the database may have another history, such as that of a replica that lagged.
                all_due = loop.time() + POLL_SECONDS_WITHOUT_BUS

    async def follows(self, history: str) -> bool:
        """Whether the feeds here belong to this history. If not, one of both is out of date; this finds out which."""
        if self._history is None:
            self._history = history
        if history == self._history:
            return True
        await self._compare_workspace()
        return False

    async def _poll(self, wanted: Callable[[str], bool]) -> None:
        if await self._compare_workspace():
            return
        for rooms in batches([room for room in self._hub.feeds if wanted(room_topic(room))], CHUNK):
            if not await self._compare_rooms(rooms):
                return
        connected = self._hub.connections.of_member
        for members in batches([m for m in connected if wanted(member_topic(m))], CHUNK):
            if not await self._compare_members(members):
                return

    async def _compare_rooms(self, rooms: list[int]) -> bool:
        """False if the database has gone back, and all clients start over."""
        sent = {room: self._hub.feeds[room].head for room in rooms if room in self._hub.feeds}
        for room, seq in await self._readers.run(_heads, rooms):
            feed = self._hub.feeds.get(room)
            if feed is not None and (seq < sent.get(room, 0) or feed.forked):
                await self._begin_epoch(f"Room {room} has gone back.")
                return False
            if feed is not None and seq > feed.head:
                self._repair.soon(feed)
            if feed is not None and not feed.has_room_state:
                self._repair.notices.room_soon(feed)
        return True

    async def _compare_members(self, members: list[int]) -> bool:
        """False if the database has gone back, and all clients start over."""
        notices = self._hub.notices
        sent = notices.versions(members)
        for member, version in await self._readers.run(_versions, list(sent)):
            if version < sent[member]:
                await self._begin_epoch(f"Member {member} has gone back.")
                return False
            if version > sent[member] or notices.needs_read(member):
                self._repair.notices.member_soon(member)
        return True

    async def _compare_workspace(self) -> bool:
        """Compare history, directory and workspace. True if all clients start over."""
        notices = self._hub.notices
        directory = notices.directory.whole if notices.directory else None
        version = notices.workspace
        workspace = await self._readers.run(Workspace.objects.with_history)
        record_heads([(DIRECTORY, workspace.directory)])
        known, self._history = self._history, workspace.history
        if known is not None and known != workspace.history:
            self._start_over("It has another epoch.")
            return True
        if workspace.directory < (directory or 0) or workspace.version < (version or 0):
            await self._begin_epoch("The workspace has gone back.")
            return True
        if directory is not None and workspace.directory > directory:
            self._repair.notices.directory_soon()
        if version is not None and workspace.version > version:
            notices.receive(workspace_named(workspace.name, workspace.version))
        return False

    async def _begin_epoch(self, why: str) -> None:
        """The database lacks changes that it had committed: no client may resume from them."""
        known = self._history and epoch_of(self._history)
        await self._readers.run(actions.begin_epoch, after=known)
        self._history = (await self._readers.run(Workspace.objects.with_history)).history
        self._start_over(why)

    def _start_over(self, why: str) -> None:
        log.warning("The database has another history. %s All clients start over.", why)
        self.on_new_epoch()
        self._hub.disconnect_all()


def _heads(rooms: Iterable[int]) -> list[tuple[int, int]]:
    heads = list(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))
    record_heads(heads)  # another process may have committed them, and records none here
    return heads


def _versions(members: Iterable[int]) -> list[tuple[int, int]]:
    return list(Member.objects.filter(pk__in=members).values_list("pk", "version"))
