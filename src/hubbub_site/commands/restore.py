"""Put a backup in place of an empty site, or of one that you want to replace.

Stop the server first. The history gets a new name (its epoch), so browsers forget what came after the backup and send
again what their people said in the last minutes. A database that was there is kept beside the new one.

  hubbub restore hubbub-2026-11-20-2230.zip --data /srv/chat
  DATABASE_URL=postgres://… hubbub restore chat.zip --data /srv/chat      into an empty PostgreSQL database
"""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path

from hubbub_site.commands import Refused, start
from hubbub_site.commands.migrate import migrate
from hubbub_site.config import Config
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file made by `hubbub backup`")
    parser.add_argument(
        "--replace", action="store_true", help="the site that is there gives way (SQLite only)"
    )


def run(args: argparse.Namespace) -> int:
    config = start(make=True)
    from django.db import connection

    from hubbub import actions
    from hubbub_site import archive, moving
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    try:
        manifest = archive.read_manifest(args.file)
        with only_server_of(config.data):
            if connection.vendor == "sqlite":
                _put_file(config, args.file, replace=args.replace)
                migrate()
            else:
                migrate()
                _put_rows(config, args.file)
    except (archive.NoBackup, moving.NotTheSame) as error:
        raise Refused(str(error)) from None
    except AlreadyServed as error:
        raise Refused(str(error)) from None
    actions.begin_epoch()
    print(
        f"“{manifest['workspace']}” as of {manifest['made_at']}, {manifest['messages']} messages, is in place."
    )
    return 0


def _put_file(config: Config, file: Path, *, replace: bool) -> None:
    from django.db import connection

    from hubbub_site import archive, moving

    if config.database.exists():
        if not replace and not moving.is_empty("default"):
            raise Refused(
                f"{config.database} holds a site; --replace puts the backup in its place and keeps it."
            )
        connection.close()
        kept = config.database.with_name(f"before-restore-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite3")
        for end in ("", "-wal", "-shm"):
            part = Path(f"{config.database}{end}")
            if part.exists():
                os.replace(part, f"{kept}{end}")
        print(f"What was there is kept as {kept.name}.")
    os.replace(archive.extract(file, config.data), config.database)


def _put_rows(config: Config, file: Path) -> None:
    from django.db import connections

    from hubbub_site import archive, databases, moving

    if not moving.is_empty("default"):
        raise Refused("The PostgreSQL database holds a site already; restore into an empty one.")
    extracted = archive.extract(file, config.data)
    try:
        moving.open_database("archive", databases.settings_of("", sqlite=extracted))
        moving.prepare("archive")  # an older backup gets today's tables first
        moving.copy_site("archive", "default", Progress("restoring"))
    finally:
        connections["archive"].close()
        for end in ("", "-wal", "-shm"):
            Path(f"{extracted}{end}").unlink(missing_ok=True)
