"""Write everything into one file, while the server runs.

The file holds the database as it is at one moment, the secret key and the settings: protect it like a
password. A backup of a PostgreSQL site can be restored to SQLite, and the other way round.

The copy is checked before it replaces an existing file. If the database is damaged, the old file stays and the exit
code is 1.

  hubbub backup --data /srv/chat                              hubbub-2026-11-20-2230.zip, here
  hubbub backup --data /srv/chat /backups/chat.zip --force    every night by cron: the newest one only
"""

from __future__ import annotations

import argparse
import sqlite3
from datetime import datetime
from pathlib import Path

from hubbub_site.commands import Failed, Refused, require_database, start
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, help="where to (default: a name with today's date, here)"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def run(args: argparse.Namespace) -> int:
    config = start(make=False)
    require_database()
    from django.db import DatabaseError

    from hubbub.storage_faults import kind_of
    from hubbub_site import backup, database_copy

    file: Path = args.file or Path(datetime.now().strftime("hubbub-%Y-%m-%d-%H%M.zip"))
    if file.exists() and not args.force:
        raise Refused(f"{file} is there already; name another file, or use --force.")
    try:
        manifest = backup.write(config, file, Progress("copying"))
    except database_copy.NotTheSame as error:
        raise Failed(_no_backup(file, f"the copy differs from the database ({error})")) from None
    except (backup.Damaged, OSError, sqlite3.Error, DatabaseError, database_copy.DoesNotFit) as error:
        reason = str(getattr(error, "strerror", None) or error).strip().splitlines()[0].rstrip(".")
        if isinstance(error, backup.Damaged) or kind_of(error) == "damaged":
            raise Failed(_no_backup(file, f"the database is damaged ({reason})")) from None
        raise Refused(_no_backup(file, reason)) from None
    print(f"{file}: {manifest['messages']} messages, {file.stat().st_size / 1e6:.1f} MB.")
    return 0


def _no_backup(file: Path, reason: str) -> str:
    kept = f" The old {file} is still there." if file.exists() else ""
    return f"No backup was made: {reason}.{kept}"
