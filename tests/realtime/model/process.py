"""One server process: the real runtime and sockets, with simulated threads, bus and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

from hubbub.protocol import limits
from hubbub.publish import Batch
from hubbub.realtime import runtime
from hubbub.realtime.delivery import connection, fanout, feed
from hubbub.realtime.recovery import head_poll, repair_notices
from hubbub.realtime.runtime import Runtime
from hubbub.realtime.sockets import base as session
from hubbub.realtime.storage import catch_up as catchup
from tests.realtime.model.bus import Bus, Line
from tests.realtime.model.database import Database
from tests.realtime.model.loop import Loop, Time
from tests.realtime.model.threads import Readers, Writer


class Process:
    """`loop` runs it; `readers`, `writer` and `line` hold what waits for the database and the bus."""

    def __init__(self, name: str, db: Database, bus: Bus, time: Time) -> None:
        self.name = name
        self.loop = Loop(time)
        self.readers = Readers(db, self.loop)
        self.line = Line(bus, name, self.loop)
        self.writer: Writer

        def make_writer(loop: Any, deliver: Callable[[Batch], None], written_elsewhere: Any) -> Writer:
            self.writer = Writer(db, loop, deliver)
            return self.writer

        def make_line(receive: Callable[[Batch], None], gossip: Any) -> Line:
            self.line.receive = receive
            return self.line

        parts = {"Readers": lambda: self.readers, "Relay": make_line, "Writer": make_writer}
        with patch.multiple(runtime, **parts):
            self.runtime = Runtime(self.loop)
        self.runtime.rates.lifted = True
        runtime._runtimes[self.loop] = self.runtime
        self.runtime.spawn(self.runtime.poll.run_forever())
        self.loop.run()

    def stop(self) -> None:
        """Kill it: pending work is dropped."""
        self.line.bus.lines.pop(self.name, None)
        self.loop.stop_all()
        runtime._runtimes.pop(self.loop, None)


class OrderedConnection(connection.Connection):
    """A connection whose hash does not depend on its address, so that a history is reproducible."""

    __slots__ = ("_number",)
    count = 0

    def __init__(self, *args: Any) -> None:
        OrderedConnection.count += 1
        self._number = OrderedConnection.count
        super().__init__(*args)

    def __hash__(self) -> int:
        return self._number


SMALL: dict[ModuleType, dict[str, Any]] = {
    limits: {"RESUME_MESSAGES": 3, "GATHERED_BYTES": 700, "OUTBOX_FRAMES": 6},
    feed: {"RING_FRAMES": 3},
    head_poll: {"CHUNK": 1},
    repair_notices: {"MEMBERS_AT_ONCE": 1},
    catchup: {"RANGES": 1, "TRIES": 1},
    fanout: {"FEW_WRITES": 1, "FIRST_WRITES": 1, "MOST_WRITES": 1},
}
"""Limits that short histories reach."""


@contextmanager
def modelled(*, small: bool = False) -> Iterator[None]:
    """Inside, histories can be run. `small`: with limits that they reach."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(session, "Connection", OrderedConnection))
        for module, values in SMALL.items() if small else ():
            patches.enter_context(patch.multiple(module, **values))
        yield
