"""Watches a server during an attack: response time of a page, memory, logged faults."""

from __future__ import annotations

import contextlib
import re
import resource
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import Server

PAUSE = 0.05


@dataclass
class Watched:
    """Seconds for each `/healthz`, and the memory of the process before and at its highest, in MiB."""

    waits: list[float] = field(default_factory=list)
    unanswered: int = 0
    before: float = 0
    highest: float = 0

    def figures(self) -> dict[str, float]:
        waits = sorted(self.waits) or [0.0]
        return {
            "healthz p99 ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
            "healthz longest ms": round(waits[-1] * 1000, 1),
            "healthz unanswered": self.unanswered,
            "memory before MiB": round(self.before, 1),
            "memory grown MiB": round(self.highest - self.before, 1),
        }


@contextlib.contextmanager
def watching(server: Server) -> Iterator[Watched]:
    """Watch a server from a thread until the context ends."""
    watched, over = Watched(), threading.Event()
    watched.before = watched.highest = _memory(server)
    thread = threading.Thread(target=_watch, args=(server, watched, over), daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join(60)


def _watch(server: Server, watched: Watched, over: threading.Event) -> None:
    while not over.wait(PAUSE):
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(f"{server.origin}/healthz", timeout=30) as page:  # noqa: S310  loopback
                page.read()
        except (OSError, urllib.error.URLError):
            watched.unanswered += 1
        watched.waits.append(time.perf_counter() - began)
        watched.highest = max(watched.highest, _memory(server))


def _memory(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/statm")
    with contextlib.suppress(OSError):
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return 0.0


def faults_logged(server: Server) -> list[str]:
    """The last line of each traceback in the log."""
    log = server.log.read_text(errors="replace")
    return sorted(set(re.findall(r"Traceback.*?\n(?:\s.*\n|\n)*(\S.*)", log)))
