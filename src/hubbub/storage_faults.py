"""Finds out why the database takes no writes: disk full, read-only, no permission, file damaged.

`fault_of` classifies an error of one write; `probe` tries a small write of its own. `/readyz` calls `current_fault`,
which probes every few seconds at most. It also remembers a write that the database refused a moment ago, because a
small write may still find space where a commit finds none.
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple

from django.db import DatabaseError, connection

Kind = Literal["full", "read-only", "unwritable", "failing", "damaged"]


class Fault(NamedTuple):
    """The kind of fault, and the file or folder that it concerns (None: the database server)."""

    kind: Kind
    path: Path | None = None


PROBE_BYTES = 64 * 1024
"""More than a commit of one message adds to SQLite's log (a few pages of 4 KiB)."""

PROBE_INTERVAL_SECONDS = 3.0
"""Least time between two probes."""

REMEMBERED_SECONDS = 5.0
"""For so long a refused write counts as the current state. On a busy server another follows; else the probe decides."""

OF_ERRNO: dict[int | None, Kind] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
    errno.EIO: "failing",
}
OF_SQLITE: dict[int, Kind] = {
    3: "unwritable",  # SQLITE_PERM
    8: "read-only",  # SQLITE_READONLY
    10: "failing",  # SQLITE_IOERR
    11: "damaged",  # SQLITE_CORRUPT
    13: "full",  # SQLITE_FULL
    14: "unwritable",  # SQLITE_CANTOPEN
    26: "damaged",  # SQLITE_NOTADB
}
OF_POSTGRESQL: dict[str, Kind] = {
    "25006": "read-only",
    "53100": "full",
    "58030": "failing",
    "XX001": "damaged",
    "XX002": "damaged",
}


def kind_of(error: BaseException) -> Kind | None:
    """The kind of fault that an error of the system, SQLite, psycopg or Django reports; None for other errors."""
    if isinstance(error, OSError):
        return OF_ERRNO.get(error.errno)
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    code = getattr(cause, "sqlite_errorcode", None)  # the lower byte is the code, the rest is detail
    return (
        OF_POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")
        if code is None
        else OF_SQLITE.get(code & 0xFF)
    )


def fault_of(error: BaseException) -> Fault | None:
    """The fault behind an error, and the file it concerns.

    SQLite reports a full disk as an I/O error, and a missing permission as a read-only database.
    If a probe finds a fault, that one is returned.
    """
    kind = kind_of(error)
    if kind is None:
        return None
    if isinstance(error, OSError):
        return Fault(kind, Path(os.fsdecode(error.filename)) if error.filename else None)
    return (None if kind == "damaged" else probe()) or Fault(kind, _file())


def probe() -> Fault | None:
    """Test whether the default database takes writes. Raises DatabaseError if PostgreSQL does not answer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return Fault("read-only") if cursor.fetchone()[0] == "on" else None
    file = _file()
    if file is None:
        return None
    if fault := probe_folder(file.parent):
        return fault
    for part in (file, *(Path(f"{file}-{end}") for end in ("wal", "shm"))):
        if part.exists() and not os.access(part, os.R_OK | os.W_OK):
            return Fault("unwritable", part)
    return None


def probe_folder(folder: Path) -> Fault | None:
    """Test whether a folder takes files: write a small unnamed file, which the system deletes by itself."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
    except OSError as error:
        kind = "failing" if error.errno == errno.ENOENT else OF_ERRNO.get(error.errno)
        return Fault(kind, folder) if kind else None
    return None


def remember(error: BaseException) -> None:
    """Record that the database refused a write with this error. Thread-safe."""
    global _refusal, _refused_at
    if kind := kind_of(error):
        _refusal, _refused_at = kind, monotonic()


def current_fault() -> Kind | None:
    """The current fault, cheap to ask often. Of several concurrent callers one probes; the others do not wait."""
    global _found, _next_probe
    if monotonic() >= _next_probe and _probing.acquire(blocking=False):
        try:
            _found, _next_probe = probe(), monotonic() + PROBE_INTERVAL_SECONDS
        finally:
            _probing.release()
    if _found:
        return _found.kind
    return _refusal if monotonic() - _refused_at < REMEMBERED_SECONDS else None


def forget() -> None:
    """Drop the results of probes and the remembered refusal."""
    global _next_probe, _found, _refusal
    _next_probe, _found, _refusal = 0.0, None, None


def _file() -> Path | None:
    """SQLite's file of the default database; None for PostgreSQL, a database in memory, or a URI."""
    name = str(connection.settings_dict["NAME"])
    return (
        Path(name) if connection.vendor == "sqlite" and not name.startswith((":memory:", "file:")) else None
    )


_probing = threading.Lock()
_next_probe = 0.0
_found: Fault | None = None
_refusal: Kind | None = None
_refused_at = -REMEMBERED_SECONDS
