"""What `hubbub doctor` looks at, one function each, in this order."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hubbub import __version__
from hubbub_site import hosts
from hubbub_site.checkup_servers import postgresql, redis
from hubbub_site.config import Config
from hubbub_site.finding import Check, Finding

LITTLE_SPACE = 512 * 1024**2
OLDEST_SQLITE = (3, 35, 0)  # RETURNING
FILE_SYSTEMS_OF_OTHERS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
}


def versions(config: Config) -> Iterator[Finding]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("ok", f"Hubbub {__version__} on Python {python}")
    if config.database_url:
        return
    new_enough = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    advice = "" if new_enough else "; 3.35 is needed: use a newer Python or operating system"
    yield Finding("ok" if new_enough else "fail", f"SQLite {sqlite3.sqlite_version}{advice}")


def data_directory(config: Config) -> Iterator[Finding]:
    data = config.data.resolve()
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "fail", f"{data} cannot be written by this user; change its owner or run as another user"
        )
        return
    kind = file_system_of(data)
    if kind in FILE_SYSTEMS_OF_OTHERS and not config.database_url:
        yield Finding(
            "fail", f"{data} is on {kind}: SQLite loses data on network disks; move it to a local one"
        )
    else:
        yield Finding("ok", f"Data directory {data} can be written{f', on {kind}' if kind else ''}")
    free = shutil.disk_usage(data).free
    space = f"{free / 1024**3:.1f} GiB free"
    yield Finding("warn", f"Only {space}; make room") if free < LITTLE_SPACE else Finding("ok", space)
    if not config.secret_key and ((data / "secret-key").stat().st_mode & 0o077 if _has_key(data) else 0):
        yield Finding("warn", f"Others can read {data / 'secret-key'}: chmod 600")


def lock(config: Config) -> Iterator[Finding]:
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    try:
        with only_server_of(config.data):
            yield Finding("ok", "No server is running on this data directory")
    except AlreadyServed:
        yield Finding("ok", "A server is running on this data directory")


def database(config: Config) -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding("fail", f"The database cannot be opened: {str(error).splitlines()[0]}")
        return
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(
            "warn", f"{len(missing)} steps are missing in the database; `hubbub serve` or `migrate` does them"
        )
    else:
        yield Finding("ok", f"The database ({connection.vendor}) is up to date")
    if connection.vendor == "sqlite":
        yield from sqlite_health()
    else:
        yield from postgresql(config)


def sqlite_health() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        problems = [row[0] for row in cursor.execute("PRAGMA quick_check(3)").fetchall()]
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if problems == ["ok"]:
        yield Finding("ok", "SQLite finds the file intact")
    else:
        yield Finding("fail", f"The file is damaged ({problems[0]}); restore a backup")
    if mode != "wal":
        yield Finding("warn", f"The journal is “{mode}” instead of “wal”; the disk may not support it")


def client_files(config: Config) -> Iterator[Finding]:
    from hubbub.http.page import MANIFEST

    if MANIFEST.exists():
        yield Finding("ok", "The web client is built")
    else:
        yield Finding(
            "fail", "The web client is not built; run bin/setup in the checkout, or install the wheel"
        )


def reachability(config: Config) -> Iterator[Finding]:
    names = [name for name in hosts.allowed(config) if name not in hosts.LOCAL]
    if names:
        yield Finding("ok", f"Answers to localhost and {', '.join(names)}")
    else:
        yield Finding("ok", "Answers to localhost only; others: HUBBUB_ALLOWED_HOSTS or HUBBUB_ORIGINS")
    for origin in config.origins:
        if not origin.startswith(("http://", "https://")):
            yield Finding("fail", f"HUBBUB_ORIGINS has “{origin}”, which lacks http:// or https://")
    if not hosts.is_loopback(config.host) and not config.secure:
        yield Finding(
            "warn", "Browsers come over plain http: passwords can be read on the way; put https in front"
        )


def mail(config: Config) -> Iterator[Finding]:
    if not config.email_url:
        yield Finding("ok", "No mail is set up: owners and admins hand out links for new passwords")
        return
    from django.core.mail import get_connection

    try:
        get_connection().open()
        yield Finding("ok", "The mail server answers")
    except OSError as error:
        yield Finding("fail", f"The mail server does not answer ({error}); is HUBBUB_EMAIL_URL right?")


CHECKS: tuple[Check, ...] = (
    versions,
    data_directory,
    lock,
    database,
    redis,
    client_files,
    reachability,
    mail,
)


def file_system_of(path: Path) -> str:
    """The kind of file system that a path is on, such as ext4; empty where the system does not tell."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    # The deepest mount above the path; of two at the same place, the later covers the earlier.
    above = [
        (mount[1], mount[2])
        for mount in mounts
        if path.is_relative_to(mount[1].encode().decode("unicode_escape"))
    ]
    return max(enumerate(above), key=lambda entry: (len(entry[1][0]), entry[0]))[1][1] if above else ""


def _has_key(data: Path) -> bool:
    return (data / "secret-key").exists()
