"""Allows Django to empty the tables of a test database."""

from __future__ import annotations

from django.db import connection


def allow_emptying() -> None:
    """Drop the trigger that protects the audit log: on SQLite, Django empties tables with DELETE. A separate site in
    tests/site/test_audit_log.py tests the trigger."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS accounts_auditentry_delete")
