"""Move a site to another database, keeping every id, and prove that nothing is missing.

For the day when one process is not enough: from SQLite to PostgreSQL, or back. Stop the server first; what is said
meanwhile would stay behind. The target must be empty. Nothing is changed at the source. Counts, every room's head
and every message are compared before the copy is kept.

  hubbub copy --to postgres://user:password@host/chat --data /srv/chat
  DATABASE_URL=postgres://user:password@host/chat hubbub serve --data /srv/chat
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from hubbub_site.commands import Refused, require_database, start
from hubbub_site.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", required=True, metavar="URL", help="postgres://…, or the path of an SQLite file"
    )


def run(args: argparse.Namespace) -> int:
    config = start(make=False)
    require_database()
    from django.db import DatabaseError

    from hubbub_site import databases, moving
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    is_url = "://" in args.to
    settings = databases.settings_of(args.to if is_url else "", sqlite=Path(args.to))
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(only_server_of(config.data))
            moving.open_database("target", settings)
            if not moving.is_empty("target"):
                raise Refused("The target holds a site already; copy into an empty database.")
            moving.prepare("target")
            rows = moving.copy_site("default", "target", Progress("copying"))
    except AlreadyServed as error:
        raise Refused(str(error)) from None
    except moving.NotTheSame as error:
        raise Refused(f"The copy was taken back: {error}.") from None
    except DatabaseError as error:
        raise Refused(f"The target cannot be used: {str(error).splitlines()[0]}.") from None
    print(f"{rows} rows copied and compared: counts, heads and every message are the same.")
    return 0
