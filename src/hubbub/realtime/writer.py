"""Turns waiting commands into one commit, then results: one writer per process.

While a transaction runs, commands gather; when it has ended, all that gathered go into the next (group commit). So
an idle server commits each command at once, and a busy one shares an fsync among hundreds, without any waiting time
to tune. Nothing is answered or delivered before its commit (contract G1, G3).
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

Done = Callable[[Job], None]


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
        self._inbox: SimpleQueue[list[tuple[Job, Done]] | None] = SimpleQueue()
        self._published: list[Batch] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._seen_version: int | None = None
        self._thread = threading.Thread(target=self._work, name="hubbub-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Finish what was submitted, then end."""
        await self._idle.wait()
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def submit(self, job: Job, done: Done) -> None:
        """Take a command; `done(job)` is called on the loop once it is committed or refused."""
        if len(self._waiting) >= limits.WRITER_QUEUE:
            job.refusal = Unavailable("The server is busy. Try again shortly.", retry_after=1.0)
            done(job)
            return
        self._waiting.append((job, done))
        if self._idle.is_set():
            self._idle.clear()
            # Not at once: the commands that are being read from other sockets in this turn come along.
            self._loop.call_soon(self._next_batch)

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

    def _next_batch(self) -> None:
        size = min(len(self._waiting), limits.BATCH_COMMANDS)
        if not size:
            self._idle.set()
            return
        self._inbox.put([self._waiting.popleft() for _ in range(size)])

    def _finished(self, batch: list[tuple[Job, Done]], published: list[Batch]) -> None:
        self._next_batch()
        for job, done in batch:
            try:
                done(job)
            except Exception:
                log.exception("An answer could not be given")
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
            self._loop.call_soon_threadsafe(self._finished, batch, published)
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
