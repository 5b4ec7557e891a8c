"""Which connections of this process receive which rooms: attaches them to feeds, and detaches those without access."""

from __future__ import annotations

from collections.abc import Callable

from hubbub.protocol.closing import Close
from hubbub.protocol.events import Lag
from hubbub.publish import room_topic
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.connections import Connections
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import WriteScheduler
from hubbub.realtime.delivery.feed import Feed


class Subscriptions:
    """`feeds` has a feed for each room with a connection here.

    `repair` reads frames that a feed misses, `read_room_state` the room's own state. `subscribe` subscribes this
    process to a topic of the bus, or (False) ends the subscription.
    """

    def __init__(
        self,
        connections: Connections,
        scheduler: WriteScheduler,
        *,
        repair: Callable[[Feed], None],
        read_room_state: Callable[[Feed], None],
        subscribe: Callable[[str, bool], None],
    ) -> None:
        self.feeds: dict[int, Feed] = {}
        self._connections, self._scheduler = connections, scheduler
        self._repair, self._read_room_state, self._subscribe = repair, read_room_state, subscribe

    def attach(self, connection: Connection, room: int, head: int, last_number: int) -> Feed:
        """Attach a connection to a room's feed. A feed that is new here starts at `head`.

        The caller checks whether something was committed since `head` was read (`subscribe`, `Repair`).
        """
        feed = self.feeds.get(room)
        if feed is None:
            feed = self.feeds[room] = Feed(
                room,
                head,
                last_number,
                repair=self._repair,
                read_room_state=self._read_room_state,
                leave=self._leave,
                scheduler=self._scheduler,
            )
            self._subscribe(room_topic(room), True)
        seq = feed.head if head == feed.head else head  # share one int object between all connections
        feed.audience.add(connection, seq)
        connection.rooms.add(room)
        return feed

    def attach_and_catch_up(self, connection: Connection, room: int, seq: int, last_number: int) -> None:
        """Attach a connection that has everything up to `seq`, and send it what the feed has after that."""
        feed = self.attach(connection, room, seq, last_number)
        missed = feed.since(seq)
        if missed is None:
            connection.push(EncodedEvents([Lag(room=room, head=feed.head).encode()]))
        elif missed:
            connection.push(connection.protocol.encode(missed, last_number))
        if connection.receives_events:
            feed.send_room_state_to(connection, seq)

    def attach_joined(self, connection: Connection, room: int, seq: int) -> bool:
        """Attach a live connection to a room that its member has joined. It has everything up to `seq`.

        False if the notice came so late that this process cannot decide: the ring no longer reaches back to `seq`, or
        the member was removed since. Then the database decides, and the connection is not attached.
        """
        feed = self.feeds.get(room)
        if feed is None:
            self._repair(self.attach(connection, room, seq, 0))
            return True
        missed = feed.since(seq)
        if missed is None or any(frame.leaves == connection.member.pk for frame in missed):
            return False
        self.attach_and_catch_up(connection, room, seq, 0)
        return True

    def detach(self, connection: Connection, room: int) -> None:
        connection.rooms.discard(room)
        feed = self.feeds.get(room)
        if feed is not None:
            feed.audience.discard(connection)
            if not len(feed.audience):
                del self.feeds[room]
                self._subscribe(room_topic(room), False)

    def detach_all(self, connection: Connection) -> None:
        for room in list(connection.rooms):
            self.detach(connection, room)

    def lose(self, connection: Connection, room: int) -> None:
        """The member has lost the room: detach the connection and drop the room's events that are held back for it."""
        self.detach(connection, room)
        connection.forget_held(room)

    def evict(self, connection: Connection, room: int) -> None:
        """Like `lose`; a room socket, which has no other room, is closed."""
        self.lose(connection, room)
        if not connection.receives_events:
            connection.close(Close.NOT_FOUND, "You are no longer a member of this room.")

    def keep_only(self, feed: Feed, members: set[int]) -> None:
        """Evict everybody from a room except these members."""
        for connection in list(feed.audience):
            if connection.member.pk not in members:
                self.evict(connection, feed.room)

    def _leave(self, feed: Feed, member: int, seq: int) -> None:
        """Evict a member just after they received the message `seq`, which ends their membership.

        A connection that was attached with `seq` already known belongs to a member who has rejoined, and stays.
        """
        for connection in list(self._connections.of_member.get(member, ())):
            if feed.audience.attached_before(seq, connection):
                self.evict(connection, feed.room)
