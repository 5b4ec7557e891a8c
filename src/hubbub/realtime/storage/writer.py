"""Turns waiting commands into one commit, then results: one writer per process.

While a transaction runs, commands gather; when it has ended, all that gathered go into the next (group commit). So
an idle server commits each command at once, and a busy one shares an fsync among hundreds. Only where the batch before
had company are a few turns of the event loop waited for more; there is no time to tune. Nothing is answered or
delivered before its commit (contract G1, G3).

A database that is frozen or gone must not make people wait: what is late is answered `unavailable`, and so is what
comes meanwhile. A transaction that ends after all is delivered like any other, but answered no second time; whoever
asks again is recognised (G2).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from django.db import connection, connections

from hubbub.dispatch import Job, refusal_of, run_changes
from hubbub.errors import Unavailable
from hubbub.protocol import limits
from hubbub.publish import Batch

log = logging.getLogger("hubbub")

LOOK_SECONDS = 0.25
"""How often the writer looks whether another process has written to the same SQLite file."""

LATE_SECONDS = 1.5
"""A transaction that stands still for so long is late: with the look at it below, an answer comes within 2 s."""

WATCH_SECONDS = 0.25

STOP_SECONDS = 8.0
"""At the end of the process, for a transaction under way."""

GATHER_TURNS = 5
"""Turns of the event loop, some microseconds each: what one of several speakers says is seldom alone, and each batch
that is split costs its room a whole fan-out more."""

Done = Callable[[Job], None]
Waiting = list[tuple[Job, Done]]


class Writer:
    """`submit` on the event loop, `run` from any other thread. `deliver` gets what each commit published."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[Batch], None],
        written_elsewhere: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._deliver = deliver
        self._written_elsewhere = written_elsewhere
        self._waiting: deque[tuple[Job, Done]] = deque()
        self._inbox: SimpleQueue[Waiting | None] = SimpleQueue()
        self._under_way: Waiting = []
        self._begun = 0.0
        self._moved = 0
        self._late = False
        self._commits = 0
        self._published: list[Batch] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._had_company = False
        self._seen_version: int | None = None
        self._thread = threading.Thread(target=self._work, name="hubbub-writer", daemon=True)

    @property
    def committing(self) -> int | None:
        """How many commits came before the one that is waited for; None if nobody waits for one."""
        return None if self._idle.is_set() else self._commits

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Finish what was submitted, then end. A database that does not answer is not waited for."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            log.warning("The database did not answer until the end.")
            return
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    async def keep(self) -> None:
        """Watch how long the transaction stands still, for ever. A long one that moves is only long."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if (moved := sum(_steps(job) for job, _ in self._under_way)) != self._moved:
                self._moved, self._begun = moved, self._loop.time()
            if not self._idle.is_set() and self._loop.time() - self._begun > LATE_SECONDS:
                self._refuse_all()

    def submit(self, job: Job, done: Done) -> None:
        """Take a command; `done(job)` is called on the loop once it is committed or refused."""
        if self._late:
            _refuse(job, done, "The database does not answer. Try again shortly.")
            return
        if len(self._waiting) >= limits.WRITER_QUEUE:
            _refuse(job, done, "The server is busy. Try again shortly.")
            return
        self._waiting.append((job, done))
        if self._idle.is_set():
            self._idle.clear()
            self._begun = self._loop.time()
            # Not at once: the commands that are being read from other sockets in this turn come along.
            self._loop.call_soon(self._gather, 0, 0)

    def run(self, job: Job) -> Job:
        """Take a command from another thread, and wait for it."""
        finished: Future[Job] = Future()
        self._loop.call_soon_threadsafe(self.submit, job, finished.set_result)
        return finished.result()

    def take_over(self, batch: Batch) -> bool:
        """Whether this is the writer's own thread: what it publishes goes out together with the answers."""
        if threading.current_thread() is not self._thread:
            return False
        self._published.append(batch)
        return True

    def _gather(self, seen: int, turns: int) -> None:
        """Begin a batch; where the one before had company, only after some turns of the loop brought nothing new."""
        here = len(self._waiting)
        turns = turns + 1 if here == seen else 0
        if not self._had_company or turns == GATHER_TURNS or here >= limits.BATCH_COMMANDS:
            self._next_batch()
        else:
            self._loop.call_soon(self._gather, here, turns)

    def _next_batch(self) -> None:
        size = min(len(self._waiting), limits.BATCH_COMMANDS)
        if not size:
            self._under_way = []
            self._late = False  # nothing is with the database
            self._idle.set()
            return
        self._had_company = size > 1
        self._under_way = [self._waiting.popleft() for _ in range(size)]
        self._begun = self._loop.time()
        self._inbox.put(list(self._under_way))

    def _refuse_all(self) -> None:
        """Answer what is late and what waits behind it. What is late may be committed yet: nobody knows."""
        if not self._late:
            log.warning("The database has not answered for %.1f s.", LATE_SECONDS)
        self._late = True
        refused = [*self._under_way, *self._waiting]
        self._under_way = []
        self._waiting.clear()
        for job, done in refused:
            _refuse(job, done, "The database does not answer. It is safe to try again shortly.")

    def _finished(self, published: list[Batch]) -> None:
        self._late = False
        self._commits += 1
        answers = self._under_way
        self._next_batch()
        for job, done in answers:
            _give(job, done)
        for change in published:
            try:
                self._deliver(change)
            except Exception:
                log.exception("A commit could not be delivered; listeners hear of it by polling")

    def _work(self) -> None:
        next_look = 0.0
        while True:
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + LOOK_SECONDS
                self._look_for_other_writers()
            try:
                batch = self._inbox.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            if batch is None:
                break
            jobs = [job for job, _ in batch]
            try:
                run_changes(jobs)
            except Exception as error:
                for job in jobs:
                    job.refusal = refusal_of(error)
            if connection.errors_occurred:
                connection.close()
            published, self._published = self._published, []
            self._loop.call_soon_threadsafe(self._finished, published)
        connections.close_all()

    def _look_for_other_writers(self) -> None:
        """SQLite counts, for each connection, the commits of all others: a look at a number instead of at tables."""
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                version = cursor.fetchone()[0]
        except Exception as error:
            log.warning("The database cannot be read: %s", error)
            return
        if self._seen_version is not None and version != self._seen_version:
            self._loop.call_soon_threadsafe(self._written_elsewhere)
        self._seen_version = version


def _steps(job: Job) -> int:
    """How far a command has come. Its writer's thread may be at work on it."""
    return (job.result is not None) + (job.answer is not None) + (job.refusal is not None)


def _refuse(job: Job, done: Done, reason: str) -> None:
    """Answer with a job of its own: the writer's thread may still be at work on this one."""
    _give(Job(job.member, job.command, job.quiet, refusal=Unavailable(reason)), done)


def _give(job: Job, done: Done) -> None:
    try:
        done(job)
    except Exception:
        log.exception("An answer could not be given")
