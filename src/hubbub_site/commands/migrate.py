"""Update the database to this version of Hubbub.

`hubbub serve` does this when it starts. Run it by hand to do it earlier, such as in a deployment with several servers.
It is safe to run it twice. Make a backup first (`hubbub backup`): an update cannot be undone.

  hubbub migrate --data /srv/chat
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from hubbub_site.commands import Refused, start

# An arbitrary number; all servers of a database must use the same one.
POSTGRESQL_LOCK = 0x68756262


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    start(make=True)
    steps = migrate()
    print(f"The database is up to date{f': {steps} steps done' if steps else ' already'}.")
    return 0


def migrate() -> int:
    """Apply missing migrations and return their number. Servers that start together do it one after another."""
    from django.db import DatabaseError, connection

    from hubbub.storage_faults import kind_of

    try:
        with _migration_lock():
            return _migrate()
    except DatabaseError as error:
        if kind_of(error):
            raise
        raise Refused(f"The database cannot be used: {str(error).splitlines()[0]}.") from None
    finally:
        connection.close()


def _migrate() -> int:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        print(f"Setting up the database ({len(plan)} steps) …", flush=True)
        _let_steps_follow_each_other()
        call_command("migrate", verbosity=0, interactive=False)
    return len(plan)


def _let_steps_follow_each_other() -> None:
    """Let SQLite skip the sync after each step: closing the connection syncs all of them.

    After a power cut the database is in the state after one of the steps, and the next start applies the rest.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


@contextmanager
def _migration_lock() -> Iterator[None]:
    """Hold PostgreSQL's advisory lock. It is released explicitly: closing the connection only returns it to the
    pool."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [POSTGRESQL_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [POSTGRESQL_LOCK])
