"""A streaming replica of a PostgreSQL: it follows, falls behind, and takes over."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import psycopg

from tests.faults.backends import Postgres
from tests.faults.programs import wait_for
from tests.servers import NotFound
from tests.servers.process import as_user

NAME = "replica"
"""What `synchronous_standby_names` of the primary calls it."""

NOBODY = 1
"""A port at which nothing listens."""

STREAMING = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
START_SECONDS = 60.0


class Replica(Postgres):
    """Made with pg_basebackup of a running primary. Asynchronous, unless the primary waits for it by name."""

    def __init__(self, data: Path, primary: Postgres, **settings: str) -> None:
        self._primary = primary
        super().__init__(data, **settings)

    def make(self) -> None:
        source = f"host=127.0.0.1 port={self._primary.port} user=hubbub"
        program = str(find_basebackup(self._primary.programs))
        command = [
            program,
            "--pgdata",
            str(self.cluster),
            "--dbname",
            source,
            "--checkpoint",
            "fast",
            "--no-sync",
        ]
        made = subprocess.run(command, capture_output=True, check=False, cwd=self.data, **as_user(self._user))
        if made.returncode != 0:
            raise RuntimeError(f"pg_basebackup failed:\n{made.stderr.decode()}")
        (self.cluster / "standby.signal").touch()
        self._follow(self._primary.port)

    def fall_behind(self) -> None:
        """From now on it gets nothing of the primary."""
        self.faults += 1
        self._follow(NOBODY)
        self._ask("SELECT pg_reload_conf()")
        wait_for(lambda: self._ask(STREAMING) == 0, START_SECONDS, "the replica stops following")

    def follows(self) -> None:
        """Wait until it gets everything as it is committed."""
        wait_for(lambda: self._ask(STREAMING) == 1, START_SECONDS, "the replica follows")

    def take_over(self) -> float:
        """Promote it. Returns after how many seconds it takes writes."""
        begun = time.monotonic()
        self._ask("SELECT pg_promote()")
        wait_for(lambda: self._ask("SELECT pg_is_in_recovery()") is False, START_SECONDS, "the promotion")
        return time.monotonic() - begun

    def message_ids(self) -> set[str]:
        """The ids of all messages that it has."""
        with psycopg.connect(self.url) as connection:
            return {str(pk) for (pk,) in connection.execute("SELECT id FROM hubbub_message")}

    def _follow(self, port: int) -> None:
        target = f"host=127.0.0.1 port={port} user=hubbub application_name={NAME}"
        (self.cluster / "postgresql.auto.conf").write_text(f"primary_conninfo = '{target}'\n")

    def _ask(self, question: str) -> object:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            row = connection.execute(question).fetchone()
            return row[0] if row else None


def find_basebackup(programs: Path) -> Path:
    """Next to the other programs, where links to them lead, or on PATH."""
    for directory in (programs, (programs / "postgres").resolve().parent):
        if (directory / "pg_basebackup").exists():
            return directory / "pg_basebackup"
    if on_path := shutil.which("pg_basebackup"):
        return Path(on_path)
    raise NotFound("no pg_basebackup, which copies a running PostgreSQL")
