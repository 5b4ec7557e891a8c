"""The table of open connections before sign-in: deadlines, a limit per address, and a limit for all of them.

Every connection starts as unauthenticated, until its socket has signed in (`signed_in`). Only unauthenticated
connections have deadlines and these limits. Above a limit, the oldest connection that waits for its client is closed
in favour of the new one, so a flood of idle connections cannot lock out a client that signs in at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from enum import Enum
from typing import Protocol

from hubbub.networks import network_of
from hubbub_site.server.connection_capacity import Capacity

log = logging.getLogger("hubbub")

SWEEP_SECONDS = 1.0
"""Time between two checks of the deadlines."""

WARN_SECONDS = 60.0
"""Least time between two log lines about connections that were refused or closed."""


class Verdict(Enum):
    """Whether a new connection is accepted."""

    ACCEPTED = "welcome"
    ADDRESS_FULL = "address full"
    SERVER_FULL = "server full"


class UnauthenticatedConnection(Protocol):
    """An HTTP connection, or a WebSocket before sign-in."""

    def is_overdue(self, now: float) -> bool:
        """Whether a deadline has passed. Called every SWEEP_SECONDS."""

    def is_waiting(self) -> bool:
        """Whether it is waiting for its client, so closing it interrupts no request."""

    def expire(self) -> None:
        """The deadline has passed: refuse, or close."""

    def cut(self) -> None:
        """Close at once, without a response."""


class UnauthenticatedConnections:
    """The unauthenticated connections of one process, oldest first. Not thread-safe: for the event loop only."""

    def __init__(self, capacity: Capacity, *, per_address: int | None) -> None:
        self._capacity, self._per_address = capacity, per_address
        self._addresses: dict[UnauthenticatedConnection, str] = {}
        self._counts: Counter[str] = Counter()
        self._connections = 0
        self._refused = 0
        self._warned: float | None = None

    def add(self, connection: UnauthenticatedConnection, address: str) -> Verdict:
        """Add a new connection. An empty address (a trusted proxy) has no limit per address."""
        self._connections += 1
        full = bool(self._per_address and address) and self._counts[address] >= (self._per_address or 0)
        self._add(connection, address)
        if full:
            self._refused += 1
            return Verdict.ADDRESS_FULL
        if self._is_full() and not self._cut_oldest(but=connection):
            self._refused += 1
            return Verdict.SERVER_FULL
        return Verdict.ACCEPTED

    def upgraded(self, before: UnauthenticatedConnection, after: UnauthenticatedConnection) -> None:
        """Replace an HTTP connection by the WebSocket that it became."""
        address = self._addresses.get(before)
        if address is not None:
            self._remove(before)
            self._add(after, address)

    def signed_in(self, connection: UnauthenticatedConnection) -> None:
        """Remove a connection from the table: it has no deadline and no limit any more."""
        self._remove(connection)

    def closed(self, connection: UnauthenticatedConnection) -> None:
        """Count a closed connection, signed in or not. Call once per connection."""
        self._remove(connection)
        self._connections -= 1

    async def close_overdue(self) -> None:
        """Close overdue connections, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(loop.time())

    def sweep(self, now: float) -> None:
        for connection in list(self._addresses):
            if connection.is_overdue(now):
                connection.expire()
        if self._refused and (self._warned is None or now - self._warned > WARN_SECONDS):
            log.warning("%d connections were refused or closed to make room for others", self._refused)
            self._warned, self._refused = now, 0

    def _is_full(self) -> bool:
        return (
            len(self._addresses) > self._capacity.unauthenticated
            or self._connections > self._capacity.connections
        )

    def _cut_oldest(self, but: UnauthenticatedConnection) -> bool:
        for connection in self._addresses:
            if connection is not but and connection.is_waiting():
                self._refused += 1
                self._remove(connection)
                connection.cut()
                return True
        return False

    def _add(self, connection: UnauthenticatedConnection, address: str) -> None:
        self._addresses[connection] = address
        self._counts[address] += 1

    def _remove(self, connection: UnauthenticatedConnection) -> None:
        address = self._addresses.pop(connection, None)
        if address is None:
            return
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]


def address_block(host: str) -> str:
    """The key of the count per address: a network, or the server's text if it is no IP address."""
    return (network_of(host) or host) if ":" in host else host
