"""Writes the audit log: call `record` in the transaction of the action. The context knows the actor and the address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from hubbub.models import Member
from hubbub.networks import network_of
from hubbub_site.accounts import limits
from hubbub_site.accounts.audit_codes import MERGED, What
from hubbub_site.accounts.models import AuditEntry, User

SHELL = "shell"
PRUNE_EVERY_SECONDS = 3600.0
PRUNED_AT_ONCE = 1000

Person = Member | User | None
NONE: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """Where an action comes from: the address of the request, or the shell."""

    address: str = ""
    is_shell: bool = False


NOWHERE = Source()
_source: ContextVar[Source] = ContextVar("source", default=NOWHERE)


def record(
    what: What,
    *,
    by: Person = None,
    about: Person = None,
    address: str = "",
    details: Mapping[str, str | int] = NONE,
) -> None:
    """Add a line. In the shell the actor is “shell”, whichever owner it acts as. Never pass secrets or messages."""
    source = _source.get()
    by_member, by_name = (None, SHELL) if source.is_shell else _identity(by)
    about_member, about_name = _identity(about)
    entry = AuditEntry(
        what=what,
        by_member=by_member,
        by_name=by_name,
        about_member=about_member,
        about_name=about_name,
        address=(address or source.address)[:45],
        details=_bounded(details),
    )
    _prune_now_and_then()
    if what in MERGED:
        _merge(entry)
    else:
        entry.save(force_insert=True)


@contextmanager
def by_shell() -> Iterator[None]:
    """Inside the `with`, the actor is the shell."""
    before = _source.set(Source(is_shell=True))
    try:
        yield
    finally:
        _source.reset(before)


class NoteSource:
    """Middleware: lines that are written during a request get its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = _source.set(Source(address=request.META.get("REMOTE_ADDR", "")))
        try:
            return self.get_response(request)
        finally:
            _source.reset(before)


def _identity(person: Person) -> tuple[int | None, str]:
    """The member's id and handle; for a user without a member, only the username."""
    if isinstance(person, User):
        member = Member.objects.filter(user=person).first()
        return (member.pk, member.handle) if member else (None, person.username)
    return (person.pk, person.handle) if person is not None else (None, "")


def _bounded(details: Mapping[str, str | int]) -> dict[str, str | int]:
    most = limits.AUDIT_DETAIL_CHARACTERS
    # PostgreSQL stores no NUL.
    kept = list(details.items())[: limits.AUDIT_DETAILS]
    return {
        name: value if isinstance(value, int) else str(value).replace("\0", "")[:most] for name, value in kept
    }


def _merge(entry: AuditEntry) -> None:
    """Count repeated entries on one line per hour, account and network; above AUDIT_STRANGER_LINES on one line in all.

    A single IPv6 address is no useful key, because each network has 2⁶⁴ of them. Its /56 counts.
    """
    hour = f"{entry.at:%Y-%m-%dT%H}"
    entry.merge_key = f"{hour}|{entry.what}|{entry.about_member or ''}|{network_of(entry.address) or ''}"
    if _counted(entry.merge_key):
        return
    of_this_hour = AuditEntry.objects.filter(
        at__gte=entry.at.replace(minute=0, second=0, microsecond=0), merge_key__isnull=False
    )
    if of_this_hour.count() >= limits.AUDIT_STRANGER_LINES:
        entry = AuditEntry(at=entry.at, what=entry.what, details={"from": "many addresses"})
        entry.merge_key = f"{hour}|{entry.what}|rest"
        if _counted(entry.merge_key):
            return
    # A conflict means that another process inserted the line first: one failure is not counted.
    AuditEntry.objects.bulk_create([entry], ignore_conflicts=True)


def _counted(merge_key: str) -> bool:
    # The base manager, because `objects` refuses every update. The trigger allows only this one.
    return bool(AuditEntry._base_manager.filter(merge_key=merge_key).update(times=F("times") + 1))


_pruned_at = float("-inf")


def _prune_now_and_then() -> None:
    """Delete lines older than AUDIT_DAYS in batches, at most once an hour in each process."""
    global _pruned_at
    if time.monotonic() - _pruned_at < PRUNE_EVERY_SECONDS:
        return
    _pruned_at = time.monotonic()
    prune()


def prune() -> int:
    """Delete up to PRUNED_AT_ONCE lines older than AUDIT_DAYS. Returns their number."""
    long_ago = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    old = AuditEntry.objects.filter(at__lt=long_ago).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    if ids:
        AuditEntry._base_manager.filter(pk__in=ids).delete()
    return len(ids)
