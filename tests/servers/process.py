"""Starts a server on a free loopback port in a directory of its own, and ends it with its context."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

SECONDS_TO_START = 120
SECONDS_TO_STOP = 10
POLL_SECONDS = 0.02
PORTS = range(12_000, 32_000)
returned_ports: set[int] = set()
"""Ports that `free_port` has returned: a server may be about to listen there, or to be started again."""
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class NotFound(Exception):
    """A program is neither on this machine nor in a Python package; the text says how to get it."""


@dataclass(frozen=True)
class Running:
    """A server that answers at `url` until its context ends, or a test kills its `process`."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    url: str,
    port: int,
    ready: Callable[[], bool],
    log: Path,
    user: int | None = None,
) -> Iterator[Running]:
    """Start `command` (as `user`, if we are root), wait until `ready()`, and stop it when the context ends.

    Must be entered on a thread that outlives the server: the kernel kills the server when that thread ends.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
            preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            **as_user(user),
        )
    try:
        wait_until(ready, process, log)
        yield Running(url, port, process)
    finally:
        stop(process)


def free_port() -> int:
    """A free loopback port outside the range that the kernel uses for outgoing connections.

    The kernel takes those from 32768 on. A client that retries while a server is down could be given the server's own
    port as its source, and the server could not listen there again.
    """
    ours = sorted(set(PORTS[_worker() :: _workers()]) - returned_ports)
    for port in random.SystemRandom().sample(
        ours, len(ours)
    ):  # with pytest's seed all workers would choose the same
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            returned_ports.add(port)
            return port
    raise NotFound(f"no port between {PORTS[0]} and {PORTS[-1]} is free")


def _worker() -> int:
    """Which of the processes that share the tests this is (pytest-xdist), from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _workers() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that say as whom a program runs."""

    user: int
    group: int
    extra_groups: list[int]


def as_user(user: int | None) -> Identity:
    """As `user`, in that user's group alone; None: as the user who runs the tests."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def die_with_parent() -> None:
    """Runs in the child: SIGKILL it when the tests die, even when they are killed and cannot clean up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} was not ready after {SECONDS_TO_START} s:\n{tail(log)}")
        time.sleep(POLL_SECONDS)


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL. A test may have stopped (SIGSTOP) or killed the process before."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
