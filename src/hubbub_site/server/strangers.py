"""The open connections of people who have not signed in: counted, limited in time, and the first to go.

Every connection starts as a stranger's. It stops being one when its socket has signed in (`signed_in`). Only strangers
have deadlines, a limit for each address, and a limit in all. Over the limit the oldest one that waits for its client is
closed for the newcomer, so a flood of idle connections cannot keep out somebody who signs in at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from enum import Enum
from typing import Protocol

from hubbub.networks import network_of
from hubbub_site.server.descriptors import Room

log = logging.getLogger("hubbub")

SWEEP_SECONDS = 1.0
"""Between two looks at the deadlines."""

WARN_SECONDS = 60.0
"""Between two lines in the log about connections that were refused or closed."""


class Entry(Enum):
    """What a new connection is told."""

    WELCOME = "welcome"
    ADDRESS_FULL = "address full"
    SERVER_FULL = "server full"


class Stranger(Protocol):
    """A connection before sign-in: HTTP, or a WebSocket in its handshake."""

    def is_overdue(self, now: float) -> bool:
        """Whether a deadline has passed. Asked once every SWEEP_SECONDS."""

    def is_waiting(self) -> bool:
        """Whether it waits for its client, so that closing it interrupts no request."""

    def expire(self) -> None:
        """Its deadline has passed: refuse, or cut."""

    def cut(self) -> None:
        """Close at once, without an answer."""


class Strangers:
    """The strangers of one process, oldest first. Everything here runs in the event loop."""

    def __init__(self, room: Room, *, per_address: int | None) -> None:
        self._room, self._per_address = room, per_address
        self._addresses: dict[Stranger, str] = {}
        self._counts: Counter[str] = Counter()
        self._connections = 0
        self._turned_away = 0
        self._warned: float | None = None

    def enter(self, stranger: Stranger, address: str) -> Entry:
        """Take in a new connection. An empty address (a trusted proxy) has no limit of its own."""
        self._connections += 1
        full = bool(self._per_address and address) and self._counts[address] >= (self._per_address or 0)
        self._add(stranger, address)
        if full:
            self._turned_away += 1
            return Entry.ADDRESS_FULL
        if self._is_crowded() and not self._cut_oldest(but=stranger):
            self._turned_away += 1
            return Entry.SERVER_FULL
        return Entry.WELCOME

    def hand_over(self, before: Stranger, after: Stranger) -> None:
        """A connection has become a WebSocket, which goes on in its place."""
        address = self._addresses.get(before)
        if address is not None:
            self._remove(before)
            self._add(after, address)

    def signed_in(self, stranger: Stranger) -> None:
        """It is no stranger any more: no deadline, no limit."""
        self._remove(stranger)

    def gone(self, stranger: Stranger) -> None:
        """The connection is closed, whether it was still a stranger's or not. To be called once."""
        self._remove(stranger)
        self._connections -= 1

    async def keep_deadlines(self) -> None:
        """Close what is overdue, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(loop.time())

    def sweep(self, now: float) -> None:
        for stranger in list(self._addresses):
            if stranger.is_overdue(now):
                stranger.expire()
        if self._turned_away and (self._warned is None or now - self._warned > WARN_SECONDS):
            log.warning("%d connections were refused or closed to make room for others", self._turned_away)
            self._warned, self._turned_away = now, 0

    def _is_crowded(self) -> bool:
        return len(self._addresses) > self._room.strangers or self._connections > self._room.connections

    def _cut_oldest(self, but: Stranger) -> bool:
        for stranger in self._addresses:
            if stranger is not but and stranger.is_waiting():
                self._turned_away += 1
                self._remove(stranger)
                stranger.cut()
                return True
        return False

    def _add(self, stranger: Stranger, address: str) -> None:
        self._addresses[stranger] = address
        self._counts[address] += 1

    def _remove(self, stranger: Stranger) -> None:
        address = self._addresses.pop(stranger, None)
        if address is None:
            return
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]


def address_block(host: str) -> str:
    """What shares one count: a network, or what the server says instead of an address."""
    return (network_of(host) or host) if ":" in host else host
