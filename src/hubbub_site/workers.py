"""Runs several worker processes on one listening socket. Replaces one that dies; SIGTERM drains them all."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import signal
import socket
import sys
import threading

RESTART_SECONDS = 0.5
"""Pause before a dead worker is replaced, so that one that cannot start does not spin."""

TIMEOUT_SECONDS = 20.0
"""Time for a worker to drain before it is killed."""


class Workers:
    """Keeps `count` processes serving a listening socket until it is stopped."""

    def __init__(self, listener: socket.socket, count: int) -> None:
        self._listener = listener
        self._spawn = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        self._processes = [self._start() for _ in range(count)]

    def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        while not self._stopping.wait(0.2):
            self._replace_dead()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(TIMEOUT_SECONDS)
            process.kill()

    def _replace_dead(self) -> None:
        for place, process in enumerate(self._processes):
            if not process.is_alive():
                print(f"Worker {process.pid} ended ({process.exitcode}); starting another.", file=sys.stderr)
                if not self._stopping.wait(RESTART_SECONDS):
                    self._processes[place] = self._start()

    def _start(self) -> multiprocessing.process.BaseProcess:
        process = self._spawn.Process(target=_work, args=(self._listener,))
        process.start()
        return process


def _work(listener: socket.socket) -> None:
    """The main function of a worker. Django starts first: everything else needs its apps."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()

    from hubbub_site.server.serving import serve_on

    serve_on(listener)


def _end_with_parent() -> None:
    """End when the parent is killed: workers that go on would block the port for the next server."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
