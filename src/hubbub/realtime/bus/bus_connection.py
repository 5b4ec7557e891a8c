"""The connection to one server of the channel layer: its queue of calls, and whether the server works.

Each server has a task of its own, so that one that hangs does not delay the others. This process sends itself a
heartbeat through each server. A server that does not deliver it is down, whatever the reason: gone, frozen, cut off in
one direction, or its subscriptions lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

TIMEOUT_SECONDS = 1.0
"""A call that takes longer means that the server is down; the next call tries again."""

BEAT_SECONDS = 0.5
"""Between two heartbeats to oneself."""

DOWN_SECONDS = 1.2
"""Without a heartbeat for so long, the server counts as down."""

BACKLOG = 1000
"""Messages that wait for a server that is down. More are dropped: room heads are compared anyway."""

Call = Callable[[], Awaitable[None]]


class BusConnection:
    """`enqueue` never waits; `run_forever` makes the calls in order.

    `heartbeat` makes the call that sends a heartbeat with that number; `subscribe` is the call that subscribes to them.
    The callbacks `on_down` (with the reason), `on_up` and `on_loss` report changes.
    """

    def __init__(
        self,
        *,
        heartbeat: Callable[[int], Call],
        subscribe: Call,
        on_down: Callable[[Exception], None],
        on_up: Callable[[], None],
        on_loss: Callable[[], None],
    ) -> None:
        self.is_up = True
        self._heartbeat, self._subscribe = heartbeat, subscribe
        self._on_down, self._on_up, self._on_loss = on_down, on_up, on_loss
        self._waiting: asyncio.Queue[Call | asyncio.Future[None]] = asyncio.Queue()
        self._beats_sent = self._beats_received = 0
        self._received_at = 0.0

    @property
    def takes_messages(self) -> bool:
        """Whether to enqueue more messages. A server that hangs would get all of them, much too late."""
        return self.is_up or self._waiting.qsize() < BACKLOG

    def enqueue(self, call: Call) -> None:
        self._waiting.put_nowait(call)

    async def settled(self) -> None:
        """Wait until the calls so far are done. Returns at once while the server is down."""
        if self.is_up:
            done = asyncio.get_running_loop().create_future()
            self._waiting.put_nowait(done)
            await asyncio.wait([done], timeout=TIMEOUT_SECONDS)

    async def run_forever(self) -> None:
        """Make the calls, and watch the heartbeats."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._make_calls())
            tasks.create_task(self._watch())

    def receive_heartbeat(self, beat: int) -> None:
        """A heartbeat of this process has come back."""
        expected, self._beats_received = self._beats_received + 1, beat
        self._received_at = asyncio.get_running_loop().time()
        if not self.is_up:
            self.is_up = True
            self._on_up()
        elif beat != expected:
            self._on_loss()  # a heartbeat was lost, so messages of peers may be lost too

    def mark_down(self, error: Exception) -> None:
        if self.is_up:
            self.is_up = False
            self._on_down(error)

    async def _make_calls(self) -> None:
        while True:
            call = await self._waiting.get()
            if isinstance(call, asyncio.Future):
                if not call.done():
                    call.set_result(None)
                continue
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await call()
            except Exception as error:
                self.mark_down(error)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._received_at = loop.time()
        while True:
            if self._waiting.empty() or self.is_up:
                if not self.is_up:  # it may work again, and have lost our subscription
                    self.enqueue(self._subscribe)
                self._beats_sent += 1
                self.enqueue(self._heartbeat(self._beats_sent))
            await asyncio.sleep(BEAT_SECONDS)
            if loop.time() - self._received_at > DOWN_SECONDS:
                self.mark_down(TimeoutError("nothing comes through"))
