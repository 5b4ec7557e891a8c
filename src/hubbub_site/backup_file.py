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

from hubbub_site import durable_file, secret_key_file

FORMAT = 1
MANIFEST, DATABASE, SETTINGS = "manifest.json", "hubbub.sqlite3", "hubbub.toml"


class NoBackup(Exception):
    """The file is no backup that this version can read; the message says what it is instead."""


def read_manifest(file: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises NoBackup."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            missing = {DATABASE, secret_key_file.NAME} - set(archive.namelist())
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


def key_of(file: Path) -> str:
    """The key with which the backup's sessions and links are signed."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(secret_key_file.NAME).decode().strip()


@contextmanager
def beside(file: Path, data: Path) -> Iterator[None]:
    """Put the backup's key and settings in place where there are none, and the key in place of a damaged one.

    What follows may need them. If it fails, what was there before is there again.
    """
    before: dict[Path, bytes | None] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for name in {secret_key_file.NAME, SETTINGS}.intersection(archive.namelist()):
                content, path = archive.read(name), data / name
                kept = path.read_bytes() if path.exists() else None
                if _is_wanted(name, content, kept):
                    before[path] = kept
                    durable_file.write(path, content)
        yield
    except BaseException as error:
        for path, kept in before.items():
            path.unlink(missing_ok=True)
            if kept is not None:
                durable_file.write(path, kept)
        if isinstance(error, zipfile.BadZipFile):
            raise NoBackup(f"{file} is damaged: {error}.") from None
        raise


def _is_wanted(name: str, content: bytes, kept: bytes | None) -> bool:
    if name == SETTINGS:
        return kept is None and "HUBBUB_CONFIG" not in os.environ
    # A short key was a setting where the backup was made, and has to be one here: as a file it would be refused.
    return secret_key_file.is_whole(content) and (kept is None or not secret_key_file.is_whole(kept))
