"""What `hubbub` says when a disk or a database cannot be used: a sentence instead of a traceback."""

from __future__ import annotations

import os
from pathlib import Path

from hubbub import storage_faults
from hubbub.storage_faults import Fault
from hubbub_site import config
from hubbub_site.commands import Failed, Refused
from hubbub_site.config import Misconfigured


def to_command_error(error: Exception) -> Refused | Failed | None:
    """What is wrong and what to do, for an error of the system or of a database; None for any other exception."""
    fault = storage_faults.fault_of(error)
    if fault is None:
        return None
    if fault.path is None and isinstance(error, OSError):  # writing to an open file names no file
        fault = Fault(fault.kind, _data())
    return (Failed if fault.kind == "damaged" else Refused)(explain(fault))


def explain(fault: Fault) -> str:
    """Without a place it is PostgreSQL's."""
    kind, place = fault
    name = place or "PostgreSQL"
    if kind == "full":
        return f"There is no space left for {name}; make room on its disk."
    if kind == "read-only" and place is None:
        return "PostgreSQL takes no writes; name the primary in DATABASE_URL, not a standby."
    if kind == "read-only":
        return (
            f"{name} cannot be written: the disk is read-only; mount it for writing or use another directory."
        )
    if kind == "unwritable":
        return f"{name} cannot be used: permission denied for user {os.geteuid()}; change its owner (chown)."
    if kind == "damaged":
        return (
            f"The database {name} is damaged: put a backup in its place with `hubbub restore FILE --replace`."
        )
    return f"The disk of {name} does not work; the log of the system says why."


def _data() -> Path:
    try:
        return config.load().data
    except Misconfigured:
        return config.DATA_DEFAULT
