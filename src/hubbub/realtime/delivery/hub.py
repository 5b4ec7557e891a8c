"""Topic → connections here. Hands them what was published; knows nothing of databases or other processes.

Frames go to their room's feed, notices to `notices`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hubbub.protocol.closing import Close
from hubbub.protocol.events import Lag
from hubbub.publish import Batch, DirectoryNotice, RoomFrame
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events
from hubbub.realtime.delivery.fanout import FanOut, Turns, Write
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.notices import Notices


class Hub:
    """The connections and feeds of this process."""

    def __init__(
        self,
        *,
        repair: Callable[[Feed], None],
        describe: Callable[[Feed], None],
        missed_of_member: Callable[[int], None],
        missed_of_directory: Callable[[], None],
        ask_guests: Callable[[DirectoryNotice], None],
        recheck: Callable[[int], None],
        turns: Turns,
    ) -> None:
        self.connections: set[Connection] = set()
        self.of_member: dict[int, set[Connection]] = {}
        self.of_login: dict[str, set[Connection]] = {}
        self.feeds: dict[int, Feed] = {}
        self.notices = Notices(
            self,
            ask_guests=ask_guests,
            recheck=recheck,
            missed_of_member=missed_of_member,
            missed_of_directory=missed_of_directory,
        )
        self._empty = asyncio.Event()
        self.on_listen: Callable[[str, bool], None] = lambda topic, yes: None
        self._repair, self._describe = repair, describe
        self._turns = turns
        self._out = FanOut(turns)

    def add(self, connection: Connection) -> None:
        member = connection.member.pk
        self.connections.add(connection)
        self._empty.clear()
        self.of_login.setdefault(connection.login.key, set()).add(connection)
        if member not in self.of_member:
            self.of_member[member] = set()
            self.on_listen(f"member.{member}", True)
        self.of_member[member].add(connection)

    def drop(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        if connection not in self.connections:
            return
        self.connections.discard(connection)
        for room in list(connection.rooms):
            self.detach(connection, room)
        member, login = connection.member.pk, connection.login.key
        self.of_login[login].discard(connection)
        if not self.of_login[login]:
            del self.of_login[login]
        self.of_member[member].discard(connection)
        if not self.of_member[member]:
            del self.of_member[member]
            self.on_listen(f"member.{member}", False)
        if not self.connections:
            self._empty.set()

    def start_anew(self) -> None:
        """Forget where rooms and members stand, and let everybody come back and say what they know."""
        for connection in list(self.connections):
            for room in list(connection.rooms):
                self.detach(connection, room)
            connection.close(Close.LOST_CONTINUITY, "The history is another one now. Come back and resume.")
        self.notices.forget()

    async def emptied(self) -> None:
        """Wait until nobody is connected."""
        if self.connections:
            await self._empty.wait()

    def attach(self, connection: Connection, room: int, head: int, last_number: int) -> Feed:
        """Let a connection hear a room. A feed that is new here starts at `head`.

        The caller looks whether something was committed since `head` was read (`subscribe`, `Repair`).
        """
        feed = self.feeds.get(room)
        if feed is None:
            feed = Feed(
                room,
                head,
                last_number,
                repair=self._repair,
                describe=self._describe,
                leave=self._leave,
                turns=self._turns,
            )
            self.feeds[room] = feed
            self.on_listen(f"room.{room}", True)
        seq = feed.head if head == feed.head else head  # one number object, however many know it
        feed.audience.add(connection, seq)
        connection.rooms.add(room)
        return feed

    def detach(self, connection: Connection, room: int) -> None:
        connection.rooms.discard(room)
        feed = self.feeds.get(room)
        if feed is not None:
            feed.audience.discard(connection)
            if not len(feed.audience):
                del self.feeds[room]
                self.on_listen(f"room.{room}", False)

    def receive(self, batch: Batch) -> None:
        """What a transaction published, here or in another process."""
        by_room: dict[int, list[RoomFrame]] = {}
        for frame in batch.frames:
            by_room.setdefault(frame.room, []).append(frame)
        for room, frames in by_room.items():
            if feed := self.feeds.get(room):
                feed.receive(frames)
        for notice in batch.notices:
            self.notices.receive(notice)

    def everyone(self, parcel: EncodedEvents, *, guests: bool = True) -> None:
        """An event for all who speak JSON events, or for all but the guests."""

        def write(some: Sequence[Connection]) -> None:
            for connection in some:
                if (
                    connection.hears
                    and connection.dialect is as_events
                    and (guests or not connection.is_guest)
                ):
                    connection.push(parcel)

        self.each(write)

    def each(self, write: Write) -> None:
        """Call `write` with all connections, so many at a time."""
        self._out.each(tuple(self.connections), write)

    def attach_live(self, connection: Connection, room: int, seq: int) -> bool:
        """A connection that is up hears a new room. The event before this told it everything up to `seq`.

        False if it was told so late that the room cannot be handed to it from here: the room has moved on too far, or
        the member was removed since. Then the database says whether they belong to it (it fails closed).
        """
        feed = self.feeds.get(room)
        if feed is None:
            self._repair(self.attach(connection, room, seq, 0))
            return True
        missed = feed.since(seq)
        if missed is None or any(frame.leaves == connection.member.pk for frame in missed):
            return False
        self.attach_at(connection, room, seq, 0)
        return True

    def attach_at(self, connection: Connection, room: int, seq: int, last_number: int) -> None:
        """Attach a connection that knows everything up to `seq`, and hand it what the feed is ahead of that."""
        feed = self.attach(connection, room, seq, last_number)
        missed = feed.since(seq)
        if missed is None:
            connection.push(EncodedEvents([Lag(room=room, head=feed.head).encode()]))
        elif missed:
            connection.push(connection.dialect(missed, last_number))
        if connection.dialect is as_events:
            feed.describe_to(connection, seq)

    def _leave(self, feed: Feed, member: int, seq: int) -> None:
        """The member has just been delivered the message that ends their membership: nothing after it reaches them.

        Unless they have come back meanwhile: then they were added knowing of it.
        """
        for connection in list(self.of_member.get(member, ())):
            if feed.audience.has_since_before(seq, connection):
                self.expel(connection, feed.room)

    def keep_only(self, feed: Feed, members: set[int]) -> None:
        """Nobody but these belongs to the room any more."""
        for connection in list(feed.audience):
            if connection.member.pk not in members:
                self.expel(connection, feed.room)

    def lose(self, connection: Connection, room: int) -> None:
        """The member belongs to a room no more, whatever it has said to this connection meanwhile."""
        self.detach(connection, room)
        connection.forget_held(room)

    def expel(self, connection: Connection, room: int) -> None:
        """A connection hears a room no more because its member may not; a room socket ends with that."""
        self.lose(connection, room)
        if connection.dialect is not as_events:
            connection.close(Close.NOT_FOUND, "You are no longer a member of this room.")
