"""Synapse from PyPI: a Matrix server that stores every message, on SQLite. A room is a room, each client an account."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import TEXT_BYTES, Dialect, Generator, Run, ready, started
from bench.machine import BUILT
from bench.peers.debian import PEERS
from bench.peers.settings import settings
from bench.process import Server, free_port, serving

PACKAGE = "matrix-synapse"
PLACE = PEERS / "synapse"
PYTHON = PLACE / "bin" / "python"


@dataclass(kw_only=True)
class MatrixGenerator(Generator):
    """The generator is a program in Python, which leaves the server's processor time to us."""

    server: Server
    _before: float = 0.0

    def begin(self, command: str) -> None:
        self._before = self.server.processor_seconds
        super().begin(command)

    def end(self) -> Run:
        found = self.read()
        return Run(**found, server_cpu=self.server.processor_seconds - self._before)


@contextlib.contextmanager
def _start() -> Iterator[tuple[Server, Dialect]]:
    _install()
    port = free_port()
    with settings("synapse/homeserver.yaml", port=port) as file:
        command = [PYTHON, "-m", "synapse.app.homeserver", "--config-path", file]
        _run(*command, "--generate-keys")
        with serving(command, port=port, log=BUILT / "synapse.log", folder=file.parent) as server:
            yield server, Dialect(path="/_matrix/client/v3")


@contextlib.contextmanager
def _connect(server: Server, _: Dialect, *, connections: int, rooms: int) -> Iterator[Generator]:
    command = [sys.executable, "-m", "bench.peers.matrix_load", "--port", server.port]
    command += ["--connections", connections, "--rooms", rooms, "--size", TEXT_BYTES]
    with started(command) as process:
        yield ready(MatrixGenerator(process=process, connections=connections, server=server))


def versions() -> dict[str, str]:
    """Of what was measured."""
    if not PYTHON.exists():
        return {}
    ask = f"import importlib.metadata as m; print(m.version('{PACKAGE}'))"
    return {PACKAGE: _run(PYTHON, "-c", ask).strip()}


def _install() -> None:
    done = PLACE / "installed"
    if not done.exists():
        uv = Path(sys.executable).with_name("uv")
        _run(uv, "venv", "--clear", "--python", sys.executable, PLACE)
        _run(uv, "pip", "install", "--python", PYTHON, PACKAGE)
        done.touch()


def _run(*command: object) -> str:
    words = [str(word) for word in command]
    finished = subprocess.run(words, capture_output=True, text=True)
    if finished.returncode:
        raise CannotMeasure(f"Synapse: {' '.join(words[:3])} failed:\n{finished.stderr.strip()[-1000:]}")
    return finished.stdout


synapse = Contender(
    "Synapse",
    _start,
    "a Matrix server, one process on SQLite; stored and durable, signed in, policy checked; the generator is in Python",
    _connect,
)
