"""Reads the content of missing notices from the database: a room's state, a member's private changes, the directory.

Most late notices arrive within LATE_NOTICE_SECONDS; then nothing is read. The content is applied like a notice, with
the same versions: connections that have it already get nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from hubbub import queries
from hubbub.models import Member, Room, Workspace
from hubbub.publish import DirectoryNotice, RoomNotice, member_changed, room_changed
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.versions import Versions
from hubbub.realtime.storage.readers import Readers

log = logging.getLogger("hubbub")

LATE_NOTICE_SECONDS = 0.02
"""Two threads that commit at once may report in reverse order, and a frame may arrive before its notice."""

MEMBERS_AT_ONCE = 200
"""Changed members that are sent one by one. If more are missing, every client asks for what it does not have."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class RepairNotices:
    """One read at a time for each room and member, and for the directory."""

    def __init__(self, hub: Hub, readers: Readers, spawn: Spawn) -> None:
        self._hub, self._readers, self._spawn = hub, readers, spawn
        self._under_way: set[Any] = set()
        self.recheck: Callable[[int], None] = lambda member: None
        """Check whether a member's logins are valid: the missing notice may be that they have ended."""

    def room_soon(self, feed: Feed) -> None:
        """A room has changed, and its new state has not arrived."""
        self._soon(feed, lambda: self._read_room(feed))

    def member_soon(self, member: int) -> None:
        """A private change of this member is missing."""
        self._soon(member, lambda: self._read_member(member))

    def directory_soon(self) -> None:
        """Changes of members are missing."""
        self._soon("directory", self._read_directory)

    def _soon(self, key: Any, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if key not in self._under_way:
            self._under_way.add(key)
            self._spawn(self._run(key, work))

    async def _run(self, key: Any, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """The poll finds again whatever fails here."""
        try:
            await asyncio.sleep(LATE_NOTICE_SECONDS)
            await work()
        except Exception as error:
            log.warning("The content of a lost notice could not be read yet: %s", error)
        finally:
            self._under_way.discard(key)

    async def _read_room(self, feed: Feed) -> None:
        if feed.has_room_state or self._hub.feeds.get(feed.room) is not feed:
            return
        if notice := await self._readers.run(_room, feed.room):
            feed.receive_room_state(notice.version, notice.data)

    async def _read_member(self, member: int) -> None:
        """Detach the rooms that the member has lost, and let their clients ask for their state."""
        while connections := [
            c for c in self._hub.connections.of_member.get(member, ()) if c.known is not None
        ]:
            newest = max(c.known.newest for c in connections if c.known)
            found = await self._readers.run(_member, member)
            version, rooms = found or (newest, set())
            await asyncio.sleep(LATE_NOTICE_SECONDS)
            behind = [c for c in connections if c.known and (c.known.has_gap or c.known.whole < version)]
            if not behind:
                return
            if any(c.known and c.known.newest > max(newest, version) for c in connections):
                continue  # they received a change in the meantime that this read may not contain
            for connection in behind:
                connection.known = Versions(version)  # nothing beyond: the read contains all that was sent
                for lost in connection.rooms - rooms:
                    self._hub.subscriptions.evict(connection, lost)
            self._hub.notices.refresh(behind)
            self.recheck(member)
            return

    async def _read_directory(self) -> None:
        while (known := self._hub.notices.directory) is not None:
            newest = known.newest
            count, changed = await self._readers.run(_directory, known.whole)
            if len(changed) > MEMBERS_AT_ONCE:
                self._hub.notices.refresh(list(self._hub.connections))
            else:
                for notice in changed:
                    self._hub.notices.receive(notice)
            if newest > count:  # from an earlier history: the read came after it
                self._hub.notices.directory = Versions(count)
            known.learn(count)
            if not known.has_gap:
                return


def _room(room: int) -> RoomNotice | None:
    found = Room.objects.filter(pk=room).first()
    return room_changed(found.as_object()) if found else None


def _member(member: int) -> tuple[int, set[int]] | None:
    """The member's version, and their rooms read just after; None if there is no such member."""
    person = Member.objects.filter(pk=member).first()
    return (person.version, set(queries.room_ids(person))) if person else None


def _directory(since: int) -> tuple[int, list[DirectoryNotice]]:
    """The directory's count, and the members that changed after `since`: at most MEMBERS_AT_ONCE and one more."""
    count = Workspace.objects.the_one().directory
    changed = Member.objects.filter(changed__gt=since).order_by("changed")[: MEMBERS_AT_ONCE + 1]
    return count, [member_changed(member.as_object()) for member in changed]
