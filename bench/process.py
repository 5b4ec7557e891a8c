"""A server under measurement: started on its core, watched, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.compiling import CannotMeasure
from bench.machine import server_core

START_SECONDS = 120
STOP_SECONDS = 20
LOOK_SECONDS = 0.5
IDLE = 0.05
"""Share of a core, for all servers together."""
IDLE_DEADLINE_SECONDS = 60


class Server:
    """A running server process on 127.0.0.1."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def parts(self) -> Sequence[Server]:
        """The processes that clients connect to."""
        return (self,)

    @property
    def processes(self) -> Sequence[Server]:
        """These processes and the ones they depend on."""
        return (self,)

    @property
    def memory(self) -> int:
        """Resident memory now, in bytes."""
        return _status(self.pid, "VmRSS")

    @property
    def peak_memory(self) -> int:
        """Maximum of resident memory so far, in bytes."""
        return _status(self.pid, "VmHWM")

    @property
    def processor_seconds(self) -> float:
        """Seconds of processor time so far."""
        return _processor_seconds(self.pid)


def wait_until_idle(servers: Sequence[Server]) -> None:
    """Wait until they are nearly idle, so that no server pays for another's clean-up of closed connections."""
    deadline = time.monotonic() + IDLE_DEADLINE_SECONDS
    while time.monotonic() < deadline:
        before = sum(server.processor_seconds for server in servers)
        time.sleep(LOOK_SECONDS)
        if sum(server.processor_seconds for server in servers) - before <= IDLE * LOOK_SECONDS:
            return
    raise TimeoutError("the servers were still busy long after their clients had gone")


class Family(Server):
    """A process with children, such as PostgreSQL with one per connection. They share most of their memory."""

    @property
    def memory(self) -> int:
        return super().memory + sum(_status(child, "RssAnon") for child in self._children())

    @property
    def peak_memory(self) -> int:
        return super().peak_memory + sum(_status(child, "RssAnon") for child in self._children())

    @property
    def processor_seconds(self) -> float:
        return super().processor_seconds + sum(_processor_seconds(child) for child in self._children())

    def _children(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


class Cluster(Server):
    """Several processes that are measured as one: clients connect to `parts`, which depend on `beside`."""

    def __init__(self, parts: Sequence[Server], beside: Sequence[Server] = ()) -> None:
        super().__init__(parts[0].process, parts[0].port)
        self._parts, self._beside = parts, beside

    @property
    def parts(self) -> Sequence[Server]:
        return self._parts

    @property
    def processes(self) -> Sequence[Server]:
        return (*self._parts, *self._beside)

    @property
    def memory(self) -> int:
        return sum(process.memory for process in self.processes)

    @property
    def peak_memory(self) -> int:
        return sum(process.peak_memory for process in self.processes)

    @property
    def processor_seconds(self) -> float:
        return sum(process.processor_seconds for process in self.processes)


@contextlib.contextmanager
def serving(
    command: Sequence[object],
    *,
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[Server]:
    """Run a server on its core until it accepts connections; end it afterwards."""
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            preexec_fn=lambda: os.sched_setaffinity(0, server_core()),
        )
    try:
        _wait_for(port, process, log)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotMeasure(f"The server ended at once:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise CannotMeasure(f"The server did not listen within {START_SECONDS} s:\n{log.read_text()[-2000:]}")


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0
