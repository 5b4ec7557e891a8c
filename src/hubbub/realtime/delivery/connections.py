"""The open connections of this process: by member, by login, counted; and broadcasts to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from hubbub.publish import member_topic
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import FanOut, Write, WriteScheduler


class Connections:
    """`subscribe` subscribes this process to a topic of the bus, or (False) ends the subscription."""

    def __init__(self, scheduler: WriteScheduler, subscribe: Callable[[str, bool], None]) -> None:
        self.of_member: dict[int, set[Connection]] = {}
        self.of_login: dict[str, set[Connection]] = {}
        self._open: set[Connection] = set()
        self._empty = asyncio.Event()
        self._fan_out = FanOut(scheduler)
        self._subscribe = subscribe

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._open

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        member = connection.member.pk
        self._open.add(connection)
        self._empty.clear()
        self.of_login.setdefault(connection.login.key, set()).add(connection)
        if member not in self.of_member:
            self.of_member[member] = set()
            self._subscribe(member_topic(member), True)
        self.of_member[member].add(connection)

    def remove(self, connection: Connection) -> None:
        member, login = connection.member.pk, connection.login.key
        self._open.remove(connection)
        self.of_login[login].discard(connection)
        if not self.of_login[login]:
            del self.of_login[login]
        self.of_member[member].discard(connection)
        if not self.of_member[member]:
            del self.of_member[member]
            self._subscribe(member_topic(member), False)
        if not self._open:
            self._empty.set()

    async def emptied(self) -> None:
        """Wait until no connection is open."""
        if self._open:
            await self._empty.wait()

    def each(self, write: Write) -> None:
        """Call `write` with all connections, some at a time."""
        self._fan_out.each(tuple(self._open), write)

    def broadcast(self, events: EncodedEvents, *, guests: bool = True) -> None:
        """Send events to every connection that receives events, or to all of these except guests'."""

        def write(some: Sequence[Connection]) -> None:
            for connection in some:
                if (
                    connection.wants_events
                    and connection.receives_events
                    and (guests or not connection.is_guest)
                ):
                    connection.push(events)

        self.each(write)
