"""The list of checks (`CHECKS`), and those of versions, lock, database, history, client, hosts and mail."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hubbub import __version__, storage_faults
from hubbub_site import allowed_hosts, integrity
from hubbub_site.config import Config
from hubbub_site.doctor.data_directory import data_directory, key, permissions
from hubbub_site.doctor.finding import Check, Finding
from hubbub_site.doctor.servers import postgresql, redis

OLDEST_SQLITE = (3, 35, 0)  # RETURNING


def versions(config: Config) -> Iterator[Finding]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("ok", f"Hubbub {__version__} on Python {python}")
    if config.database_url:
        return
    new_enough = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    advice = "" if new_enough else "; 3.35 is needed: use a newer Python or operating system"
    yield Finding("ok" if new_enough else "fail", f"SQLite {sqlite3.sqlite_version}{advice}")


def lock(config: Config) -> Iterator[Finding]:
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    try:
        with only_server_of(config.data):
            yield Finding("ok", "No server is running on this data directory")
    except AlreadyServed:
        yield Finding("ok", "A server is running on this data directory")
    except OSError as error:
        yield Finding("fail", f"The lock of the data directory cannot be written: {error.strerror}")


def database(config: Config) -> Iterator[Finding]:
    try:
        yield from _database(config)
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        if storage_faults.kind_of(error) == "damaged":
            yield Finding("fail", f"The database is damaged ({reason}); restore a backup")
        else:
            yield Finding("fail", f"The database cannot be opened: {reason}")


def _database(config: Config) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(
            "warn", f"{len(missing)} steps are missing in the database; `hubbub serve` or `migrate` does them"
        )
    else:
        yield Finding("ok", f"The database ({connection.vendor}) is up to date")
    yield from database_integrity()
    if connection.vendor == "sqlite":
        yield from sqlite_health()
        yield from history(config)
    else:
        yield from postgresql(config)


def database_integrity() -> Iterator[Finding]:
    """The same check that a backup must pass."""
    if damage := integrity.damage_of("default"):
        yield Finding("fail", f"The database is damaged ({damage}); restore a backup")
    elif connection.vendor == "sqlite":
        yield Finding("ok", "SQLite finds the file intact, and the counters of each room are right")
    else:
        yield Finding("ok", "The counters of each room are right")


def sqlite_health() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        yield Finding("warn", f"The journal is “{mode}” instead of “wal”; the disk may not support it")


def history(config: Config) -> Iterator[Finding]:
    from hubbub_site import lost_changes

    try:
        found = lost_changes.lost(config.data)
    except DatabaseError:  # some tables are missing
        return
    if found is None:
        return
    if found.changes:
        yield Finding(
            "fail",
            f"The database has lost at least {found} that a server had acknowledged; look for a failing disk, a copy"
            " without its -wal file, or another program that changed it. `hubbub serve` makes all clients start over",
        )
    else:
        yield Finding("ok", "The database has every change that the server recorded")


def client_files(config: Config) -> Iterator[Finding]:
    from hubbub.http.page import MANIFEST

    if MANIFEST.exists():
        yield Finding("ok", "The web client is built")
    else:
        yield Finding(
            "fail", "The web client is not built; run bin/setup in the checkout, or install the wheel"
        )


def reachability(config: Config) -> Iterator[Finding]:
    names = [name for name in allowed_hosts.allowed(config) if name not in allowed_hosts.LOCAL]
    if names:
        yield Finding("ok", f"Answers to localhost and {', '.join(names)}")
    else:
        yield Finding("ok", "Answers to localhost only; others: HUBBUB_ALLOWED_HOSTS or HUBBUB_ORIGINS")
    for origin in config.origins:
        if not origin.startswith(("http://", "https://")):
            yield Finding("fail", f"HUBBUB_ORIGINS has “{origin}”, which lacks http:// or https://")
    if not allowed_hosts.is_loopback(config.host) and not config.secure:
        yield Finding(
            "warn", "Browsers come over plain http: passwords can be read on the way; put https in front"
        )


def mail(config: Config) -> Iterator[Finding]:
    if not config.email_url:
        yield Finding("ok", "No mail is set up: owners and admins hand out links for new passwords")
        return
    if not config.origins:
        yield Finding(
            "warn",
            "Mail is set up, but no mail is sent: links in mails lead to HUBBUB_ORIGINS, which is not set",
        )
    from django.core.mail import get_connection

    try:
        get_connection().open()
        yield Finding("ok", "The mail server answers")
    except OSError as error:
        yield Finding("fail", f"The mail server does not answer ({error}); is HUBBUB_EMAIL_URL right?")


CHECKS: tuple[Check, ...] = (
    versions,
    data_directory,
    key,
    permissions,
    lock,
    database,
    redis,
    client_files,
    reachability,
    mail,
)
