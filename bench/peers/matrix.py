"""Synapse from PyPI: a Matrix server that stores every message. A room is a room, each client an account."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import TEXT_BYTES, Dialect, Generator, Run, ready, started
from bench.machine import BENCH, BUILT, beside_the_server
from bench.peers.debian import PEERS
from bench.peers.settings import settings
from bench.process import Cluster, Family, Server, free_port, serving
from tests.servers import NotFound, running_postgres
from tests.servers.postgres import find_postgres

PACKAGE = "matrix-synapse"
PLACE = PEERS / "synapse"
SOURCE = BENCH / "peers" / "synapse"
PYTHON = PLACE / "bin" / "python"
DIALECT = Dialect(path="/_matrix/client/v3")
NOTE = (
    "a Matrix server, one process; stored and durable, signed in, policy checked; the generator is in Python"
)


@dataclass(kw_only=True)
class MatrixGenerator(Generator):
    """The generator is a Python program that does not measure the server's processor time, so this module does."""

    server: Server
    _before: float = 0.0

    def begin(self, command: str) -> None:
        self._before = self.server.processor_seconds
        super().begin(command)

    def end(self) -> Run:
        found = self.read()
        return Run(**found, server_cpu=self.server.processor_seconds - self._before)


@contextlib.contextmanager
def _on_sqlite() -> Iterator[tuple[Server, Dialect]]:
    with _serving(name="sqlite3", args={"database": "homeserver.db"}) as server:
        yield server, DIALECT


@contextlib.contextmanager
def _on_postgres() -> Iterator[tuple[Server, Dialect]]:
    """The database shares the core of the server, and counts as part of it."""
    with contextlib.ExitStack() as stack:
        try:
            with beside_the_server():
                postgres = stack.enter_context(running_postgres(durable=True))
        except NotFound as reason:
            raise CannotMeasure(str(reason)) from None
        where = {"host": "127.0.0.1", "port": postgres.port, "user": "hubbub", "dbname": "hubbub"}
        pool = {"cp_min": 5, "cp_max": 10}
        server = stack.enter_context(_serving(name="psycopg2", args={**where, **pool}))
        yield Cluster([server], [Family(postgres.process, postgres.port)]), DIALECT


@contextlib.contextmanager
def _serving(**database: object) -> Iterator[Server]:
    _install()
    port = free_port()
    values = {"port": port, "database": json.dumps(database), "logging": SOURCE / "logging.yaml"}
    with settings("synapse/homeserver.yaml", **values) as file:
        command = [PYTHON, "-m", "synapse.app.homeserver", "--config-path", file]
        _run(*command, "--generate-keys")
        log = BUILT / f"synapse-{database['name']}.log"
        with serving(command, port=port, log=log, folder=file.parent) as server:
            yield server


@contextlib.contextmanager
def _connect(server: Server, _: Dialect, *, connections: int, rooms: int) -> Iterator[Generator]:
    command = [sys.executable, "-m", "bench.peers.matrix_load", "--port", server.port]
    command += ["--connections", connections, "--rooms", rooms, "--size", TEXT_BYTES]
    with started(command) as process:
        yield ready(MatrixGenerator(process=process, connections=connections, server=server))


def versions() -> dict[str, str]:
    """Versions of the measured server and of its database."""
    if not PYTHON.exists():
        return {}
    ask = f"import importlib.metadata as m; print(m.version('{PACKAGE}'))"
    found = {PACKAGE: _run(PYTHON, "-c", ask).strip()}
    with contextlib.suppress(NotFound):
        found["PostgreSQL"] = _run(find_postgres() / "postgres", "--version").split()[2]
    return found


def _install() -> None:
    done = PLACE / "installed"
    if not done.exists():
        uv = Path(sys.executable).with_name("uv")
        _run(uv, "venv", "--clear", "--python", sys.executable, PLACE)
        _run(uv, "pip", "install", "--python", PYTHON, PACKAGE, "psycopg2-binary")
        done.touch()


def _run(*command: object) -> str:
    words = [str(word) for word in command]
    finished = subprocess.run(words, capture_output=True, text=True)
    if finished.returncode:
        raise CannotMeasure(f"Synapse: {' '.join(words[:3])} failed:\n{finished.stderr.strip()[-1000:]}")
    return finished.stdout


synapse = Contender("Synapse on SQLite", _on_sqlite, NOTE, _connect)
synapse_on_postgres = Contender("Synapse on PostgreSQL", _on_postgres, NOTE, _connect)
