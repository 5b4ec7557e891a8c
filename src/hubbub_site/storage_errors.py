"""Error messages of `hubbub` for disks and databases that cannot be used, instead of a traceback."""

from __future__ import annotations

import os
from pathlib import Path

from hubbub import storage_faults
from hubbub.storage_faults import Fault
from hubbub_site import config
from hubbub_site.commands import Failed, Refused
from hubbub_site.config import Misconfigured


def to_command_error(error: Exception) -> Refused | Failed | None:
    """Convert an error of the system or of a database to one that says what to do; None for other exceptions."""
    fault = storage_faults.fault_of(error)
    if fault is None:
        return None
    if fault.path is None and isinstance(error, OSError):  # an error of an open file names no file
        fault = Fault(fault.kind, _data())
    return (Failed if fault.kind == "damaged" else Refused)(explain(fault))


def explain(fault: Fault) -> str:
    """One sentence: what is wrong and what to do. A fault without a path is PostgreSQL's."""
    kind, path = fault
    name = path or "PostgreSQL"
    if kind == "full":
        return f"There is no space left for {name}; make room on its disk."
    if kind == "read-only" and path is None:
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
