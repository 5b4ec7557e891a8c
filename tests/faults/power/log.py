"""The recorder's log: one record for each call that changed a file or synced it, in order."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEAD = struct.Struct("<IIQqII")
"""`struct record` of recorder.h."""

OPEN, WRITE, RESIZE, MAP, LINK, RENAME, UNLINK = "owtmlru"
SYNC_BEGINS, SYNC_ENDS, FOLDER_SYNC_BEGINS, FOLDER_SYNC_ENDS = "sSdD"
KINDS = frozenset("owtmlrusSdD")


class Record(NamedTuple):
    """`file`: the inode. `offset`: of a write; the new length (RESIZE); 1 if the file was made by this (OPEN).
    `path`: below the directory; of LINK and RENAME both names, the old one first, with a zero byte between.
    """

    kind: str
    thread: int
    file: int
    offset: int
    path: str
    data: bytes

    @property
    def names(self) -> tuple[str, str]:
        old, _, new = self.path.partition("\0")
        return old, new


class Log:
    """`records`, and for each of them its `positions`: how many bytes the log had before it."""

    def __init__(self, records: list[Record], positions: list[int]) -> None:
        self.records, self.positions = records, positions

    def __len__(self) -> int:
        return len(self.records)

    def index_at(self, position: int) -> int:
        """How many records the log had when it was `position` bytes long."""
        return bisect_left(self.positions, position)


def read_log(path: Path) -> Log:
    """ValueError if it is damaged."""
    content = path.read_bytes()
    positions, records = [], []
    for position, record in _records(content):
        positions.append(position)
        records.append(record)
    return Log(records, positions)


def _records(content: bytes) -> Iterator[tuple[int, Record]]:
    position = 0
    while position < len(content):
        kind, thread, file, offset, path_length, length = HEAD.unpack_from(content, position)
        path = position + HEAD.size
        data = path + path_length
        end = data + length
        if chr(kind) not in KINDS or end > len(content):
            raise ValueError(f"the log is damaged at {position}")
        name = content[path:data].decode()
        yield position, Record(chr(kind), thread, file, offset, name, content[data:end])
        position = end
