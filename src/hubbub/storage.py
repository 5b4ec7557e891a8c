"""Why the database takes no writes: its disk is full or read-only, permission is missing, the file is damaged.

An error says what happened to one write (`fault_of`); `look` tries a small write of its own. `/readyz` asks
`present_fault`, which looks every few seconds at most and also remembers what the database refused a moment ago: a
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
    """What is wrong, and with which file or folder (None: with the database server)."""

    kind: Kind
    place: Path | None = None


PROBE_BYTES = 64 * 1024
"""More than a commit of one message adds to SQLite's log (a few pages of 4 KiB)."""

LOOK_SECONDS = 3.0
"""Between two small writes, however often somebody asks."""

REMEMBERED_SECONDS = 5.0
"""A refusal is the present state for so long. On a busy server the next one follows; after that, looking decides."""

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
    """What kind of fault an error of the system, of SQLite, of psycopg or of Django reports; None for any other."""
    if isinstance(error, OSError):
        return OF_ERRNO.get(error.errno)
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    code = getattr(cause, "sqlite_errorcode", None)  # the lower byte is the code, the rest says where
    return (
        OF_POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")
        if code is None
        else OF_SQLITE.get(code & 0xFF)
    )


def fault_of(error: BaseException) -> Fault | None:
    """The fault behind an error, and its place.

    SQLite reports a full disk as an I/O error, and a missing permission as a read-only database: where looking finds
    something, that is the answer.
    """
    kind = kind_of(error)
    if kind is None:
        return None
    if isinstance(error, OSError):
        return Fault(kind, Path(os.fsdecode(error.filename)) if error.filename else None)
    return (None if kind == "damaged" else look()) or Fault(kind, _file())


def look() -> Fault | None:
    """Try whether the default database can be written now. Raises DatabaseError if PostgreSQL does not answer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return Fault("read-only") if cursor.fetchone()[0] == "on" else None
    file = _file()
    if file is None:
        return None
    if fault := look_at(file.parent):
        return fault
    for part in (file, *(Path(f"{file}-{end}") for end in ("wal", "shm"))):
        if part.exists() and not os.access(part, os.R_OK | os.W_OK):
            return Fault("unwritable", part)
    return None


def look_at(folder: Path) -> Fault | None:
    """Try whether a folder takes files: write a small one without a name, which the system deletes by itself."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
    except OSError as error:
        kind = "failing" if error.errno == errno.ENOENT else OF_ERRNO.get(error.errno)
        return Fault(kind, folder) if kind else None
    return None


def remember(error: BaseException) -> None:
    """The database refused a write with this error just now. Any thread."""
    global _refusal, _refused_at
    if kind := kind_of(error):
        _refusal, _refused_at = kind, monotonic()


def present_fault() -> Kind | None:
    """What is wrong now, for whoever asks often. One of several that ask at once looks; the others do not wait."""
    global _found, _look_at
    if monotonic() >= _look_at and _looking.acquire(blocking=False):
        try:
            _found, _look_at = look(), monotonic() + LOOK_SECONDS
        finally:
            _looking.release()
    if _found:
        return _found.kind
    return _refusal if monotonic() - _refused_at < REMEMBERED_SECONDS else None


def forget() -> None:
    """As if nobody had looked and nothing had been refused."""
    global _look_at, _found, _refusal
    _look_at, _found, _refusal = 0.0, None, None


def _file() -> Path | None:
    """Where SQLite keeps the default database; None for another database, one in memory, or a URI."""
    name = str(connection.settings_dict["NAME"])
    return (
        Path(name) if connection.vendor == "sqlite" and not name.startswith((":memory:", "file:")) else None
    )


_looking = threading.Lock()
_look_at = 0.0
_found: Fault | None = None
_refusal: Kind | None = None
_refused_at = -REMEMBERED_SECONDS
