"""The realtime side of one process: its parts, wired. Starts with the first socket, or when a server says so."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from typing import Any

from django.db import DatabaseError

from hubbub.dispatch import Job, reads, run
from hubbub.errors import HubbubError
from hubbub.models import Member
from hubbub.protocol.closing import Close
from hubbub.protocol.events import PresenceChanged
from hubbub.protocol.objects import Presence as PresenceObject
from hubbub.protocol.objects import PresenceState
from hubbub.protocol.wire import Command, Wire
from hubbub.publish import Batch, DirectoryNotice
from hubbub.queries import presence as presence_query
from hubbub.realtime.bus import relay as relays
from hubbub.realtime.bus.relay import Relay
from hubbub.realtime.connection_monitor import ConnectionMonitor
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events
from hubbub.realtime.delivery.fanout import Turns
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.merged_commits import MergedCommits
from hubbub.realtime.logins.sign_in import Login, logins_from_secrets
from hubbub.realtime.logins.token_uses import write_uses
from hubbub.realtime.presence.presence import Presence, States
from hubbub.realtime.presence.typing import TypingBoard
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.recovery.repair import Repair
from hubbub.realtime.storage.catch_up import CatchUp
from hubbub.realtime.storage.coalesced_reads import CoalescedReads
from hubbub.realtime.storage.readers import Readers
from hubbub.realtime.storage.writer import Writer

log = logging.getLogger("hubbub")


class Runtime:
    """Writer, readers, hub, relay, presence and their tasks, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.readers = Readers()
        self.rates = Rates(gossip=lambda kind, content: self.relay.send_gossip(kind, content))
        self.hub = Hub(
            repair=lambda feed: self.repair.soon(feed),
            describe=lambda feed: self.repair.notices.describe_soon(feed),
            missed_of_member=lambda member: self.repair.notices.member_soon(member),
            missed_of_directory=lambda: self.repair.notices.directory_soon(),
            ask_guests=self._tell_guests,
            recheck=lambda member: self.pulse.recheck_soon(member),
            turns=Turns(loop, lambda: self.writer.committing),
        )
        self.repair = Repair(self.hub, self.readers, self.spawn)
        self.catch_up = CatchUp(self.readers)
        self.logins: CoalescedReads[str, Login | HubbubError] = CoalescedReads(
            logins_from_secrets, self.readers
        )
        self.arrivals = MergedCommits(loop, self.hub.receive)
        self.relay = Relay(self.arrivals.add, self._hear_gossip)
        self.writer = Writer(loop, self.deliver, self._written_elsewhere)
        self.presence = Presence(
            loop, self.hub.of_member, self._announce, self.relay.send_gossip, node=self.relay.node
        )
        self.typing = TypingBoard(self.hub.feeds, self.relay.send_gossip)
        self.pulse = ConnectionMonitor(self.hub, self.readers, self.rates, self.spawn)
        self.hub.on_listen = self.relay.listen
        self.relay.on_doubt = self.repair.now
        self.repair.notices.recheck = self.pulse.recheck_soon
        self.repair.bus_is_well = self.pulse.bus_is_well = lambda: self.relay.well
        self.repair.forget = self.catch_up.forget
        self.repair.is_carried = self.relay.carries
        self.repair.bus_has_settled = self.relay.settled
        self.draining: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.writer.start()
        presence_query.set_source(self.presence.states)
        parts = (self.repair, self.relay, self.presence, self.typing, self.pulse, self.rates)
        for part in (*parts, self.writer, self.readers):
            self.spawn(part.keep())

    async def stop(self) -> None:
        """Commit what was submitted, say goodbye to the other processes, end all tasks."""
        await self.writer.stop()
        self.presence.say_goodbye()
        await self.relay.settled()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        presence_query.set_source(None)
        await asyncio.to_thread(self.readers.stop)

    async def drain(self, seconds: float) -> None:
        """Ask all clients to go elsewhere, spread over some seconds, so that they do not come back all at once."""
        self.draining = seconds
        waiting = list(self.hub.connections)
        for place, connection in enumerate(waiting):
            delay = seconds * place / len(waiting)
            self.spawn(self._send_away(connection, f"retry_after={0.5 + delay:.2f}"))
        try:
            async with asyncio.timeout(seconds):
                await self.hub.emptied()
        except TimeoutError:
            log.warning("%d connections did not go", len(self.hub.connections))

    async def _send_away(self, connection: Connection, reason: str) -> None:
        """Close a connection as soon as what it asked is answered; it gets a second for that."""
        for _ in range(50):
            if not connection.waiting:
                break
            await asyncio.sleep(0.02)
        connection.close(Close.GOING_AWAY, reason)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def deliver(self, batch: Batch) -> None:
        """What this process committed: to listeners here, and to the other processes. On the loop."""
        if self.relay.alone:
            self.hub.receive(batch)
        else:
            self.arrivals.add(batch)
            self.relay.publish(batch)

    def _written_elsewhere(self) -> None:
        """Another process has written to our SQLite file, and there is no bus by which it could say what."""
        self.repair.now()
        self.pulse.recheck_all_soon()

    def _announce(self, changes: States) -> None:
        whole = PresenceChanged(
            presence=[PresenceObject(member=m, state=s) for m, s in sorted(changes.items())]
        )
        self.hub.everyone(EncodedEvents([whole.encode()], ephemeral=True), guests=False)
        if guests := self._guests():
            self.spawn(self._announce_to_guests(guests, changes))

    async def _announce_to_guests(self, guests: dict[int, Member], changes: States) -> None:
        for pk, guest in guests.items():
            visible = await self._visible_to(guest, list(changes))
            # As they are now: another change may have been announced while this was read.
            now = self.presence.states()
            seen = [
                PresenceObject(member=m, state=now.get(m, PresenceState.OFFLINE)) for m in sorted(visible)
            ]
            if seen:
                self._push_to(pk, EncodedEvents([PresenceChanged(presence=seen).encode()], ephemeral=True))

    async def _visible_to(self, guest: Member, members: list[int]) -> set[int]:
        """Those of the members that the guest may see. If the database does not answer, the guest is to ask later."""
        try:
            return await self.readers.run(_visible, guest, members)
        except Exception as error:
            log.warning("It could not be read whom a guest may see: %s", error)
            self.hub.notices.refresh(self.hub.of_member.get(guest.pk, ()))
            return set()

    def _tell_guests(self, notice: DirectoryNotice) -> None:
        """An event about one member, for those guests who may see them."""
        if guests := self._guests():
            self.spawn(self._tell_guests_about(notice.member, guests, EncodedEvents([notice.data])))

    async def _tell_guests_about(self, member: int, guests: dict[int, Member], parcel: EncodedEvents) -> None:
        for pk, guest in guests.items():
            if await self._visible_to(guest, [member]):
                self._push_to(pk, parcel)

    def _guests(self) -> dict[int, Member]:
        return {c.member.pk: c.member for c in self.hub.connections if c.is_guest}

    def _push_to(self, member: int, parcel: EncodedEvents) -> None:
        for connection in list(self.hub.of_member.get(member, ())):
            if connection.hears and connection.dialect is as_events:
                connection.push(parcel)

    def _hear_gossip(self, kind: str, content: Any) -> None:
        if kind == "presence":
            self.presence.hear(content["node"], content["generation"], content["states"])
        elif kind == "typing":
            self.typing.hear(content)
        elif kind == "rates":
            self.rates.hear(content)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("A background task failed", exc_info=task.exception())


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}
_serving: Runtime | None = None
_lock = threading.Lock()


def runtime() -> Runtime:
    """The runtime of the running event loop, started if need be."""
    global _serving
    loop = asyncio.get_running_loop()
    found = _runtimes.get(loop)
    if found is None:
        with _lock:
            found = _runtimes[loop] = _serving = Runtime(loop)
        found.start()
    return found


async def stop() -> None:
    """Stop the running loop's runtime, if it has one."""
    global _serving
    found = _runtimes.pop(asyncio.get_running_loop(), None)
    if found is not None:
        if _serving is found:
            _serving = None
        await found.stop()


def outlet(batch: Batch) -> None:
    """Where committed batches go, from any thread: the writer's next report, the loop, or the channel layer."""
    serving = _serving
    if serving is None or serving.loop.is_closed():
        relays.publish_from_outside(batch)
    elif not serving.writer.take_over(batch):
        serving.loop.call_soon_threadsafe(serving.deliver, batch)


def call(member: Member, command: Command) -> Wire:
    """Run a command from a synchronous thread (the HTTP API): through this process's writer if it has one."""
    serving = _serving
    if serving is None or serving.loop.is_closed():
        return run(member, command)
    serving.rates.check(member.pk, command)
    if reads(command):
        return run(member, command)
    return serving.writer.run(Job(member, command)).outcome()


def note_token_use(token: int, address: str) -> None:
    """A request came with this bearer token (its id). Written by this process's clock, or now if it has none."""
    serving = _serving
    if serving is None or serving.loop.is_closed():
        try:
            write_uses({token: address})
        except DatabaseError as error:
            log.warning("The last use of a token could not be written: %s", error)
    else:
        serving.pulse.token_uses.note(token, address)


def _visible(guest: Member, members: list[int]) -> set[int]:
    return set(Member.objects.visible_to(guest).filter(pk__in=members).values_list("pk", flat=True))


def status() -> dict[str, Any]:
    """What this process can say of itself, for `/readyz`."""
    serving = _serving
    if serving is None:
        return {"realtime": "idle", "bus": "none", "connections": 0, "draining": False}
    bus = "none" if serving.relay.alone else "up" if serving.relay.well else "degraded"
    return {
        "realtime": "serving",
        "bus": bus,
        **({"bus_down": serving.relay.down} if bus == "degraded" else {}),
        "connections": len(serving.hub.connections),
        "draining": serving.draining is not None,
    }
