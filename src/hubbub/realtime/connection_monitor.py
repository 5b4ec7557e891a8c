"""One task for all connections instead of timers for each: heartbeats, silence, slow readers, revoked logins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Heartbeat
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.notices import end_login
from hubbub.realtime.delivery.slow_readers import close_slow, is_stalled
from hubbub.realtime.logins.sign_in import Login, still_valid
from hubbub.realtime.logins.token_uses import TokenUses
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.storage.readers import Readers, batches

log = logging.getLogger("hubbub")

TICK_SECONDS = 0.5

REVALIDATE_SECONDS = 25.0
"""Between two checks of all logins: a revocation that the bus lost takes effect within 30 s (G10)."""

LOGINS_AT_ONCE = 200


Spawn = Callable[[Coroutine[Any, Any, None]], object]


class ConnectionMonitor:
    """Watches all connections in one task."""

    def __init__(self, hub: Hub, readers: Readers, rates: Rates, spawn: Spawn) -> None:
        self._hub, self._readers, self._rates, self._spawn = hub, readers, rates, spawn
        self.token_uses = TokenUses()
        self._check_now = asyncio.Event()
        self.bus_is_up: Callable[[], bool] = lambda: True
        self.degraded: bool | None = None
        """The state of the bus in the last heartbeat; the `hello` of a new connection has the same."""

    def recheck_soon(self, member: int) -> None:
        """A member's account has changed: check at once whether their logins are still valid."""
        logins = {c.login.key: c.login for c in self._hub.connections.of_member.get(member, ())}
        if logins:
            self._spawn(self._revalidate(list(logins.values())))

    def recheck_all_soon(self) -> None:
        """Another process has written to the database: it may have ended logins, and there is no bus to say so."""
        self._check_now.set()

    async def run_forever(self) -> None:
        """Check for slow and silent clients at every tick; send heartbeats and check logins when they are due."""
        loop = asyncio.get_running_loop()
        next_heartbeat, next_check = loop.time() + limits.HEARTBEAT_SECONDS, loop.time() + REVALIDATE_SECONDS
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = loop.time()
            self._close_unresponsive(now)
            if now >= next_heartbeat or bool(self.degraded) == self.bus_is_up():
                next_heartbeat = now + limits.HEARTBEAT_SECONDS
                self._send_heartbeats()
                self._rates.forget_idle()
            if now >= next_check or self._check_now.is_set():
                self._check_now.clear()
                next_check = now + REVALIDATE_SECONDS
                logins = {c.login.key: c.login for c in self._hub.connections}
                await self._revalidate(list(logins.values()))
                await self._write_token_uses()

    def _close_unresponsive(self, now: float) -> None:
        for connection in list(self._hub.connections):
            if is_stalled(connection, now):
                close_slow(connection)
            elif connection.receives_events and connection.is_silent(now):
                connection.close(Close.LOST_CONTINUITY, "Nothing was received from you.")

    def _send_heartbeats(self) -> None:
        degraded = self.degraded = None if self.bus_is_up() else True
        plain = EncodedEvents([Heartbeat(degraded=degraded).encode()])

        def write(some: Sequence[Connection]) -> None:
            for connection in some:
                if not connection.receives_events:
                    continue  # the room socket has no heartbeat; the server's own pings watch it
                if connection.heads_due:
                    connection.heads_due = False
                    heartbeat = Heartbeat(heads=self._heads(connection), degraded=degraded)
                    connection.push(EncodedEvents([heartbeat.encode()]))
                else:
                    connection.push(plain)

        self._hub.connections.each(write)

    def _heads(self, connection: Connection) -> dict[int, int]:
        feeds = self._hub.feeds
        return {room: feeds[room].head for room in connection.rooms if room in feeds}

    async def _revalidate(self, logins: list[Login]) -> None:
        for part in batches(logins, LOGINS_AT_ONCE):
            try:
                valid = await self._readers.run(still_valid, part)
            except Exception as error:
                log.warning("Logins could not be checked: %s", error)
                return
            for login in part:
                if login.token is not None and login.key in valid:
                    self.token_uses.note(login.token)  # its socket is open
                if login.key not in valid:
                    for connection in list(self._hub.connections.of_login.get(login.key, ())):
                        end_login(connection)

    async def _write_token_uses(self) -> None:
        """The only write of the readers' threads: a statement or two, and no command waits for it."""
        if self.token_uses.due():
            try:
                await self._readers.run(self.token_uses.write)
            except Exception as error:
                log.warning("The last use of tokens could not be written: %s", error)
