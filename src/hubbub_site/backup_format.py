"""The backup file: a zip with a manifest, the site as an SQLite database, the secret key and the settings.

This module does not need Django: the settings with which Django starts may have to come from the backup.
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
    """This version cannot read the file as a backup. The message says why."""


def read_manifest(file: Path) -> dict[str, Any]:
    """Read the manifest. Raises NoBackup."""
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
    """The secret key that signs the backup's sessions and links."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(secret_key_file.NAME).decode().strip()


@contextmanager
def key_and_settings(file: Path, data: Path) -> Iterator[None]:
    """Install the backup's key and settings where the site has none, and the key where the site's is damaged.

    The code inside the `with` may need them. If it fails, the previous files are restored.
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
    # A short key was a setting at the original site and must be one here too: as a file it would be refused.
    return secret_key_file.is_whole(content) and (kept is None or not secret_key_file.is_whole(kept))
