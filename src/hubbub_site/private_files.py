"""Finds files of the data directory that others may read (for `hubbub doctor`) and closes them (for other commands).

The directory may have existed before, open to all. SQLite creates a database with the permissions of the umask, and its
-wal and -shm files with those of the database.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

UMASK = 0o077
"""The umask of our commands: only the owner gets access to the files that they make."""

OURS = (
    "hubbub.sqlite3*",
    "before-restore-*.sqlite3*",
    "secret-key",
    "setup-code",
    "hubbub.heads",
    "hubbub.lock",
)
"""Names of the files that we write. `hubbub.toml` belongs to the operator."""


class NotOurs(Exception):
    """A file that others may read belongs to another user, so we cannot change it. The message says what to do."""


def exposed(data: Path) -> Iterator[Path]:
    """Our files that the group or others may read or write."""
    for pattern in OURS:
        for path in sorted(data.glob(pattern)):
            try:
                mode = path.stat().st_mode
            except FileNotFoundError:  # SQLite deletes its log when the last connection closes
                continue
            if stat.S_ISREG(mode) and mode & UMASK:
                yield path


def close(data: Path) -> list[Path]:
    """Remove the permissions of the group and of others. Returns the changed files. Raises NotOurs or OSError."""
    closed = []
    for path in exposed(data):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~UMASK)
        except FileNotFoundError:
            continue
        except PermissionError:
            raise NotOurs(
                f"Others can read {path}, and it belongs to another user: run this as that user, or"
                f" `chown {os.geteuid()} {path}`."
            ) from None
        closed.append(path)
    return closed
