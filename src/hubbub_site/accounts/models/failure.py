"""Counts of recent sign-in failures, and the time until which attempts are refused."""

from __future__ import annotations

from django.db import models


class FailureCounter(models.Model):
    """One failure count of `sign_in_limits.py`: of a network, an account, both, or a browser.

    The key is a keyed hash, so the table shows no account and no address.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} failures"
