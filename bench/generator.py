"""Python's interface to the load generator `bench/load.c`, one process for each group of connections."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.compiling import CannotMeasure, program
from bench.machine import BENCH, ROOT, generator_core
from bench.process import Server

TEXT_BYTES = 100
BUSY = 0.7
"""Above this share of its core, the generator may have been the bottleneck."""


@dataclass(frozen=True)
class Dialect:
    """How clients of a server talk. The header of load.c explains %c, %r, %k and %m."""

    path: str
    message: str = ""
    headers: tuple[str, ...] = ()
    script: tuple[tuple[str, str], ...] = ()
    answer: tuple[str, str] | None = None
    binary: bool = False
    tokens: Path | None = None


@dataclass(frozen=True)
class Run:
    """The result of one run. Rates count deliveries during the run."""

    seconds: float
    sent: int
    delivered: int
    in_time: int
    missing: int
    repeated: int
    foreign: int
    closed: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    server_cpu: float
    generator_cpu: float
    took: float

    @property
    def valid(self) -> bool:
        """Whether every client got every message exactly once, in order."""
        return not (self.missing or self.repeated or self.foreign or self.closed) and self.delivered > 0

    @property
    def deliveries_per_second(self) -> float:
        return self.in_time / self.seconds

    @property
    def generator_load(self) -> float:
        return self.generator_cpu / self.took

    @property
    def microseconds_per_delivery(self) -> float:
        """Microseconds of the server's processor time."""
        return 1e6 * self.server_cpu / self.delivered if self.delivered else 0.0


@dataclass
class Generator:
    """Connections that stay open between runs."""

    process: subprocess.Popen[str]
    connections: int
    connect_seconds: float = field(default=0.0)

    def closed(self, under_way: int, seconds: float) -> Run:
        """Keep `under_way` messages in flight in each room: send the next one when everybody has one."""
        return self._run(f"closed {under_way} {seconds}")

    def rate(self, per_second: float, seconds: float) -> Run:
        """Send a fixed number of messages per second in total, regardless of the deliveries."""
        return self._run(f"rate {per_second} {seconds}")

    def begin(self, command: str) -> None:
        """Start a run without waiting for its end."""
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def end(self) -> Run:
        return Run(**self.read())

    def read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr
            raise CannotMeasure(
                self.process.stderr.read().strip() or "The load generator ended without a word."
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _run(self, command: str) -> Run:
        self.begin(command)
        return self.end()


@contextlib.contextmanager
def connected(
    server: Server, dialect: Dialect, *, connections: int, rooms: int, dialing: int = 100
) -> Iterator[Generator]:
    """Open this number of connections, spread over the rooms, ready to send."""
    command: list[object] = [program(BENCH / "load.c"), "--path", dialect.path]
    for part in server.parts:
        command += ["--port", part.port]
    for counted in server.processes:
        command += ["--pid", counted.pid]
    command += ["--connections", connections, "--rooms", rooms, "--dialing", dialing, "--size", TEXT_BYTES]
    for header in dialect.headers:
        command += ["--header", header]
    for verb, text in dialect.script:
        command += [f"--{verb}", text]
    if dialect.message:
        command += ["--message", dialect.message]
    if dialect.answer:
        command += ["--answer", *dialect.answer]
    if dialect.binary:
        command += ["--opcode", 2]
    if dialect.tokens:
        command += ["--tokens", dialect.tokens]
    with started(command) as process:
        yield ready(Generator(process, connections))


def ready(generator: Generator) -> Generator:
    """The same, after the generator has reported the time of connecting."""
    generator.connect_seconds = generator.read()["seconds"]
    return generator


@contextlib.contextmanager
def started(command: Sequence[object]) -> Iterator[subprocess.Popen[str]]:
    """A program on the generator's core that reads commands and answers in JSON, one per line."""
    with subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, generator_core()),
    ) as process:
        try:
            yield process
        finally:
            process.kill()
