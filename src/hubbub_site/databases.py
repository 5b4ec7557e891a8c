"""Django's database settings: from DATABASE_URL, or SQLite in the data directory."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hubbub_site.config import Misconfigured

# WAL allows reads during a write; FULL makes a commit survive a power cut.
# A commit of hundreds of rooms touches thousands of pages: an 8 MB cache holds them, and a checkpoint
# follows after 16 MB instead of after every other such commit.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=4000;"
)
SQLITE_BUSY_SECONDS = 20

# A lost database is noticed within two seconds, even if its machine vanished without closing connections. The pool
# reconnects as soon as the database is back, instead of after its own growing pauses.
POSTGRESQL_PATIENCE = {
    "connect_timeout": "2",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
POSTGRESQL_POOL = {"min_size": 1, "max_size": 20, "timeout": 1.8, "reconnect_timeout": 1}


def settings_of(url: str, *, sqlite: Path) -> dict[str, Any]:
    return _postgresql(url) if url else _sqlite(sqlite)


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # Otherwise a transaction that reads first and then writes would fail at once instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": SQLITE_PRAGMAS,
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    scheme, _, _ = url.partition("://")
    if scheme not in {"postgres", "postgresql"}:
        raise Misconfigured(f"A database's address must begin with postgres://, not {scheme}://.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured(f"The database's address cannot be read: {error}.") from None
    if not parts.path.strip("/"):
        raise Misconfigured(
            f"The database's address must end with its name: postgres://{parts.hostname or 'host'}/NAME."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    # The query may name a directory with the server's socket: postgres:///name?host=/run/postgresql
    host = options.pop("host", None) or unquote(parts.hostname or "")
    # Identifies connections in pg_stat_activity, for people and for `database_copy.other_processes`.
    name = f"hubbub {os.getpid()}@{socket.gethostname()}"[:63]
    options = {"application_name": name, **POSTGRESQL_PATIENCE, **options}
    from hubbub_site.postgresql_deadline import Connection  # it needs psycopg, which sites on SQLite may lack

    options["pool"] = POSTGRESQL_POOL | {"connection_class": Connection}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", None) or port or ""),
        "OPTIONS": options,
        # Without this check the pool would hand out dead connections after a restart of the database, one per request.
        "CONN_HEALTH_CHECKS": True,
    }
