"""Limits of the audit log: the size of a line, and the number of lines that unauthenticated visitors cause."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hubbub_site.accounts import limits, migrations
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.models import AuditEntry
from hubbub_site.accounts.views import audit as page


def test_audit_details(db: None) -> None:
    record(What.SIGNED_IN, details={f"number {n}": n for n in range(limits.AUDIT_DETAILS + 5)})
    assert len(AuditEntry.objects.get().details) == limits.AUDIT_DETAILS


def test_audit_detail_characters(db: None) -> None:
    record(What.SIGNED_IN, details={"label": "ü\0" * 1000})
    assert AuditEntry.objects.get().details == {"label": "ü" * limits.AUDIT_DETAIL_CHARACTERS}


def test_audit_stranger_lines(db: None) -> None:
    for number in range(limits.AUDIT_STRANGER_LINES + 50):
        record(What.SIGN_IN_FAILED, address=f"198.51.{number // 250}.{number % 250}")
    # Twice as many if the hour has just changed.
    assert AuditEntry.objects.count() in {
        limits.AUDIT_STRANGER_LINES + 1,
        limits.AUDIT_STRANGER_LINES + 50,
    }


def test_audit_kept_days(db: None) -> None:
    """Creates the migration's trigger, which the tests' database lacks (see tests/emptying.py)."""
    kept = limits.AUDIT_KEPT_DAYS
    from importlib import import_module

    migration = import_module(f"{migrations.__name__}.0004_audit")
    assert kept == migration.KEPT_DAYS
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER accounts" + migration.SQLITE.partition("END;")[2].partition("accounts")[2]
            )
        for days in (kept - 1, kept + 1):
            AuditEntry.objects.create(what="x", times=days, at=timezone.now() - timedelta(days=days))
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM accounts_auditentry WHERE times = %s", [kept - 1])
        cursor.execute("DELETE FROM accounts_auditentry WHERE times = %s", [kept + 1])
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_auditentry_delete")
    assert AuditEntry.objects.get().times == kept - 1


def test_audit_page() -> None:
    assert page.AUDIT_PAGE == limits.AUDIT_PAGE  # shown to be one page in tests/site/test_audit_log.py
