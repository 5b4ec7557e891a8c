"""A server that fails on purpose, or lives in another time: `python -m tests.faults.failing serve …`.

It imports the product, puts a failure into one place, and runs the ordinary command line. FAILPOINT says where it kills
itself (SIGKILL): at some time, chosen at random, among the first FAIL_WITHIN that it comes there.

  before-commit          what was placed is rolled back by the database
  before-publish         committed; neither the listeners nor the sender hear of it
  before-answer          committed and published to others; the sender hears nothing

READS_FILE names a file that gets a line for each range of a room's messages that is read from the database because a
client missed it.

CLOCK_FILE names a file with seconds to add to the wall clock (see tests.faults.shifted_clock). WATCHDOG_FILE names a
file that gets a line for each turn of a watcher on the event loop: when (monotonic), and how many seconds late.
HELD_FILE names a file with the largest number of bytes that were buffered for one slow connection.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WATCH_SECONDS = 0.01
last_time = random.randint(1, int(os.environ.get("FAIL_WITHIN", "40")))
times = itertools.count(1)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def time_has_come() -> bool:
    return next(times) == last_time


def die_before_commit() -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def failing(self: Any) -> Any:
        if threading.current_thread().name == "hubbub-writer" and time_has_come():
            die()
        return commit(self)

    BaseDatabaseWrapper._commit = failing  # type: ignore[attr-defined]


def die_before_publish() -> None:
    from hubbub.realtime.storage.writer import Writer

    take_over = Writer.take_over

    def failing(self: Writer, batch: Any) -> bool:
        if threading.current_thread().name == "hubbub-writer" and time_has_come():
            die()
        return take_over(self, batch)

    Writer.take_over = failing  # type: ignore[method-assign]


def die_before_answer() -> None:
    """Answers come first in one process, so here what was committed goes out, and then it dies."""
    from hubbub.realtime.storage.writer import Writer

    finished = Writer._finished

    def failing(self: Writer, published: list[Any]) -> None:
        if published and time_has_come():
            for batch in published:
                self._deliver(batch)
            asyncio.get_running_loop().call_later(0.05, die)
            return
        finished(self, published)

    Writer._finished = failing  # type: ignore[method-assign]


def note_reads(report: Path) -> None:
    """Whatever asks for a range: a client that comes back, or a feed with a jump."""
    from hubbub import queries
    from hubbub.realtime.recovery import repair

    def noted(read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(room: int, seq: int, *rest: Any) -> Any:
            with report.open("a") as file:
                file.write(f"{os.getpid()} {room} {seq}\n")
            return read(room, seq, *rest)

        return reading

    vars(queries)["changes_since"] = noted(queries.changes_since)
    vars(repair)["_missed"] = noted(repair._missed)


def watch_the_loop(report: Path) -> None:
    """Write down how long the event loop did not turn, less what the machine gave to others."""
    from hubbub.realtime.runtime import Runtime

    start = Runtime.start

    async def watch() -> None:
        while True:
            before, waited = time.monotonic(), others_ran()
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            note(now, now - before - WATCH_SECONDS - (others_ran() - waited))

    def note(now: float, stall: float) -> None:
        with report.open("a") as file:
            file.write(f"{now:.3f} {stall:.4f}\n")

    def watched(self: Runtime) -> None:
        start(self)
        self.spawn(watch())

    Runtime.start = watched  # type: ignore[method-assign]


def note_held(report: Path) -> None:
    """Write down, now and then, how many bytes wait here for the connection for which most wait."""
    from hubbub.realtime.runtime import Runtime

    start = Runtime.start

    def note(held: int) -> None:
        report.write_text(str(held))

    async def watch(runtime: Runtime) -> None:
        fullest = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            held = max((connection.backlog for connection in runtime.hub.connections), default=0)
            if held > fullest:
                note(fullest := held)

    def watched(self: Runtime) -> None:
        start(self)
        self.spawn(watch(self))

    Runtime.start = watched  # type: ignore[method-assign]


def others_ran() -> float:
    """Seconds that this thread was ready to run and the machine ran somebody else."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


FAILPOINTS: dict[str, Callable[[], None]] = {
    "before-commit": die_before_commit,
    "before-publish": die_before_publish,
    "before-answer": die_before_answer,
}


def main() -> int:
    from hubbub_site.commands import start
    from tests.faults.shifted_clock import shift_clock

    start(make=True)  # models can be imported from here on
    if point := os.environ.get("FAILPOINT"):
        FAILPOINTS[point]()
    if clock := os.environ.get("CLOCK_FILE"):
        shift_clock(Path(clock))
    for name, watch in (
        ("WATCHDOG_FILE", watch_the_loop),
        ("READS_FILE", note_reads),
        ("HELD_FILE", note_held),
    ):
        if report := os.environ.get(name):
            watch(Path(report))

    from hubbub_site import cli

    return int(cli.main(sys.argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
