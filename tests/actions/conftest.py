"""`arena`: tests that take it run twice, on a SQLite file and on PostgreSQL (see tests/servers for a missing one)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from hubbub_site.databases import settings_of
from tests.actions.arena import Arena


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> dict[str, Any]:
    """Settings of a migrated database, as the product makes them."""
    if request.param == "sqlite":
        found = settings_of("", sqlite=tmp_path_factory.mktemp("arena") / "hubbub.sqlite3")
    else:
        found = settings_of(request.getfixturevalue("postgres_url"), sqlite=tmp_path_factory.getbasetemp())
        found["OPTIONS"].pop("pool")  # its threads would outlive the tests
    arena = Arena(found)
    with django_db_blocker.unblock():
        arena.prepare()
        assert arena.run(lambda: connection.vendor) == request.param
    arena.leave()
    return found


@pytest.fixture
def arena(database: dict[str, Any], settings: Any, django_db_blocker: Any) -> Iterator[Arena]:
    settings.HUBBUB = {**settings.HUBBUB, "FIRST_ROOM": ""}
    arena = Arena(database)
    with django_db_blocker.unblock():
        yield arena
        arena.empty()
    arena.leave()
