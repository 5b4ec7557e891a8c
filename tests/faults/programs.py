"""A program to kill, freeze and restart, on the same port and the same data."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.servers.process import as_user, die_with_parent, free_port

START_SECONDS = 90
STOP_SECONDS = 90
STATE_SECONDS = 5
"""Until the kernel has stopped a process, or lets it go on."""


class Program:
    """One process and its children. Subclasses say what runs (`command`) and whether it serves (`answers`)."""

    def __init__(
        self, data: Path, environment: dict[str, str] | None = None, user: int | None = None
    ) -> None:
        self.data = data
        self.port = free_port()
        self.starts = 0
        self.faults = 0
        """How often it was killed or frozen."""
        self.environment = {**os.environ, **(environment or {})}
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("never started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        return self.data / f"{type(self).__name__.lower()}-{self.port}.log"

    def start(self) -> None:
        """Start the process; returns at once. `wait` waits until it serves."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data if self._user else None,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the program
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
                **as_user(self._user),
            )
        self.starts += 1

    def wait(self) -> None:
        """Wait until it serves."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self.running or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} does not serve:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.03)

    @property
    def exit_code(self) -> int | None:
        """How it ended: minus the signal's number if a signal killed it; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def kill(self) -> None:
        """SIGKILL to all of it: nothing is finished, nobody is told."""
        if self.running:
            self.faults += 1
            self.end()
            assert self.exit_code == -signal.SIGKILL, f"it had ended by itself: {self.exit_code}"

    def terminate(self) -> int:
        """SIGTERM, and wait: the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(STOP_SECONDS)

    def freeze(self) -> None:
        """SIGSTOP to all of it: its sockets stay open, nobody answers."""
        self.faults += 1
        self._stop()
        wait_for(lambda: self.frozen, STATE_SECONDS, "all its processes are stopped")

    def thaw(self) -> None:
        """SIGCONT to all of it. Nothing happens to a program that is not frozen."""
        if self.running:
            self._signal(signal.SIGCONT)
            wait_for(lambda: not self.frozen, STATE_SECONDS, "its processes go on")

    @property
    def frozen(self) -> bool:
        """Whether none of its processes can run."""
        return all(_state(pid) == "T" for pid in [self.pid, *children(self.pid)])

    def end(self) -> None:
        """At the end of a test: whatever state it is in, it is gone. Not counted as a fault."""
        if self.running:
            self._stop()  # a child that was made after the others were counted would survive
            self._signal(signal.SIGKILL)
            self._process and self._process.wait()

    def _stop(self) -> None:
        """The parent first, which then makes no more children."""
        _send(self.pid, signal.SIGSTOP)
        self._signal(signal.SIGSTOP)

    def _signal(self, number: int) -> None:
        for pid in [*children(self.pid), self.pid]:
            _send(pid, number)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _state(pid: int) -> str:
    """One letter of the kernel's: R, S, D, T (stopped), Z (dead, not yet waited for). T also if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "T"


def wait_for(true: Callable[[], bool], within: float, what: str) -> None:
    """Look again and again until it is so. AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        time.sleep(0.05)


def children(parent: int) -> Iterator[int]:
    """All descendants of a process, deepest first. PostgreSQL's put themselves into sessions of their own."""
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except OSError:
        return
    for child in map(int, listed):
        yield from children(child)
        yield child
