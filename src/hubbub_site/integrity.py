"""Checks whether a database is intact: SQLite's pages and indexes, and each room's counters against its messages."""

from __future__ import annotations

from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper

from hubbub import storage_faults
from hubbub.models import Message, Room

# Messages are numbered from floor + 1 to last_number, without holes, and the newest change is the room's head.
A_WRONG_ROOM = f"""
SELECT r.id, r.last_number, r.seq, count(m.id), coalesce(max(m.number), r.floor), coalesce(max(m.seq), 0)
FROM {Room._meta.db_table} r LEFT JOIN {Message._meta.db_table} m ON m.room_id = r.id
GROUP BY r.id, r.last_number, r.seq, r.posts, r.floor
HAVING count(m.id) <> r.last_number - r.floor
    OR coalesce(min(m.number), r.floor + 1) <> r.floor + 1
    OR coalesce(max(m.number), r.floor) <> r.last_number
    OR coalesce(max(m.seq), 0) <> r.seq
    OR coalesce(max(m.post), 0) <> r.posts
ORDER BY r.id LIMIT 1
"""  # noqa: S608


def damage_of(alias: str) -> str:
    """The first fault of a database in a few words; empty if it is intact.

    SQLite's `integrity_check` reads every page and compares every index with its table, which the quick check skips.
    It takes seconds for a million messages. Raises DatabaseError if the database cannot be read for another reason.
    """
    try:
        with connections[alias].cursor() as cursor:
            return _bad_page(cursor) or _wrong_room(cursor)
    except DatabaseError as error:
        if storage_faults.kind_of(error) == "damaged":
            return str(error).strip()
        raise


def _bad_page(cursor: CursorWrapper) -> str:
    if cursor.db.vendor != "sqlite":
        return ""
    cursor.execute("PRAGMA integrity_check(1)")
    verdict = " ".join(cursor.fetchone()[0].split()).removeprefix("*** in database main *** ")
    return "" if verdict == "ok" else verdict


def _wrong_room(cursor: CursorWrapper) -> str:
    if Room._meta.db_table not in cursor.db.introspection.table_names(cursor):
        return ""  # there are no tables yet
    cursor.execute(A_WRONG_ROOM)
    row = cursor.fetchone()
    if row is None:
        return ""
    room, number, seq, count, last, newest = row
    return (
        f"room {room} counts to message {number} and change {seq}, but has {count} messages,"
        f" the last one with number {last}, and changes up to {newest}"
    )
