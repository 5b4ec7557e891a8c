"""A backup as one file: a zip with a manifest, the site as an SQLite database, and the key and settings beside it.

This half needs no Django, which cannot start before the settings are in place that may have to come out of a backup.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hubbub_site import secret

FORMAT = 1
MANIFEST, DATABASE, SETTINGS = "manifest.json", "hubbub.sqlite3", "hubbub.toml"


class NoBackup(Exception):
    """The file is no backup that this version can read; the message says what it is instead."""


def read_manifest(file: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises NoBackup."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            missing = {DATABASE, secret.NAME} - set(archive.namelist())
    except FileNotFoundError:
        raise NoBackup(f"There is no file {file}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoBackup(f"{file} is no backup of Hubbub ({str(error).strip(chr(34))}).") from None
    if manifest.get("format") != FORMAT:
        raise NoBackup(
            f"{file} was made by another version ({manifest.get('hubbub')}) in a format unknown here."
        )
    if missing:
        raise NoBackup(f"{file} is no whole backup of Hubbub: {min(missing)} is missing.")
    return manifest


def has_another_key(file: Path, data: Path) -> bool:
    """Whether the key in place is not the backup's, so that sessions of the backup do not hold here."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(secret.NAME).decode().strip() != secret.secret_key(data)


@contextmanager
def beside(file: Path, data: Path) -> Iterator[None]:
    """Put the backup's key and settings in place where there are none. What follows may need them; if it fails,
    they are taken away again."""
    placed = []
    try:
        with zipfile.ZipFile(file) as archive:
            for name in (secret.NAME, SETTINGS):
                named_elsewhere = name == SETTINGS and "HUBBUB_CONFIG" in os.environ
                if name in archive.namelist() and not (data / name).exists() and not named_elsewhere:
                    content = archive.read(name)
                    placed.append(data / name)
                    only_for_its_owner(data / name)
                    (data / name).write_bytes(content)
        yield
    except BaseException as error:
        for path in placed:
            path.unlink(missing_ok=True)
        if isinstance(error, zipfile.BadZipFile):
            raise NoBackup(f"{file} is damaged: {error}.") from None
        raise


def only_for_its_owner(path: Path) -> None:
    """An empty file that nobody else can read, before anything is written to it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
