"""Servers to break, and their backends: one node on SQLite, or three on PostgreSQL and Redis."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.backends import Postgres, Redis
from tests.faults.nodes import Node
from tests.faults.programs import Program
from tests.faults.site_process import SiteProcess


class Place:
    """Nodes on one database. Entered it runs; `heal` brings back whatever a test has killed or frozen."""

    tier = "SQLite, one process"

    def __init__(self, nodes: int = 1, data: Path | None = None) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="hubbub-faults-", ignore_cleanup_errors=True)
        self.data = data or Path(self._directory.name)
        self.backends: list[Program] = []
        self.environment: dict[str, str] = {"HUBBUB_DATA": str(self.data), "HUBBUB_LOG_LEVEL": "warning"}
        self.nodes: list[Node] = []
        self.inside = SiteProcess(self.environment)
        self._wanted = nodes

    def __enter__(self) -> Self:
        try:
            self.prepare()
            for _ in range(self._wanted):
                self.nodes.append(node := self.node())
                node.start()
                if len(self.nodes) == 1:
                    node.wait()  # it migrates
            self.heal()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.inside.stop()
        for program in [*self.nodes, *self.backends]:
            program.end()
        self._directory.cleanup()

    def prepare(self) -> None:
        """Start what the nodes stand on, and say where it is (`environment`)."""

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        """A further server on the same database, not started; the caller ends it."""
        return Node(self.data, {**self.environment, **environment}, script=script)

    def heal(self) -> None:
        for program in [*self.backends, *self.nodes]:
            if program.running:
                program.thaw()
            else:
                program.start()
        for program in [*self.backends, *self.nodes]:
            program.wait()

    @property
    def faults(self) -> int:
        return sum(program.faults for program in [*self.nodes, *self.backends])


class Cluster(Place):
    """Three nodes on one PostgreSQL and one Redis."""

    tier = "PostgreSQL + Redis, three nodes"
    postgres: Postgres
    redis: Redis

    def __init__(self, nodes: int = 3, **environment: str) -> None:
        super().__init__(nodes)
        self.environment |= environment

    def prepare(self) -> None:
        if os.geteuid() == 0:
            self.data.chmod(0o755)  # PostgreSQL runs as another user, and must reach its directory
        self.postgres = Postgres(self._room_for("postgres"))
        self.redis = Redis(self._room_for("redis"))
        self.backends += [self.postgres, self.redis]
        for program in self.backends:
            program.start()
        for program in self.backends:
            program.wait()
        self.postgres.make_database()
        self.environment.setdefault("REDIS_URL", self.redis.url)
        self.environment["DATABASE_URL"] = self.postgres.url

    def _room_for(self, name: str) -> Path:
        directory = self.data / name
        directory.mkdir()
        return directory


class WithoutRedis(Cluster):
    """Two nodes on one PostgreSQL that know each other only through it."""

    tier = "PostgreSQL, no Redis, two nodes"

    def __init__(self) -> None:
        super().__init__(nodes=2, REDIS_URL="")

    def prepare(self) -> None:
        super().prepare()
        self.backends.remove(self.redis)
        self.redis.end()
