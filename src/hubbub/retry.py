"""Retries database work that failed because of a deadlock or a lost connection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger("hubbub")

T = TypeVar("T")

TRIES = 3

DEADLOCKS = {"40P01", "40001"}
"""PostgreSQL's codes for the transaction that it ended to resolve a deadlock or conflict. The others have continued."""


def retry(work: Callable[[], T]) -> T:
    """Run `work` and return its result. It must be idempotent: a lost connection does not tell whether it committed.

    Retries only what may succeed at once: it does not wait for a database that accepts no connection.
    """
    for _ in range(TRIES - 1):
        used = connection.connection
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if not _is_transient(error, used):
                raise
            log.warning("Retrying: %s", error)
    return work()


def is_deadlock(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCKS


def _is_transient(error: Exception, used: Any) -> bool:
    """Whether a retry may succeed at once. `used`: the database connection at the start, if there was one."""
    if connection.in_atomic_block:
        return False  # part of the caller's transaction: it cannot be repeated without the rest
    return is_deadlock(error) or (used is not None and _is_lost(used))


def _is_lost(used: Any) -> bool:
    """Whether that database connection is gone. Then there is another one, or the next query opens one."""
    if connection.connection is not used:
        return True
    if connection.is_usable():
        return False
    connection.close()
    return True
