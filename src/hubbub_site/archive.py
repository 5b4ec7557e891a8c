"""A backup as one file: a zip with a manifest, the site as an SQLite database, and the key and settings beside it.

The database in it is SQLite whatever the site runs on, so a backup of a PostgreSQL site can be restored to either.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, connections

from hubbub import __version__
from hubbub.models import Message, Workspace
from hubbub_site import databases, moving, secret
from hubbub_site.config import Config

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "hubbub.sqlite3"
BESIDE = (secret.NAME, "hubbub.toml")
PAGES_AT_ONCE = 2000


class NoBackup(Exception):
    """The file is no backup that this version can read; the message says what it is instead."""


def write(config: Config, file: Path, progress: moving.Progress) -> dict[str, Any]:
    """Back up a site, which may be serving meanwhile, into a new file. Returns the manifest."""
    draft = file.with_name(file.name + ".part")
    database = file.with_name(file.name + ".sqlite3.part")
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(config.database, database, progress)
        else:
            moving.open_database("archive", databases.settings_of("", sqlite=database))
            moving.prepare("archive")
            moving.copy_site("default", "archive", progress)
        manifest = _manifest(database)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as target,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
            archive.write(database, DATABASE)
            for name in BESIDE:
                if (config.data / name).is_file():
                    archive.write(config.data / name, name)
            target.flush()
        os.replace(draft, file)
        return manifest
    finally:
        for leftover in (draft, database, *(Path(f"{database}-{end}") for end in ("wal", "shm", "journal"))):
            leftover.unlink(missing_ok=True)


def read_manifest(file: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises NoBackup."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            archive.getinfo(DATABASE)
    except FileNotFoundError:
        raise NoBackup(f"There is no file {file}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoBackup(f"{file} is no backup of Hubbub ({error}).") from None
    if manifest.get("format") != FORMAT:
        raise NoBackup(
            f"{file} was made by another version ({manifest.get('hubbub')}) in a format unknown here."
        )
    return manifest


def extract(file: Path, data: Path) -> Path:
    """Put the backup's database beside where it belongs, and its key and settings in place if there are none."""
    database = data / f"{DATABASE}.restoring"
    with zipfile.ZipFile(file) as archive:
        with archive.open(DATABASE) as source, open(database, "wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        for name in BESIDE:
            if name in archive.namelist() and not (data / name).exists():
                descriptor = os.open(data / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as place:
                    place.write(archive.read(name))
    with sqlite3.connect(database) as opened:
        (verdict,) = opened.execute("PRAGMA integrity_check").fetchone()
    opened.close()
    if verdict != "ok":
        database.unlink()
        raise NoBackup(f"The database in {file} is damaged: {verdict}.")
    return database


def _copy_sqlite(source: Path, target: Path, progress: moving.Progress) -> None:
    """SQLite's own online copy: consistent, though others write meanwhile."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as here, sqlite3.connect(target) as there:
        here.backup(there, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total))
        there.execute("PRAGMA journal_mode=DELETE")
    here.close()
    there.close()


def _manifest(database: Path) -> dict[str, Any]:
    moving.open_database("made", databases.settings_of("", sqlite=database))
    try:
        workspace = Workspace.objects.using("made").order_by("pk").first()
        return {
            "format": FORMAT,
            "hubbub": __version__,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "workspace": workspace.name if workspace else "Hubbub",
            "epoch": workspace.epoch if workspace else "",
            "messages": Message.objects.using("made").count(),
        }
    finally:
        connections["made"].close()
