"""Records the last committed head of each room, and the directory's count, in a file next to the SQLite database.

SQLite ends its log at the first damaged frame, drops the later commits and reports no error. A client that has received
a dropped change would then ignore the next change with the same seq, and its history would silently diverge. So the
server stores each head here after the commit and before it publishes, and compares the file with the database when it
starts (`lost_changes`).

The file is mapped into memory, and stores are not synced. The kernel keeps its pages when the process is killed. After
a power cut the file may be older than the database, which raises no alarm. It cannot be newer: `synchronous=FULL` puts
the commit on the disk before the head is stored. Each value is eight aligned bytes, so a torn page has no half value.
Pages that never reached the disk read as zeros, which are older than any head.

Layout, in the byte order of the machine: magic, version and epoch in 64 bytes, then the directory's count, then the
seqs of rooms 1, 2, 3 …
"""

from __future__ import annotations

import errno
import logging
import mmap
import os
import struct
import threading
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from hubbub_site import durable_file

NAME = "hubbub.heads"

ROOMS_AT_ONCE = 512
"""Entries by which the file grows: 4 KiB."""

MOST_ROOMS = 2**20
"""The file ends at 8 MiB. Rooms with a larger id are not recorded."""

HEADER = struct.Struct("=8sQ32s16x")
MAGIC, VERSION = b"HubHeads", 1
BYTES = 8  # of one seq

log = logging.getLogger("hubbub")


class Recorded(NamedTuple):
    """The content of a file: its epoch, and the seq of each room."""

    epoch: str
    heads: dict[int, int]


def read(path: Path) -> Recorded | None:
    """Read the file. None: it is missing, or another version or kind of machine wrote it."""
    try:
        with open(path, "rb") as file:
            content = file.read(HEADER.size + MOST_ROOMS * BYTES)
    except OSError:
        return None
    if (epoch := _epoch_of(content)) is None:
        return None
    seqs = array("Q", content[HEADER.size : len(content) - len(content) % BYTES])
    return Recorded(epoch, {room: seq for room, seq in enumerate(seqs) if seq})


def write(path: Path, epoch: str, heads: Mapping[int, int]) -> None:
    """Replace the file. Raises OSError."""
    kept = {room: seq for room, seq in heads.items() if room < MOST_ROOMS}
    seqs = array("Q", bytes(_entries_for(max(kept, default=0)) * BYTES))
    for room, seq in kept.items():
        seqs[room] = seq
    durable_file.write(path, HEADER.pack(MAGIC, VERSION, epoch.encode()) + seqs.tobytes())


class HeadsFile:
    """The open file of one epoch, which stores the heads of each commit. Several processes may share it."""

    def __init__(self, path: Path, epoch: str) -> None:
        """Raises OSError if there is no file of this epoch."""
        self._growing = threading.Lock()
        self._failed = False
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if _epoch_of(os.pread(self._file, HEADER.size, 0)) != epoch:
                raise OSError(errno.EINVAL, "it does not belong to this database")
            self._seqs = self._mapped(os.fstat(self._file).st_size)
        except BaseException:
            os.close(self._file)
            raise

    def note(self, heads: Iterable[tuple[int, int]]) -> None:
        """Store (room, seq) pairs; an older seq changes nothing. Never raises, because the commit is done.

        Two threads that store the same room at once may leave the older of both seqs, which raises no alarm.
        """
        seqs = self._seqs
        for room, seq in heads:
            if room >= len(seqs):
                seqs = self._grown(room)
                if room >= len(seqs):
                    continue
            if seq > seqs[room]:
                seqs[room] = seq

    def close(self) -> None:
        self._seqs.release()
        os.close(self._file)

    def _grown(self, room: int) -> memoryview[int]:
        """The entries, grown to include this room if the disk has space."""
        with self._growing:
            if room < len(self._seqs):
                return self._seqs  # another thread grew it
            try:
                if room >= MOST_ROOMS:
                    raise OSError(errno.EFBIG, f"room {room} has no place in it")
                self._seqs = self._mapped(HEADER.size + _entries_for(room) * BYTES)
                self._failed = False
            except (OSError, ValueError, MemoryError) as error:
                if not self._failed:
                    log.warning("New rooms are not recorded in %s: %s", NAME, error)
                self._failed = True
            return self._seqs

    def _mapped(self, size: int) -> memoryview[int]:
        # Write zeros instead of a hole: a store into a hole on a full disk would kill the process (SIGBUS).
        if (missing := size - os.fstat(self._file).st_size) > 0:
            written = os.pwrite(self._file, bytes(missing), size - missing)
            if written < missing:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole = size - size % BYTES
        return memoryview(mmap.mmap(self._file, whole))[HEADER.size :].cast("Q")


def _epoch_of(content: bytes) -> str | None:
    if len(content) < HEADER.size:
        return None
    magic, version, epoch = HEADER.unpack_from(content)
    if (magic, version) != (MAGIC, VERSION):
        return None
    return str(epoch.rstrip(b"\0").decode(errors="replace"))


def _entries_for(room: int) -> int:
    """The number of entries of a file that includes this room."""
    return (room // ROOMS_AT_ONCE + 1) * ROOMS_AT_ONCE
