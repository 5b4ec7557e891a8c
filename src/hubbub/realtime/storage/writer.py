"""Batches commands into commits, one writer per process (group commit).

Commands that arrive during a transaction go into the next one. So an idle server commits each command at once, and a
busy one shares an fsync among hundreds. After a batch of several commands the writer waits a few turns of the event
loop for more; there is no delay to tune. Nothing is answered or delivered before its commit (contract G1, G3).

When the database is frozen or unreachable, late commands and new ones are answered `unavailable`. If a late transaction
commits after all, it is delivered like any other, but not answered a second time. A retry is recognised (G2).
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

from hubbub import database_deadlines
from hubbub.dispatch import Job, refusal_of, run_changes
from hubbub.errors import Unavailable
from hubbub.protocol import limits
from hubbub.publish import Batch
from hubbub.realtime.storage.sqlite_file import FILE_POLL_SECONDS, SqliteFile

log = logging.getLogger("hubbub")

STOP_SECONDS = 8.0
"""How long the end of the process waits for a transaction under way."""

COLLECT_TURNS = 5
"""Turns of the event loop, some microseconds each, that the writer waits for more commands. When several members post
at once, a batch that is split costs its room another fan-out."""

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
        self._progress_at = 0.0
        self._steps = 0
        self._late = False
        self._commits = 0
        self._published: list[Batch] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._was_shared = False
        self._file = SqliteFile()
        self._thread = threading.Thread(target=self._work, name="hubbub-writer", daemon=True)

    @property
    def committing(self) -> int | None:
        """The number of the commit under way; None if there is none."""
        return None if self._idle.is_set() else self._commits

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Finish what was submitted, then end. Gives up after STOP_SECONDS."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            log.warning("The database did not answer until the end.")
            return
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    async def run_forever(self) -> None:
        """Refuse all commands when the transaction under way makes no progress for WRITER_SECONDS."""
        while True:
            await asyncio.sleep(database_deadlines.CHECK_SECONDS)
            if (steps := sum(_steps(job) for job, _ in self._under_way)) != self._steps:
                self._steps, self._progress_at = steps, self._loop.time()
            quiet = self._loop.time() - self._progress_at
            if not self._idle.is_set() and quiet > database_deadlines.WRITER_SECONDS:
                self._refuse_all()

    def submit(self, job: Job, done: Done) -> None:
        """Queue a command; `done(job)` is called on the loop once it is committed or refused."""
        if self._late:
            _refuse(job, done, "The database does not answer. Try again shortly.")
            return
        if len(self._waiting) >= limits.WRITER_QUEUE:
            _refuse(job, done, "The server is busy. Try again shortly.")
            return
        self._waiting.append((job, done))
        if self._idle.is_set():
            self._idle.clear()
            self._progress_at = self._loop.time()
            # Not at once: commands that other sockets read in this turn join the batch.
            self._loop.call_soon(self._collect, 0, 0)

    def run(self, job: Job) -> Job:
        """Queue a command from another thread, and wait for it."""
        finished: Future[Job] = Future()
        self._loop.call_soon_threadsafe(self.submit, job, finished.set_result)
        return finished.result()

    def take_over(self, batch: Batch) -> bool:
        """On the writer's own thread: keep the batch for delivery after the answers. False on any other thread."""
        if threading.current_thread() is not self._thread:
            return False
        self._published.append(batch)
        return True

    def _collect(self, seen: int, turns: int) -> None:
        """Begin a batch. After a batch of several commands, first wait for COLLECT_TURNS turns without new ones."""
        here = len(self._waiting)
        turns = turns + 1 if here == seen else 0
        if not self._was_shared or turns == COLLECT_TURNS or here >= limits.BATCH_COMMANDS:
            self._next_batch()
        else:
            self._loop.call_soon(self._collect, here, turns)

    def _next_batch(self) -> None:
        size = min(len(self._waiting), limits.BATCH_COMMANDS)
        if not size:
            self._under_way = []
            self._late = False  # the database has nothing to do
            self._idle.set()
            return
        self._was_shared = size > 1
        self._under_way = [self._waiting.popleft() for _ in range(size)]
        self._progress_at = self._loop.time()
        self._inbox.put(list(self._under_way))

    def _refuse_all(self) -> None:
        """Answer the late commands and those that wait behind them. The late ones may still commit."""
        if not self._late:
            log.warning("The database has not answered for %.1f s.", database_deadlines.WRITER_SECONDS)
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
                log.exception("A commit could not be delivered; clients get it by the next poll")

    def _work(self) -> None:
        next_poll = 0.0
        while True:
            if time.monotonic() >= next_poll:
                next_poll = time.monotonic() + FILE_POLL_SECONDS
                if self._file.was_changed():
                    self._loop.call_soon_threadsafe(self._written_elsewhere)
            try:
                batch = self._inbox.get(timeout=FILE_POLL_SECONDS)
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


def _steps(job: Job) -> int:
    """How far a command has come. The writer's thread may be changing it."""
    return (job.result is not None) + (job.answer is not None) + (job.refusal is not None)


def _refuse(job: Job, done: Done, reason: str) -> None:
    """Answer with a new job: the writer's thread may still be changing this one."""
    _give(Job(job.member, job.command, job.quiet, refusal=Unavailable(reason)), done)


def _give(job: Job, done: Done) -> None:
    try:
        done(job)
    except Exception:
        log.exception("An answer could not be sent")
