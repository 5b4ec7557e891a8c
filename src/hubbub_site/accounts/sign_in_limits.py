"""Slows down guessing passwords: failures are counted in the database, and each count makes the next try wait.

Each failure is counted three times: for the network that it came from, for the account, and for both together. A
browser that has signed in to the account before (`known_browsers.py`) has a count of its own instead, so strangers
who guess at an account do not lock its owner out.

The counts are rows, not entries of a cache: a cache evicts what it has no room for, so that cheap requests from other
addresses would end a lock. Rows also survive a restart, and all processes share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hubbub.networks import network_of
from hubbub_site.accounts import limits, sign_in_failures
from hubbub_site.accounts.models import FailureCounter


class TooManyFailures(Exception):
    """The password was not looked at. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Scope(NamedTuple):
    """What failures are counted by, and how many make nobody wait."""

    key: str
    free: int
    forgiven: bool
    """Whether a success ends the count. Not where an attacker's success with one account would allow more guesses at
    another one."""


class Counted(NamedTuple):
    """What a scope's row was before this try was counted."""

    scope: Scope
    failures: int
    closed_until: datetime | None


class Attempt:
    """One try. It counts as a failure until it turns out to be something else."""

    def __init__(self, counted: Sequence[Counted]) -> None:
        self._counted = counted

    def succeeded(self) -> None:
        with transaction.atomic():
            self._take_back()
            self._forgive()

    def _forgive(self) -> None:
        ended = [counted.scope.key for counted in self._counted if counted.scope.forgiven]
        sign_in_failures.of(ended).update(failures=0, closed_until=None)

    def was_not_made(self) -> None:
        """The password has not been checked, so this was no guess."""
        with transaction.atomic():
            self._take_back()

    def _take_back(self) -> None:
        for scope, failures, closed_until in self._counted:
            row = sign_in_failures.of([scope.key])
            if not row.filter(failures=failures + 1).update(failures=failures, closed_until=closed_until):
                row.filter(failures__gt=0).update(failures=F("failures") - 1)


def attempt(account: str, *, address: str, browser: str) -> Attempt:
    """Count a try before its password is checked, so that many at once are not all let in. Raises TooManyFailures.

    `account` is a normalised username, whether or not there is such a user; `browser` is the id of a browser that is
    known to the account, or empty.
    """
    scopes = _scopes(account, network_of(address) or address, browser)
    keys = [scope.key for scope in scopes]
    existing = list(sign_in_failures.of(keys))
    _refuse_if_closed(existing)
    sign_in_failures.sweep()
    sign_in_failures.make(set(keys) - {row.key for row in existing})
    with transaction.atomic():
        rows = sign_in_failures.locked(keys)
        _refuse_if_closed(list(rows.values()))
        return Attempt([_count(rows[scope.key], scope) for scope in scopes if scope.key in rows])


def forgive(account: str) -> None:
    """A new password by a link proves who somebody is: failures from elsewhere do not make them wait."""
    sign_in_failures.of([_key("account", account)]).delete()


def wait_after(failures: int, *, free: int) -> timedelta | None:
    """How long the next try is refused after so many failures in a row."""
    if failures < free:
        return None
    doublings = min(failures - free, 30)
    return timedelta(seconds=min(limits.FIRST_WAIT_SECONDS * 2**doublings, limits.LONGEST_WAIT_SECONDS))


def _scopes(account: str, network: str, browser: str) -> list[Scope]:
    if browser:
        return [Scope(_key("browser", account, browser), limits.FAILURES_OF_KNOWN_BROWSER, forgiven=True)]
    return [
        Scope(_key("network", network), limits.FAILURES_FROM_NETWORK, forgiven=False),
        Scope(_key("account", account), limits.FAILURES_OF_ACCOUNT, forgiven=False),
        Scope(_key("both", account, network), limits.FAILURES_OF_ACCOUNT_FROM_NETWORK, forgiven=True),
    ]


def _key(*parts: str) -> str:
    return salted_hmac("hubbub_site.guessing", "\x00".join(parts), algorithm="sha256").hexdigest()


def _refuse_if_closed(rows: Sequence[FailureCounter]) -> None:
    now = timezone.now()
    wait = max((row.closed_until - now for row in rows if row.closed_until), default=timedelta())
    if wait > timedelta():
        raise TooManyFailures(int(wait.total_seconds()) + 1)


def _count(row: FailureCounter, scope: Scope) -> Counted:
    now = timezone.now()
    if row.last_failure_at < now - timedelta(seconds=limits.FAILURES_KEPT_SECONDS):
        row.failures = 0
    before = Counted(scope, row.failures, row.closed_until)
    row.failures += 1
    wait = wait_after(row.failures, free=scope.free)
    row.closed_until = now + wait if wait else None
    row.last_failure_at = now
    row.save(update_fields=["failures", "closed_until", "last_failure_at"])
    return before
