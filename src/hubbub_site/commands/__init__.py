"""The sub-commands of `hubbub`, one module each, and what they share."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from hubbub_site import config, durable_file, private_files, secret_key_file
from hubbub_site.config import Config


class Refused(Exception):
    """The command cannot run. One sentence says why and what to do instead. Exit code 2."""


class Failed(Exception):
    """The command ran and found a fault. One sentence says what it is and what to do. Exit code 1."""


def start(*, make: bool) -> Config:
    """Load the settings and Django. `make`: create a missing data directory instead of refusing it."""
    configuration = config.load()
    if make:
        make_directory(configuration.data)
        secret_key_file.prepare(configuration.data)
        close_files(configuration.data)
    elif not configuration.data.is_dir():
        raise Refused(f"There is no data directory {configuration.data}; name it with --data DIR.")
    # Overwrite: the shell's environment may name the settings of another project.
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub_site.settings"
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except (ImportError, ImproperlyConfigured) as error:
        reason = str(error).splitlines()[0]
        raise Refused(
            f"{reason}. Is a package missing? PostgreSQL needs hubbub[postgres], Redis hubbub[redis]."
        ) from None
    return configuration


def make_directory(data: Path) -> None:
    """Create a missing data directory. Raises Refused if it cannot be written."""
    try:
        durable_file.make_folder(data)
        if os.access(data, os.W_OK | os.X_OK):
            return
        read_only = os.statvfs(data).f_flag & os.ST_RDONLY
        reason = os.strerror(errno.EROFS if read_only else errno.EACCES)
    except OSError as error:
        reason = str(error.strerror)
    raise Refused(f"The data directory {data} cannot be used: {reason.lower()}.")


def close_files(data: Path) -> None:
    """Make files private that others could read. Raises Refused if that fails."""
    try:
        closed = private_files.close(data)
    except private_files.NotOurs as refusal:
        raise Refused(str(refusal)) from None
    except OSError as error:
        if error.errno != errno.EROFS:  # reported later with its own message
            raise
        return
    if closed:
        names = ", ".join(path.name for path in closed)
        print(f"Others could read {names} in {data}; now only the owner can.", file=sys.stderr)


def require_database() -> None:
    """Raise Refused if the database cannot be reached or is not set up."""
    from django.db import DatabaseError

    from hubbub.storage_faults import kind_of
    from hubbub_site.accounts.models import User

    try:
        User.objects.exists()
    except DatabaseError as error:
        if kind_of(error):
            raise  # a migration would fail on the same disk
        reason = str(error).splitlines()[0]
        raise Refused(f"The database is not ready ({reason}); `hubbub migrate` sets it up.") from None
