"""The realtime side of one process: its parts, how they are wired, and how they start and stop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from typing import Any

from hubbub.errors import HubbubError
from hubbub.protocol.closing import Close
from hubbub.protocol.events import PresenceChanged
from hubbub.protocol.objects import Presence as PresenceObject
from hubbub.publish import Batch
from hubbub.queries import presence as presence_query
from hubbub.realtime.bus.relay import Relay
from hubbub.realtime.connection_monitor import ConnectionMonitor
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import WriteScheduler
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.merged_commits import MergedCommits
from hubbub.realtime.logins.sign_in import Login, logins_from_secrets
from hubbub.realtime.presence.guest_visibility import GuestVisibility
from hubbub.realtime.presence.presence import Presence, States
from hubbub.realtime.presence.typing import TypingEvents
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.recovery.head_poll import HeadPoll
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
            read_room_state=lambda feed: self.repair.notices.room_soon(feed),
            missed_of_member=lambda member: self.repair.notices.member_soon(member),
            missed_of_directory=lambda: self.repair.notices.directory_soon(),
            notify_guests=lambda notice: self.guests.announce_member(notice),
            recheck=lambda member: self.monitor.recheck_soon(member),
            subscribe=lambda topic, wanted: self.relay.subscribe(topic, wanted),
            scheduler=WriteScheduler(loop, lambda: self.writer.committing),
        )
        self.repair = Repair(self.hub, self.readers, self.spawn)
        self.poll = HeadPoll(self.hub, self.readers, self.repair)
        self.catch_up = CatchUp(self.readers)
        self.logins: CoalescedReads[str, Login | HubbubError] = CoalescedReads(
            logins_from_secrets, self.readers
        )
        self.merged_commits = MergedCommits(loop, self.hub.receive)
        self.relay = Relay(self.merged_commits.add, self._receive_gossip)
        self.writer = Writer(loop, self.deliver, self._written_elsewhere)
        self.presence = Presence(
            loop,
            self.hub.connections.of_member,
            self._announce_presence,
            self.relay.send_gossip,
            node=self.relay.node,
        )
        self.guests = GuestVisibility(self.hub, self.readers, self.presence.states, self.spawn)
        self.typing = TypingEvents(self.hub.feeds, self.relay.send_gossip)
        self.monitor = ConnectionMonitor(self.hub, self.readers, self.rates, self.spawn)
        self.relay.on_possible_loss = self.poll.now
        self.repair.notices.recheck = self.monitor.recheck_soon
        self.poll.bus_is_up = self.monitor.bus_is_up = lambda: self.relay.is_up
        self.poll.on_new_epoch = self.catch_up.forget
        self.poll.bus_carries = self.relay.carries
        self.repair.bus_has_settled = self.relay.settled
        self.draining: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.writer.start()
        presence_query.set_source(self.presence.states)
        parts = (self.poll, self.relay, self.presence, self.typing, self.monitor, self.rates)
        for part in (*parts, self.writer, self.readers):
            self.spawn(part.run_forever())

    async def stop(self) -> None:
        """Commit what was submitted, tell the other processes, end all tasks."""
        await self.writer.stop()
        self.presence.announce_stop()
        await self.relay.settled()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        presence_query.set_source(None)
        await asyncio.to_thread(self.readers.stop)

    async def drain(self, seconds: float) -> None:
        """Ask all clients to connect to another process, spread over so many seconds to avoid a stampede."""
        self.draining = seconds
        waiting = list(self.hub.connections)
        for index, connection in enumerate(waiting):
            delay = seconds * index / len(waiting)
            self.spawn(self._close_when_answered(connection, f"retry_after={0.5 + delay:.2f}"))
        try:
            async with asyncio.timeout(seconds):
                await self.hub.connections.emptied()
        except TimeoutError:
            log.warning("%d connections did not close", len(self.hub.connections))

    async def _close_when_answered(self, connection: Connection, reason: str) -> None:
        """Close a connection once its commands are answered, after a second at most."""
        for _ in range(50):
            if not connection.waiting:
                break
            await asyncio.sleep(0.02)
        connection.close(Close.GOING_AWAY, reason)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a background task: the runtime keeps a reference, logs its failure, and cancels it at the end."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def deliver(self, batch: Batch) -> None:
        """Send what this process committed to connections here, and to the other processes. On the loop."""
        if self.relay.is_alone:
            self.hub.receive(batch)
        else:
            self.merged_commits.add(batch)
            self.relay.publish(batch)

    def _written_elsewhere(self) -> None:
        """Another process has written to the same SQLite file. There is no bus, so compare everything."""
        self.poll.now()
        self.monitor.recheck_all_soon()

    def _announce_presence(self, changes: States) -> None:
        event = PresenceChanged(
            presence=[PresenceObject(member=m, state=s) for m, s in sorted(changes.items())]
        )
        self.hub.connections.broadcast(EncodedEvents([event.encode()], ephemeral=True), guests=False)
        self.guests.announce_presence(list(changes))

    def _receive_gossip(self, kind: str, content: Any) -> None:
        if kind == "presence":
            self.presence.receive(content["node"], content["generation"], content["states"])
        elif kind == "typing":
            self.typing.receive(content)
        elif kind == "rates":
            self.rates.receive(content)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("A background task failed", exc_info=task.exception())


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}
_serving: Runtime | None = None
_lock = threading.Lock()


def runtime() -> Runtime:
    """The runtime of the running event loop. Starts it if there is none."""
    global _serving
    loop = asyncio.get_running_loop()
    found = _runtimes.get(loop)
    if found is None:
        with _lock:
            found = _runtimes[loop] = _serving = Runtime(loop)
        found.start()
    return found


def serving() -> Runtime | None:
    """The runtime that this process started last, for other threads; None if there is none or its loop has ended."""
    found = _serving
    return None if found is None or found.loop.is_closed() else found


async def stop() -> None:
    """Stop the running loop's runtime, if it has one."""
    global _serving
    found = _runtimes.pop(asyncio.get_running_loop(), None)
    if found is not None:
        if _serving is found:
            _serving = None
        await found.stop()
