"""Copy a site to another database with all ids, and verify that nothing is missing.

Use it when one process is not enough: from SQLite to PostgreSQL, or back. Stop the server first; later messages would
be missing in the copy. The target must be empty. The source is not changed. Counts, every room's head and every row are
compared before the copy is kept.

  hubbub copy --to postgres://user:password@host/chat --data /srv/chat
  DATABASE_URL=postgres://user:password@host/chat hubbub serve --data /srv/chat
"""

from __future__ import annotations

import argparse
from pathlib import Path

from hubbub_site.commands import Failed, Refused, require_database, start
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", required=True, metavar="URL", help="postgres://…, or the path of an SQLite file"
    )


def run(args: argparse.Namespace) -> int:
    config = start(make=False)
    require_database()
    from hubbub_site import database_copy, databases, integrity
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    file = None if "://" in args.to else Path(args.to)
    settings = databases.settings_of("" if file else args.to, sqlite=file or Path())
    try:
        with only_server_of(config.data), database_copy.opened("target", settings):
            if others := database_copy.other_processes("default"):
                raise Refused(f"{others[0]} is connected to the source; stop it first.")
            if damage := integrity.damage_of("default"):
                raise Failed(f"Nothing was copied: the database is damaged ({damage}).")
            rows = _copy(file)
    except AlreadyServed as error:
        raise Refused(str(error)) from None
    print(f"{rows} rows copied and compared: counts, heads and every row are the same.")
    return 0


def _copy(file: Path | None) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from hubbub_site import database_copy, durable_file

    try:
        if file and not file.exists():
            durable_file.make_private(file)
        if not database_copy.is_empty("target"):
            raise Refused("The target is not empty; copy into a database of its own.")
        database_copy.prepare("target")
        return database_copy.copy_site("default", "target", Progress("copying"))
    except (database_copy.NotTheSame, database_copy.DoesNotFit) as error:
        raise Refused(f"The copy was taken back: {error}.") from None
    except (DatabaseError, ImproperlyConfigured, OSError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise Refused(f"The target cannot be used: {reason}.") from None
