"""Hashes passwords on a few threads per process, with a bounded queue.

Argon2 takes memory and processor time by design. Without a limit every request with a password would start a hash, and
a few dozen clients could exhaust the machine. The threads are kept: glibc keeps an arena of memory per thread, so
hashing on each request's own thread would hold the memory of many hashes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from typing import TypeVar

from django.conf import settings

from hubbub_site.accounts import limits

T = TypeVar("T")


class TooBusy(Exception):
    """The queue is full, or the wait was too long. Nothing was checked or stored."""

    retry_after = 2
    """Seconds."""


class HashingThreads:
    """Runs at most `threads` hashes at once and lets at most `waiting` wait, each for at most `seconds`."""

    def __init__(self, threads: int, *, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hash")
        self._places = threading.BoundedSemaphore(threads + waiting)
        self._seconds = seconds

    def run(self, work: Callable[[], T]) -> T:
        """The result of `work`. Raises TooBusy if the queue is full or the wait is too long."""
        if not self._places.acquire(blocking=False):
            raise TooBusy

        future = self._pool.submit(work)
        future.add_done_callback(self._leave)
        try:
            return future.result(self._seconds)
        except TimeoutError:
            if future.cancel():
                raise TooBusy from None
            return future.result()  # it started at the last moment

    def _leave(self, _: Future[T]) -> None:
        self._places.release()


def threads_of_this_process() -> int:
    """One per processor, shared among the server's worker processes."""
    return max(1, (os.cpu_count() or 1) // settings.CONFIG.workers)


def run(work: Callable[[], T]) -> T:
    """Run one hash on this process's hashing threads."""
    global _threads
    with _making:
        if _threads is None:
            _threads = HashingThreads(
                threads_of_this_process(), waiting=limits.PASSWORDS_WAITING, seconds=limits.PASSWORD_SECONDS
            )
    return _threads.run(work)


def forget_threads() -> None:
    """Called in a forked process: the parent's threads do not exist there."""
    global _threads
    _threads = None


_threads: HashingThreads | None = None
_making = threading.Lock()
os.register_at_fork(after_in_child=forget_threads)
