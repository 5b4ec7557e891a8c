"""/healthz and /readyz: whether the process is alive, and whether it can serve."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from hubbub.models import Workspace
from hubbub.realtime import entry_points
from tests.http.conftest import Asker


def test_a_process_is_alive_without_its_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_it_is_ready_when_the_database_answers(db: None, client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "sqlite",
        "realtime": "idle",
        "bus": "none",
        "draining": False,
    }


def test_the_number_of_connections_needs_sign_in(
    phone: Asker, browser: Asker, script: Asker, stranger: Asker
) -> None:
    def told(asker: Asker, **headers: str) -> bool:
        return "connections" in asker.client.get("/readyz", headers={**asker.headers, **headers}).json()

    assert all(told(asker) for asker in (phone, browser, script))
    assert not told(stranger)
    assert not told(stranger, Authorization="Bearer nonsense")
    assert not told(stranger, Cookie="sessionid=nonsense")


def test_it_is_not_ready_when_the_database_is_down(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object) -> None:
        raise OperationalError("no")

    monkeypatch.setattr(type(Workspace.objects.all()), "exists", away)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "down")


def test_it_is_not_ready_during_shutdown(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = entry_points.status()
    monkeypatch.setattr(entry_points, "status", lambda: {**usual, "draining": True})
    assert client.get("/readyz").status_code == 503
