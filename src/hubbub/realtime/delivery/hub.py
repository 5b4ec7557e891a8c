"""Delivers what was published to the connections of this process. Knows no database and no other process."""

from __future__ import annotations

from collections.abc import Callable

from hubbub.protocol.closing import Close
from hubbub.publish import Batch, DirectoryNotice, RoomFrame
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.connections import Connections
from hubbub.realtime.delivery.fanout import WriteScheduler
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.notices import Notices
from hubbub.realtime.delivery.subscriptions import Subscriptions


class Hub:
    """Hands frames to their room's feed, and notices to `notices`."""

    def __init__(
        self,
        *,
        repair: Callable[[Feed], None],
        read_room_state: Callable[[Feed], None],
        missed_of_member: Callable[[int], None],
        missed_of_directory: Callable[[], None],
        notify_guests: Callable[[DirectoryNotice], None],
        recheck: Callable[[int], None],
        subscribe: Callable[[str, bool], None],
        scheduler: WriteScheduler,
    ) -> None:
        self.connections = Connections(scheduler, subscribe)
        self.subscriptions = Subscriptions(
            self.connections,
            scheduler,
            repair=repair,
            read_room_state=read_room_state,
            subscribe=subscribe,
        )
        self.feeds = self.subscriptions.feeds
        self.notices = Notices(
            self.connections,
            self.subscriptions,
            notify_guests=notify_guests,
            recheck=recheck,
            missed_of_member=missed_of_member,
            missed_of_directory=missed_of_directory,
        )

    def receive(self, batch: Batch) -> None:
        """Deliver what a transaction published, here or in another process."""
        by_room: dict[int, list[RoomFrame]] = {}
        for frame in batch.frames:
            by_room.setdefault(frame.room, []).append(frame)
        for room, frames in by_room.items():
            if feed := self.feeds.get(room):
                feed.receive(frames)
        for notice in batch.notices:
            self.notices.receive(notice)

    def drop(self, connection: Connection) -> None:
        """Forget a connection that has ended. Idempotent."""
        if connection in self.connections:
            self.subscriptions.detach_all(connection)
            self.connections.remove(connection)

    def disconnect_all(self) -> None:
        """The database has another history: forget all heads and versions, and make every client reconnect."""
        for connection in list(self.connections):
            self.subscriptions.detach_all(connection)
            connection.close(
                Close.LOST_CONTINUITY, "The server has another history now. Reconnect and resume."
            )
        self.notices.forget()
