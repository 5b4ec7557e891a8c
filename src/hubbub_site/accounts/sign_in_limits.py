"""Limits sign-in attempts: failures are counted in the database, and after too many the next attempts must wait.

Each failure is counted three times: for the network, for the account, and for both together. A browser that has signed
in to the account before (`known_browsers.py`) has its own count instead, so attackers who guess an account's password
do not lock its owner out.

The counts are database rows, not cache entries: a cache evicts entries when it is full, so cheap requests from other
addresses could end a lock. Rows also survive a restart, and all processes share them.
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
from hubbub_site.accounts import limits, sign_in_failure_rows
from hubbub_site.accounts.models import FailureCounter


class TooManyFailures(Exception):
    """The attempt is refused without checking the password. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Scope(NamedTuple):
    """A key by which failures are counted, and how many of them cause no waiting time."""

    key: str
    free: int
    reset_on_success: bool
    """Whether a success resets the count. False where a success with an attacker's own account would allow more guesses
    at another account."""


class Counted(NamedTuple):
    """The state of a scope's row before this attempt was counted."""

    scope: Scope
    failures: int
    closed_until: datetime | None


class Attempt:
    """One attempt. It counts as a failure until one of these methods says otherwise."""

    def __init__(self, counted: Sequence[Counted]) -> None:
        self._counted = counted

    def succeeded(self) -> None:
        with transaction.atomic():
            self._take_back()
            self._reset()

    def _reset(self) -> None:
        ended = [counted.scope.key for counted in self._counted if counted.scope.reset_on_success]
        sign_in_failure_rows.of(ended).update(failures=0, closed_until=None)

    def password_was_not_checked(self) -> None:
        """The password was not checked, so this is not a failure."""
        with transaction.atomic():
            self._take_back()

    def _take_back(self) -> None:
        for scope, failures, closed_until in self._counted:
            row = sign_in_failure_rows.of([scope.key])
            if not row.filter(failures=failures + 1).update(failures=failures, closed_until=closed_until):
                row.filter(failures__gt=0).update(failures=F("failures") - 1)


def attempt(account: str, *, address: str, browser: str) -> Attempt:
    """Count an attempt before its password is checked, so that concurrent ones are limited. Raises TooManyFailures.

    `account` is a normalised username, existing or not; `browser` is the id of a browser that is known to the account,
    or empty.
    """
    scopes = _scopes(account, network_of(address) or address, browser)
    keys = [scope.key for scope in scopes]
    existing = list(sign_in_failure_rows.of(keys))
    _refuse_if_closed(existing)
    sign_in_failure_rows.sweep()
    sign_in_failure_rows.make(set(keys) - {row.key for row in existing})
    with transaction.atomic():
        rows = sign_in_failure_rows.locked(keys)
        _refuse_if_closed(list(rows.values()))
        return Attempt([_count(rows[scope.key], scope) for scope in scopes if scope.key in rows])


def reset(account: str) -> None:
    """Reset the account's counts after a password reset by link: it proves the identity of the person."""
    sign_in_failure_rows.of([_key("account", account)]).delete()


def wait_after(failures: int, *, free: int) -> timedelta | None:
    """How long attempts are refused after this number of failures in a row."""
    if failures < free:
        return None
    doublings = min(failures - free, 30)
    return timedelta(seconds=min(limits.FIRST_WAIT_SECONDS * 2**doublings, limits.LONGEST_WAIT_SECONDS))


def _scopes(account: str, network: str, browser: str) -> list[Scope]:
    if browser:
        return [
            Scope(_key("browser", account, browser), limits.FAILURES_OF_KNOWN_BROWSER, reset_on_success=True)
        ]
    return [
        Scope(_key("network", network), limits.FAILURES_FROM_NETWORK, reset_on_success=False),
        Scope(_key("account", account), limits.FAILURES_OF_ACCOUNT, reset_on_success=False),
        Scope(_key("both", account, network), limits.FAILURES_OF_ACCOUNT_FROM_NETWORK, reset_on_success=True),
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
