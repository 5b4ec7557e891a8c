"""Notices that another process has written to the same SQLite file, such as a shell or a task."""

from __future__ import annotations

import logging

from django.db import connection

log = logging.getLogger("hubbub")

FILE_POLL_SECONDS = 0.25
"""Between two looks at the file."""


class SqliteFile:
    """SQLite counts, for each connection, the commits of all others: one number to read instead of all tables."""

    def __init__(self) -> None:
        self._seen: int | None = None

    def was_changed(self) -> bool:
        """Whether another connection has committed since the last call. Always False with another database."""
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return False
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                version = cursor.fetchone()[0]
        except Exception as error:
            log.warning("The database cannot be read: %s", error)
            return False
        seen, self._seen = self._seen, version
        return seen is not None and seen != version
