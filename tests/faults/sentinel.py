"""A Redis master and its replica behind a Sentinel, to be failed over again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.faults.backends import Redis
from tests.faults.programs import Program
from tests.servers.redis import MASTER, NOTICE_MILLISECONDS, answers_ping, ask, find_redis

FAILOVER_MILLISECONDS = 2000
"""The Sentinel waits twice as long between two fail-overs."""

TIMEOUT_SECONDS = 60.0
"""What the Sentinel and the replication may take: that is not ours to promise."""


class Server(Redis):
    """`follows`: the server of which it is a replica from its next start on."""

    follows: Redis | None = None

    @property
    def command(self) -> list[str]:
        of = ["--replicaof", "127.0.0.1", str(self.follows.port)] if self.follows else []
        return [*super().command, "--repl-diskless-sync-delay", "0", *of]

    def info(self, line: str) -> bool:
        """Whether it says so of its replication."""
        return self.running and line in ask(self.port, "INFO replication")


class Sentinel(Program):
    """Watches one master, alone."""

    def __init__(self, data: Path, master: int) -> None:
        super().__init__(data)
        self._settings = data / "sentinel.conf"
        self._settings.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {data}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {master} 1\n"
            f"sentinel down-after-milliseconds {MASTER} {NOTICE_MILLISECONDS}\n"
            f"sentinel failover-timeout {MASTER} {FAILOVER_MILLISECONDS}\n"
        )

    @property
    def command(self) -> list[str]:
        return [str(find_redis()), str(self._settings), "--sentinel"]

    def answers(self) -> bool:
        return answers_ping(self.port)

    def master_port(self) -> int:
        """Which server it calls the master."""
        return int(ask(self.port, f"SENTINEL GET-MASTER-ADDR-BY-NAME {MASTER}").split("\r\n")[4])

    def knows_a_replica(self) -> bool:
        """Whether there is a replica that could take over."""
        answer = ask(self.port, f"SENTINEL REPLICAS {MASTER}")
        return answer.startswith("*1") and "s_down" not in answer and "disconnected" not in answer


class Guarded:
    """Master and replica, whichever they are at present, and the Sentinel. `url` is how REDIS_URL names all of it."""

    def __init__(self, data: Path) -> None:
        for name in ("one", "two", "sentinel"):
            (data / name).mkdir()
        self.master, self.replica = Server(data / "one"), Server(data / "two")
        self.replica.follows = self.master
        self.sentinel = Sentinel(data / "sentinel", self.master.port)
        self.url = f"sentinel://127.0.0.1:{self.sentinel.port}/{MASTER}?db=0"

    async def start(self) -> None:
        for program in (self.master, self.replica, self.sentinel):
            program.start()
            await asyncio.to_thread(program.wait)
        await self._is_watched()

    async def take_over(self) -> None:
        """The master was killed. Wait until the Sentinel has promoted the replica."""
        self.master, self.replica = self.replica, self.master
        await _until(lambda: self.sentinel.master_port() == self.master.port)
        await _until(lambda: self.master.info("role:master"))

    async def come_back(self) -> None:
        """The old master is there again, as a replica of the new one."""
        self.replica.follows = self.master
        self.replica.start()
        await asyncio.to_thread(self.replica.wait)
        await self._is_watched()

    def end(self) -> None:
        for program in (self.sentinel, self.master, self.replica):
            program.end()

    async def _is_watched(self) -> None:
        await _until(lambda: self.replica.info("master_link_status:up"))
        await _until(self.sentinel.knows_a_replica)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.05)
