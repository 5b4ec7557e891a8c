"""The faults that a RedisProxy applies to single messages, and the messages that it holds back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.resp import PubSubMessage

Chosen = Callable[[PubSubMessage], bool]


def every_message(message: PubSubMessage) -> bool:
    return True


@dataclass(eq=False)
class Fault:
    """What happens to the chosen messages. `seen`: to how many of them it has happened."""

    kind: str
    chosen: Chosen
    times: int | None
    seconds: float | None = None
    seen: int = 0
    overtaken: int = 0
    """How many held messages others of the same line have overtaken."""
    ended: bool = False
    held: list[Held] = field(default_factory=list)
    _taken: int = 0

    def takes(self, message: PubSubMessage) -> bool:
        if self.ended or (self.times is not None and self._taken >= self.times):
            return False
        if not self.chosen(message):
            return False
        self._taken += 1
        return True

    def spares(self) -> None:
        """A message that was taken has nothing to suffer after all: another may take its place."""
        self._taken -= 1

    def end(self) -> None:
        """Choose no more messages; those that are held arrive now, in order."""
        self.ended = True
        for held in list(self.held):
            held.let_go()

    async def happened(self, times: int = 1, *, within: float) -> None:
        """Wait until it has happened to so many messages. TimeoutError if it has not `within` so many seconds."""
        async with asyncio.timeout(within):
            while self.seen < times:
                await asyncio.sleep(0.01)


class Held:
    """A message, or its second copy, that waits at one line."""

    def __init__(
        self, line: list[Held], send: Callable[[bytes], None], fault: Fault, message: PubSubMessage
    ) -> None:
        """`line`: all that waits at that line. `send`: gives bytes to the node."""
        self.fault, self.message = fault, message
        self._line, self._send, self._was_overtaken = line, send, False
        loop = asyncio.get_running_loop()
        self._timer = None if fault.seconds is None else loop.call_later(fault.seconds, self.let_go)
        line.append(self)
        fault.held.append(self)

    def is_overtaken(self) -> None:
        self.fault.overtaken += not self._was_overtaken and self.fault.kind == "hold"
        self._was_overtaken = True

    def let_go(self) -> None:
        """Its time is over: it arrives now."""
        self.forget()
        if self.fault.kind == "swap":
            self.fault.spares()
        self.fault.seen += self.fault.kind == "double"
        self._send(self.message.raw)

    def forget(self) -> None:
        self._line.remove(self)
        self.fault.held.remove(self)
        if self._timer is not None:
            self._timer.cancel()
