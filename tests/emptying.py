"""Lets Django empty the tables of a test database."""

from __future__ import annotations

from django.db import connection


def allow_emptying() -> None:
    """Django empties tables with DELETE on SQLite, which the audit log refuses. tests/site/test_audit_log.py shows on a
    site of its own that it does."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS accounts_auditentry_delete")
