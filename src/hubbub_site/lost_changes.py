"""Detects at start that the SQLite database has lost acknowledged changes, and begins a new epoch.

The new epoch makes all clients start over. Otherwise a client would continue from a change that no longer exists.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from hubbub import actions
from hubbub.models import Room, Workspace
from hubbub.publish import DIRECTORY, set_head_recorder
from hubbub_site import heads_file
from hubbub_site.heads_file import HeadsFile

WARNING = """\
hubbub serve: THE DATABASE HAS LOST CHANGES. It lacks at least {lost}, which a server had acknowledged.
All clients start over now, and send their own messages of the last ten minutes once more. Older messages that are
lost stay lost, unless you have a newer copy of the database.
Look for the cause: a disk that fails, a copy of hubbub.sqlite3 that was put in place without its -wal file, or another
program that changed or removed the -wal file. `hubbub doctor` examines the database.
"""

log = logging.getLogger("hubbub")


class Lost(NamedTuple):
    """The number of rooms whose head is lower than the recorded one, and the number of changes that are missing."""

    rooms: int
    changes: int

    def __str__(self) -> str:
        changes = f"{self.changes} change{'s' * (self.changes != 1)}"
        return (
            f"{changes} of {self.rooms} room{'s' * (self.rooms != 1)}"
            if self.rooms
            else f"{changes} of members"
        )


def lost(data: Path) -> Lost | None:
    """The changes that the database lacks. None: there is no record of this epoch. Read-only.

    Reads the record first: a commit of a running server between both reads must not look like a loss.
    """
    recorded = heads_file.read(data / heads_file.NAME)
    workspace = Workspace.objects.order_by("pk").first()
    if recorded is None or workspace is None or recorded.epoch != workspace.epoch:
        return None
    present, last_room = _heads(), _last_room()
    # A deleted room is no loss: SQLite remembers the last id that it assigned.
    missing = {
        room: seq - present.get(room, 0)
        for room, seq in recorded.heads.items()
        if seq > present.get(room, 0) and (room in present or room > last_room)
    }
    return Lost(len(missing.keys() - {DIRECTORY}), sum(missing.values()))


def check(data: Path) -> None:
    """If changes are lost, warn and begin a new epoch. Then record the current heads. Call it under the lock."""
    workspace = Workspace.objects.the_one()
    if (found := lost(data)) is not None and found.changes:
        log.error("The database has lost at least %s. All clients start over.", found)
        print(WARNING.format(lost=found), end="", file=sys.stderr, flush=True)
        workspace = actions.begin_epoch(after=workspace.epoch)
    try:
        heads_file.write(data / heads_file.NAME, workspace.epoch, _heads())
    except OSError as error:
        log.warning("%s cannot be written: %s", data / heads_file.NAME, error)


def start_recording(data: Path) -> None:
    """Record the heads of all commits of this process from now on.

    If another epoch begins while it runs, the record belongs to the old one: no false alarm, and no check until the
    next start.
    """
    try:
        file = HeadsFile(data / heads_file.NAME, Workspace.objects.the_one().epoch)
    except (OSError, ValueError) as error:
        log.warning("A loss of changes will not be noticed: %s cannot be used: %s", heads_file.NAME, error)
    else:
        set_head_recorder(file.note)


def _heads() -> dict[int, int]:
    return {DIRECTORY: Workspace.objects.the_one().directory, **dict(Room.objects.values_list("pk", "seq"))}


def _last_room() -> int:
    """The largest room id that this database ever assigned."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [Room._meta.db_table])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
