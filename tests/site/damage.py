"""Damages the file of an SQLite database, as a disk, a crash or another program may do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def in_the_middle(database: Path) -> None:
    """Overwrite pages in the middle of the file."""
    size = page_size(database)
    middle = database.stat().st_size // size // 2
    overwrite(database, middle * size, b"\xa5" * (4 * size))


def root_of_messages(database: Path) -> None:
    overwrite_root(database, "hubbub_message")


def root_of_users(database: Path) -> None:
    """Overwrite the root page of the first table that a command reads."""
    overwrite_root(database, "accounts_user")


def header(database: Path) -> None:
    overwrite(database, 0, b"\0" * 100)


def cut_short(database: Path) -> None:
    """Remove the second half of the file."""
    with open(database, "r+b") as file:
        file.truncate(database.stat().st_size // 2)


def stale_index(database: Path) -> None:
    """Change a row without its index. Only a comparison shows the fault, because each of them is well-formed."""
    rows = (
        "SELECT * FROM sqlite_master WHERE name = (SELECT min(name) FROM sqlite_master WHERE type = 'index'"
    )
    with closing(sqlite3.connect(database)) as opened:
        kept = opened.execute(f"{rows} AND tbl_name = 'hubbub_room' AND sql LIKE '%created_by%')").fetchone()
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute("DELETE FROM sqlite_master WHERE name = ?", (kept[1],))
        opened.commit()
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("UPDATE hubbub_room SET created_by_id = created_by_id + 1")
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", kept)
        opened.commit()


def moved_head(database: Path) -> None:
    """Set a room's counter ahead of its messages, as after the loss of the last ones."""
    change(database, "UPDATE hubbub_room SET seq = seq + 1 WHERE name = 'square'")


def gap(database: Path) -> None:
    """Delete a message."""
    change(database, "DELETE FROM hubbub_message WHERE number = 7")


WAYS = (
    in_the_middle,
    root_of_messages,
    root_of_users,
    header,
    cut_short,
    stale_index,
    moved_head,
    gap,
)


def change(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(statement)
        opened.commit()


def overwrite_root(database: Path, table: str) -> None:
    size = page_size(database)
    with closing(sqlite3.connect(database)) as opened:
        (page,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    overwrite(database, (page - 1) * size, b"\xa5" * size)


def overwrite(database: Path, place: int, content: bytes) -> None:
    with open(database, "r+b") as file:
        file.seek(place)
        file.write(content)


def page_size(database: Path) -> int:
    """Return the page size. Also removes the log, whose content would hide a damaged page."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    return int(size)
