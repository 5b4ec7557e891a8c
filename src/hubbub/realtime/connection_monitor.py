"""One slow clock for all connections instead of timers for each: heartbeats, silence, stalls, revoked logins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Heartbeat
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.notices import end_login
from hubbub.realtime.logins.sign_in import Login, still_valid
from hubbub.realtime.logins.token_uses import TokenUses
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.recovery.repair import chunks
from hubbub.realtime.storage.readers import Readers

log = logging.getLogger("hubbub")

TICK_SECONDS = 0.5

REVALIDATE_SECONDS = 25.0
"""Between two looks whether logins still hold; a revocation that the bus lost is found within 30 s (G10)."""

LOGINS_AT_ONCE = 200


Spawn = Callable[[Coroutine[Any, Any, None]], object]


class ConnectionMonitor:
    """Watches all connections. One task, however many there are."""

    def __init__(self, hub: Hub, readers: Readers, rates: Rates, spawn: Spawn) -> None:
        self._hub, self._readers, self._rates, self._spawn = hub, readers, rates, spawn
        self.token_uses = TokenUses()
        self._suspicious = asyncio.Event()
        self.bus_is_well: Callable[[], bool] = lambda: True
        self.degraded: bool | None = None
        """What clients were last told of the bus: a newcomer's hello says the same, until all are told otherwise."""

    def recheck_soon(self, member: int) -> None:
        """Something about a member's account has changed: look at once whether their logins hold."""
        logins = {c.login.key: c.login for c in self._hub.of_member.get(member, ())}
        if logins:
            self._spawn(self._revalidate(list(logins.values())))

    def recheck_all_soon(self) -> None:
        """Another process has written to the database: it may have ended logins, and cannot tell us."""
        self._suspicious.set()

    async def keep(self) -> None:
        """Beat for ever: stalls and silence at every tick, heartbeats and logins when they are due."""
        loop = asyncio.get_running_loop()
        next_beat, next_check = loop.time() + limits.HEARTBEAT_SECONDS, loop.time() + REVALIDATE_SECONDS
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = loop.time()
            self._give_up(now)
            if now >= next_beat or bool(self.degraded) == self.bus_is_well():
                next_beat = now + limits.HEARTBEAT_SECONDS
                self._beat()
                self._rates.forget_idle()
            if now >= next_check or self._suspicious.is_set():
                self._suspicious.clear()
                next_check = now + REVALIDATE_SECONDS
                logins = {c.login.key: c.login for c in self._hub.connections}
                await self._revalidate(list(logins.values()))
                await self._write_token_uses()

    def _give_up(self, now: float) -> None:
        for connection in list(self._hub.connections):
            if connection.is_stalled(now):
                connection.close(Close.SLOW, "You read too slowly.")
            elif connection.dialect is as_events and connection.is_silent(now):
                connection.close(Close.LOST_CONTINUITY, "Nothing was heard from you.")

    def _beat(self) -> None:
        degraded = self.degraded = None if self.bus_is_well() else True
        quiet = EncodedEvents([Heartbeat(degraded=degraded).encode()])

        def write(some: Sequence[Connection]) -> None:
            for connection in some:
                if connection.dialect is not as_events:
                    continue  # the room socket's peers know no heartbeat; the server's own pings watch them
                if connection.moved:
                    connection.moved = False
                    moved = Heartbeat(heads=self._heads(connection), degraded=degraded)
                    connection.push(EncodedEvents([moved.encode()]))
                else:
                    connection.push(quiet)

        self._hub.each(write)

    def _heads(self, connection: Connection) -> dict[int, int]:
        feeds = self._hub.feeds
        return {room: feeds[room].head for room in connection.rooms if room in feeds}

    async def _revalidate(self, logins: list[Login]) -> None:
        for part in chunks(logins, LOGINS_AT_ONCE):
            try:
                valid = await self._readers.run(still_valid, part)
            except Exception as error:
                log.warning("Logins could not be checked: %s", error)
                return
            for login in part:
                if login.token is not None and login.key in valid:
                    self.token_uses.note(login.token)  # its socket is open
                if login.key not in valid:
                    for connection in list(self._hub.of_login.get(login.key, ())):
                        end_login(connection)

    async def _write_token_uses(self) -> None:
        """The only write that the readers' threads make: a statement or two, and nobody waits for it."""
        if self.token_uses.due():
            try:
                await self._readers.run(self.token_uses.write)
            except Exception as error:
                log.warning("The last use of tokens could not be written: %s", error)
