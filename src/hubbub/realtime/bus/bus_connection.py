"""One server that carries messages between processes: what is asked of it, in order, and whether it lives.

It is spoken to by a task of its own, so that one that hangs holds up nothing of the others. A process says something
to itself through each of them; one that does not bring it back is down, whatever the reason: gone, frozen, cut off, one
way only, its listeners forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

TIMEOUT_SECONDS = 1.0
"""A server that does not answer by then counts as down; the next try comes with the next message."""

BEAT_SECONDS = 0.5
DEAF_SECONDS = 1.2
"""How often a process speaks to itself, and how long without hearing it the server counts as down."""

BACKLOG = 1000
"""Messages that wait for a server that is down; the others are left out, for heads are compared anyway."""

Call = Callable[[], Awaitable[None]]


class BusConnection:
    """`later` never waits: `keep` does what was asked, in order.

    `speak` and `listen` are how this process speaks to itself through it. Told is when it goes `down`, why, when it is
    `back`, and when it has `lost` something meanwhile.
    """

    def __init__(
        self,
        *,
        speak: Callable[[int], Call],
        listen: Call,
        down: Callable[[Exception], None],
        back: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.well = True
        self._speak, self._listen = speak, listen
        self._down, self._back, self._lost = down, back, lost
        self._waiting: asyncio.Queue[Call | asyncio.Future[None]] = asyncio.Queue()
        self._beats_said = self._beats_heard = 0
        self._heard_at = 0.0

    @property
    def keeps_up(self) -> bool:
        """Whether there is a point in saying more. One that is stuck would be told all of it, much too late."""
        return self.well or self._waiting.qsize() < BACKLOG

    def later(self, call: Call) -> None:
        self._waiting.put_nowait(call)

    async def settled(self) -> None:
        """Wait until what was asked so far is done; not while it is down."""
        if self.well:
            done = asyncio.get_running_loop().create_future()
            self._waiting.put_nowait(done)
            await asyncio.wait([done], timeout=TIMEOUT_SECONDS)

    async def keep(self) -> None:
        """Talk, and notice when it is not heard, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._talk())
            tasks.create_task(self._watch())

    def hear(self, beat: int) -> None:
        """What we said has come back."""
        expected, self._beats_heard = self._beats_heard + 1, beat
        self._heard_at = asyncio.get_running_loop().time()
        if not self.well:
            self.well = True
            self._back()
        elif beat != expected:
            self._lost()  # some of ours, so perhaps some of the others'

    def is_down(self, error: Exception) -> None:
        if self.well:
            self.well = False
            self._down(error)

    async def _talk(self) -> None:
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
                self.is_down(error)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        while True:
            if self._waiting.empty() or self.well:
                if not self.well:  # perhaps it lives and has only forgotten who listens
                    self.later(self._listen)
                self._beats_said += 1
                self.later(self._speak(self._beats_said))
            await asyncio.sleep(BEAT_SECONDS)
            if loop.time() - self._heard_at > DEAF_SECONDS:
                self.is_down(TimeoutError("nothing comes through"))
