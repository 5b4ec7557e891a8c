"""Write everything into one file, while the server runs.

The file holds the database as it is at one moment, the secret key and the settings: keep it as you would keep a
password. A backup of a PostgreSQL site can be restored to SQLite, and the other way round.

  hubbub backup --data /srv/chat                              hubbub-2026-11-20-2230.zip, here
  hubbub backup --data /srv/chat /backups/chat.zip --force    every night by cron: the newest one only
"""

from __future__ import annotations

import argparse
import sqlite3
from datetime import datetime
from pathlib import Path

from hubbub_site.commands import Refused, require_database, start
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, help="where to (default: a name with today's date, here)"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def run(args: argparse.Namespace) -> int:
    config = start(make=False)
    require_database()
    from hubbub_site import archive, moving

    file: Path = args.file or Path(datetime.now().strftime("hubbub-%Y-%m-%d-%H%M.zip"))
    if file.exists() and not args.force:
        raise Refused(f"{file} is there already; name another file, or use --force.")
    try:
        manifest = archive.write(config, file, Progress("copying"))
    except (OSError, sqlite3.Error, moving.NotTheSame, moving.DoesNotFit) as error:
        raise Refused(f"No backup was made: {error}.") from None
    print(f"{file}: {manifest['messages']} messages, {file.stat().st_size / 1e6:.1f} MB.")
    return 0
