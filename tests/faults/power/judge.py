"""What a power cut left, compared with what the people knew before it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from hubbub_site import secret_key_file
from tests.faults.power.recording import DATABASE, Recording


class Row(NamedTuple):
    """A message as the database has it."""

    id: UUID
    room: int
    number: int
    seq: int
    text: str
    deleted: bool


class Judge:
    """`broken` says what a rebuilt directory lacks. One for each recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._acked = sorted(
            (known for person in recording.witnesses for known in person.acked),
            key=lambda known: known.position,
        )
        self._heard = sorted(
            (known for person in recording.witnesses for known in person.heard),
            key=lambda known: known.position,
        )
        self._states = {
            (k.message["room"], k.message["seq"]): k.message for k in [*self._acked, *self._heard]
        }

    def broken(self, directory: Path, position: int) -> list[str]:
        """After a power cut when the log was `position` bytes long; empty if everything is there and in order."""
        found = list(self._key(directory / secret_key_file.NAME, position))
        path = directory / DATABASE
        try:
            with closing(sqlite3.connect(path)) as database:
                found += self._database(database, position)
        except sqlite3.DatabaseError as error:
            found.append(f"the database cannot be read: {error}")
        return found

    def _key(self, path: Path, position: int) -> Iterator[str]:
        """Whole or not there; and there since the server served."""
        key = path.read_bytes() if path.exists() else None
        if key is None and position >= self._recording.served:
            yield "the secret key is gone"
        elif key is not None and key != self._recording.key:
            yield f"the secret key is damaged: {len(key)} bytes of {len(self._recording.key)} remain"

    def _database(self, database: sqlite3.Connection, position: int) -> Iterator[str]:
        outcome = database.execute("PRAGMA integrity_check").fetchall()
        if outcome != [("ok",)]:
            yield f"SQLite's integrity check: {outcome[:3]}"
            return
        if database.execute("PRAGMA foreign_key_check").fetchall():
            yield "rows refer to rows that are not there"
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'hubbub_message'").fetchall():
            if position >= self._recording.served:
                yield "the tables are gone"
            return
        rows = [
            Row(UUID(id), room, number, seq, text, bool(deleted))
            for id, room, number, seq, text, deleted in database.execute(
                "SELECT id, room_id, number, seq, text, deleted FROM hubbub_message ORDER BY room_id, number"
            )
        ]
        heads = {
            room: (seq, last_number)
            for room, seq, last_number in database.execute("SELECT id, seq, last_number FROM hubbub_room")
        }
        if position >= self._recording.peopled:
            yield from self._people(database, heads)
        yield from self._acknowledged({row.id: row for row in rows}, position)
        yield from self._delivered(heads, position)
        yield from self._in_order(rows, heads)
        yield from self._as_somebody_wrote_it(rows)

    def _people(self, database: sqlite3.Connection, heads: dict[int, Any]) -> Iterator[str]:
        missing = set(self._recording.rooms) - heads.keys()
        if missing:
            yield f"rooms {sorted(missing)} are gone"
        (tokens,) = database.execute("SELECT count(*) FROM hubbub_token").fetchone()
        if tokens < len(self._recording.witnesses):
            yield f"{len(self._recording.witnesses)} tokens were made, {tokens} are there"

    def _acknowledged(self, rows: dict[UUID, Row], position: int) -> Iterator[str]:
        latest: dict[UUID, dict[str, Any]] = {}
        for known in self._acked:
            if known.position > position:
                break
            message = latest.setdefault(UUID(known.message["id"]), known.message)
            if known.message["seq"] > message["seq"]:
                latest[UUID(known.message["id"])] = known.message
        for id, message in latest.items():
            row = rows.get(id)
            which = f"message {message['number']} of room {message['room']}"
            if row is None:
                yield f"{which} was acknowledged and is lost"
            elif row.number != message["number"]:
                yield f"{which} is number {row.number} now"
            elif row.seq < message["seq"]:
                yield f"{which} was acknowledged at seq {message['seq']} and is as it was at {row.seq}"

    def _delivered(self, heads: dict[int, tuple[int, int]], position: int) -> Iterator[str]:
        latest: dict[int, int] = {}
        for known in self._heard:
            if known.position > position:
                break
            room = known.message["room"]
            latest[room] = max(latest.get(room, 0), known.message["seq"])
        for room, seq in latest.items():
            if heads.get(room, (0, 0))[0] < seq:
                yield f"somebody heard seq {seq} of room {room}, which stands at {heads.get(room)}"

    def _in_order(self, rows: list[Row], heads: dict[int, tuple[int, int]]) -> Iterator[str]:
        for room, (seq, last_number) in heads.items():
            here = [row for row in rows if row.room == room]
            if [row.number for row in here] != list(range(1, last_number + 1)):
                yield f"room {room} has {len(here)} messages, the last number is {last_number}"
            if max((row.seq for row in here), default=0) != seq or len({row.seq for row in here}) != len(
                here
            ):
                yield f"room {room} stands at {seq}, which is not its last seq, or a seq is there twice"
        texts = Counter((row.room, row.text) for row in rows if row.text.startswith("@"))
        yield from (f"{text!r} is in room {room} {n} times" for (room, text), n in texts.items() if n > 1)

    def _as_somebody_wrote_it(self, rows: list[Row]) -> Iterator[str]:
        for row in rows:
            state = self._states.get((row.room, row.seq))
            if state and (state["id"], state["text"]) != (str(row.id), row.text):
                yield f"message {row.number} of room {row.room} was never like this: {row.text!r}"
