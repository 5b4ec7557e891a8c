"""Database rows of `sign_in_limits.py`: find, create, lock, and limit their number."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from hubbub_site.accounts import limits
from hubbub_site.accounts.models import FailureCounter

SWEEP_SECONDS = 60.0
"""Least time between two removals of old rows in one process."""


def of(keys: Collection[str]) -> QuerySet[FailureCounter]:
    return FailureCounter.objects.filter(key__in=keys)


def make(keys: Iterable[str]) -> None:
    """Call it outside the transaction that locks the rows: two inserts in different orders would deadlock."""
    now = timezone.now()
    if rows := [FailureCounter(key=key, last_failure_at=now) for key in sorted(keys)]:
        FailureCounter.objects.bulk_create(rows, ignore_conflicts=True)


def locked(keys: Collection[str]) -> dict[str, FailureCounter]:
    """The rows by key, locked in a fixed order. Call it inside a transaction."""
    return {row.key: row for row in of(keys).select_for_update().order_by("key")}


def sweep() -> None:
    """Periodically remove expired rows, and above FAILURE_COUNTERS rows that cause no waiting time."""
    global _swept_at
    with _sweeping:
        if time.monotonic() - _swept_at < SWEEP_SECONDS:
            return
        _swept_at = time.monotonic()
    remove_old()


def remove_old() -> None:
    now = timezone.now()
    FailureCounter.objects.filter(
        last_failure_at__lt=now - timedelta(seconds=limits.FAILURES_KEPT_SECONDS)
    ).delete()
    if (excess := FailureCounter.objects.count() - limits.FAILURE_COUNTERS) > 0:
        open_ones = Q(closed_until=None) | Q(closed_until__lte=now)
        harmless = FailureCounter.objects.filter(open_ones).order_by("failures", "last_failure_at")
        FailureCounter.objects.filter(pk__in=harmless.values("pk")[:excess]).delete()


_swept_at = -SWEEP_SECONDS
_sweeping = threading.Lock()
