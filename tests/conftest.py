"""Fixtures and hooks for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings

from tests.emptying import allow_emptying

pytest_plugins = ["tests.servers.fixtures", "tests.people", "tests.online"]

# No deadline per example: a busy machine is not a bug.
settings.register_profile("hubbub", deadline=None)
settings.load_profile("hubbub")

FOLDERS_OF_LONG_FILES = {"attacks", "embedding", "faults", "realtime", "scale", "site"}
"""A file there may take half a minute, because its tests start servers or wait for clocks."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: a worker runs whole files, and one that begins a long file last makes the others wait."""
    items.sort(key=lambda item: item.path.parent.name not in FOLDERS_OF_LONG_FILES)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own, which drops the database at the end. PostgreSQL drops none that a thread still has open."""
    with django_db_blocker.unblock():
        allow_emptying()
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
