"""PostgreSQL and Redis servers to break: the same data and the same port after every restart."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import psycopg

from tests.faults.programs import Program
from tests.servers.postgres import SETTINGS, accepts_connections, find_postgres, make_cluster, readable_by
from tests.servers.redis import answers_ping, find_redis


class Redis(Program):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def command(self) -> list[str]:
        program = [str(find_redis()), "--port", str(self.port), "--bind", "127.0.0.1"]
        return [*program, "--dir", str(self.data), "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        return answers_ping(self.port)


class Postgres(Program):
    """Killed with all its children it recovers from its log, as after a power cut on an honest disk."""

    def __init__(self, data: Path, **settings: str) -> None:
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        super().__init__(data, user=user)
        self.programs = find_postgres()
        if user is not None:
            self.programs = readable_by(user, self.programs, data)
            os.chown(data, user, user)
        self.cluster = data / "cluster"
        self._settings = SETTINGS | settings
        self.make()

    def make(self) -> None:
        """Put the files of a new cluster into `cluster`."""
        make_cluster(self.programs, self.cluster, self._user)

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        return f"postgresql://hubbub@127.0.0.1:{port}/hubbub"

    @property
    def command(self) -> list[str]:
        settings = [part for item in self._settings.items() for part in ("-c", "=".join(item))]
        return [str(self.programs / "postgres"), "-D", str(self.cluster), "-p", str(self.port), *settings]

    def answers(self) -> bool:
        return accepts_connections(self.admin)

    def make_database(self) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE hubbub")

    @property
    def admin(self) -> str:
        return f"postgresql://hubbub@127.0.0.1:{self.port}/postgres"
