"""Writes a snapshot of a site into a backup file, and prepares the database of a backup for restoring.

The database in a backup is always SQLite, so a backup of any site can be restored to SQLite or PostgreSQL.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from hubbub import __version__, storage_faults
from hubbub.models import Message, Workspace
from hubbub.models.workspace import new_epoch
from hubbub_site import config as settings_file
from hubbub_site import database_copy, databases, durable_file, integrity, secret_key_file
from hubbub_site.backup_format import DATABASE, FORMAT, MANIFEST, SETTINGS, NoBackup
from hubbub_site.config import Config

PAGES_AT_ONCE = 2000
OURS = ("hubbub", "accounts")


class Damaged(Exception):
    """The copy is not intact. The message says what is wrong with it."""


def write(config: Config, file: Path, progress: database_copy.Progress) -> dict[str, Any]:
    """Back up a site into a file, also while it is serving. Returns the manifest.

    An existing file is replaced only by a copy that was checked and is intact. Raises Damaged,
    database_copy.NotTheSame, database_copy.DoesNotFit, OSError, or an error of the database.
    """
    with durable_file.draft_folder(file) as folder:
        database, draft = folder / DATABASE, folder / "draft.zip"
        with database_copy.opened("archive", databases.settings_of("", sqlite=database)):
            if connection.vendor == "sqlite":
                _copy_sqlite(config.database, database, progress)
            else:
                database_copy.prepare("archive")
                database_copy.copy_site("default", "archive", progress)
            if damage := integrity.damage_of("archive"):
                raise Damaged(damage)
            manifest = _manifest()
        durable_file.make_private(draft)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
            archive.write(database, DATABASE)
            # The key in use, whatever its source: without it all sessions and links would become invalid.
            archive.writestr(secret_key_file.NAME, settings.SECRET_KEY + "\n")
            if settings_file.toml_file().is_file():
                archive.write(settings_file.toml_file(), SETTINGS)
        durable_file.move_into_place(draft, file)
        return manifest


@contextmanager
def unpacked(file: Path, data: Path) -> Iterator[Path]:
    """Unpack the backup's database as the alias `archive`: checked, migrated to this version, with a new epoch.

    Yields its path. The site itself is not changed yet. Raises NoBackup.
    """
    database = data / f"{DATABASE}.restoring"
    try:
        durable_file.make_private(database)
        _extract(file, database)
        with database_copy.opened("archive", databases.settings_of("", sqlite=database)):
            _refuse_newer(file)
            database_copy.prepare("archive")
            Workspace.objects.using("archive").update(epoch=new_epoch())
            yield database
    finally:
        for leftover in _with_journals(database):
            leftover.unlink(missing_ok=True)


def _extract(file: Path, database: Path) -> None:
    try:
        with (
            zipfile.ZipFile(file) as archive,
            archive.open(DATABASE) as source,
            open(database, "r+b") as target,
        ):
            shutil.copyfileobj(source, target)
        with closing(sqlite3.connect(database)) as opened:
            (verdict,) = opened.execute("PRAGMA integrity_check").fetchone()
    except (zipfile.BadZipFile, zlib.error, EOFError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.Error) and storage_faults.kind_of(error) != "damaged":
            raise  # the local disk is full or read-only
        raise NoBackup(f"{file} is damaged: {error}.") from None
    if verdict != "ok":
        raise NoBackup(f"The database in {file} is damaged: {verdict}.")


def _refuse_newer(file: Path) -> None:
    loader = MigrationLoader(connections["archive"])
    unknown = [
        key for key in loader.applied_migrations if key[0] in OURS and key not in loader.disk_migrations
    ]
    if unknown:
        raise NoBackup(f"{file} was made by a newer version of Hubbub; install that one first.")


def _copy_sqlite(source: Path, target: Path, progress: database_copy.Progress) -> None:
    """Use SQLite's online backup inside one read transaction: otherwise each commit of a busy server would restart it.
    Raises Damaged if a table of the copy has another number of rows than the source."""
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.execute("BEGIN")
        counts = _counts(here)
        here.backup(there, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total))
        for table, rows in _counts(there).items():
            if rows != counts[table]:
                raise Damaged(f"{table} has {rows} rows in the copy and {counts[table]} in the database")


def _counts(opened: sqlite3.Connection) -> dict[str, int]:
    tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {
        name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in tables
    }


def _manifest() -> dict[str, Any]:
    workspace = Workspace.objects.using("archive").order_by("pk").first()
    return {
        "format": FORMAT,
        "hubbub": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "workspace": workspace.name if workspace else "Hubbub",
        "epoch": workspace.epoch if workspace else "",
        "messages": Message.objects.using("archive").count(),
    }


def _with_journals(database: Path) -> list[Path]:
    return [database, *(Path(f"{database}-{end}") for end in ("wal", "shm", "journal"))]
