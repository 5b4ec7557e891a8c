"""The lock that allows one server per data directory. Two servers would not receive each other's messages."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyServed(Exception):
    """Another server uses this data directory. The message says which one and what to do."""


@contextmanager
def only_server_of(data: Path) -> Iterator[None]:
    """Hold the data directory's lock. The kernel releases it however this process ends."""
    path = data / "hubbub.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            raise AlreadyServed(
                f"Another Hubbub server (process {holder}) already serves {data}. "
                "Stop it first, or give this one another --data directory."
            ) from None
        os.truncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
