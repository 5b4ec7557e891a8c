"""Restore a backup into an empty site, or replace an existing one.

Stop the server first. The restored history gets a new name (epoch), so browsers drop messages from after the backup and
resend their own messages of the last minutes. An existing database is kept next to the new one. The backup's key and
settings are used where the directory has none.

  hubbub restore hubbub-2026-11-20-2230.zip --data /srv/chat
  DATABASE_URL=postgres://… hubbub restore chat.zip --data /srv/chat      into an empty PostgreSQL database
"""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from hubbub_site import backup_format, durable_file, secret_key_file
from hubbub_site import config as settings_file
from hubbub_site.commands import Refused, make_directory, start
from hubbub_site.commands.migrate import migrate
from hubbub_site.config import Config
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file made by `hubbub backup`")
    parser.add_argument("--replace", action="store_true", help="replace the existing site (SQLite only)")


def run(args: argparse.Namespace) -> int:
    data = settings_file.load().data
    try:
        manifest = backup_format.read_manifest(args.file)
        make_directory(data)
        with backup_format.key_and_settings(args.file, data):
            config = start(make=True)
            if config.data != data:
                raise Refused(
                    f"The backup's hubbub.toml names the directory {config.data}; add --data {data}."
                )
            _restore(config, args.file, replace=args.replace)
            _compare_keys(args.file)
    except backup_format.NoBackup as error:
        raise Refused(str(error)) from None
    print(
        f"“{manifest['workspace']}” as of {manifest['made_at']}, {manifest['messages']} messages, is in place."
    )
    return 0


def _restore(config: Config, file: Path, *, replace: bool) -> None:
    from django.db import DatabaseError

    from hubbub import storage_faults
    from hubbub_site import backup, database_copy
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    put = _put_rows if config.database_url else _put_file
    try:
        with only_server_of(config.data), backup.unpacked(file, config.data) as database:
            put(config, database, replace=replace)
    except (AlreadyServed, database_copy.NotTheSame, database_copy.DoesNotFit) as error:
        raise Refused(str(error)) from None
    except DatabaseError as error:
        if storage_faults.kind_of(error):
            raise
        raise Refused(f"The database cannot be used: {str(error).splitlines()[0]}.") from None


def _put_file(config: Config, database: Path, *, replace: bool) -> None:
    from django.db import connections

    from hubbub_site import database_copy

    if config.database.exists():
        if not replace and not database_copy.is_empty("default"):
            raise Refused(
                f"{config.database} holds a site; --replace puts the backup in its place and keeps it."
            )
        connections["default"].close()
        kept = config.database.with_name(f"before-restore-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite3")
        for end in ("", "-wal", "-shm"):
            part = Path(f"{config.database}{end}")
            if part.exists():
                durable_file.move_into_place(part, Path(f"{kept}{end}"))
        print(f"What was there is kept as {kept.name}.")
    connections["archive"].close()  # merges its journal into the file
    durable_file.move_into_place(database, config.database)


def _compare_keys(file: Path) -> None:
    from django.conf import settings

    key = backup_format.key_of(file)
    if key != settings.SECRET_KEY:
        # A short key cannot come from a file, so it was a setting at the original site.
        advice = (
            ""
            if secret_key_file.is_whole(key.encode())
            else ", unless you set HUBBUB_SECRET_KEY as it was there"
        )
        print(f"The key in use here is not the backup's: people have to sign in again{advice}.")


def _put_rows(config: Config, database: Path, *, replace: bool) -> None:
    from hubbub_site import database_copy

    if others := database_copy.other_processes("default"):
        raise Refused(f"{others[0]} is connected to that PostgreSQL database; stop it first.")
    if not database_copy.is_empty("default"):
        raise Refused("The PostgreSQL database holds a site already; restore into an empty one.")
    migrate()
    database_copy.copy_site("archive", "default", Progress("restoring"))
