"""Trying again what failed through nobody's fault: a deadlock's victim, a database connection that was lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger("hubbub")

T = TypeVar("T")

TRIES = 3

DEADLOCKS = {"40P01", "40001"}
"""PostgreSQL's codes for who was chosen to give way. By then the others have gone on."""


def retry(work: Callable[[], T]) -> T:
    """What `work` returns. It must bear to be done twice: whether a connection was lost before or after its commit,
    nobody knows.

    Only what may well succeed at once is tried again: a database that takes no new connection is not waited for.
    """
    for _ in range(TRIES - 1):
        line = connection.connection
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if not _passes(error, line):
                raise
            log.warning("Trying again: %s", error)
    return work()


def is_deadlock(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCKS


def _passes(error: Exception, line: Any) -> bool:
    """Whether the same may succeed at once. `line`: what it went over when it began, if there was one."""
    if connection.in_atomic_block:
        return False  # a part of somebody's transaction cannot be repeated without the rest
    return is_deadlock(error) or (line is not None and _is_lost(line))


def _is_lost(line: Any) -> bool:
    """Whether that connection is no more. Then there is another, or the next query opens one."""
    if connection.connection is not line:
        return True
    if connection.is_usable():
        return False
    connection.close()
    return True
