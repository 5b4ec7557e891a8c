"""Sign-in: limits apply to all spellings of a name, and long passwords are cheap to refuse."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.handlers.asgi import ASGIRequest
from django.test import Client

from hubbub.models import Member

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def clear_rate_limits() -> None:
    cache.clear()


@pytest.fixture
def bob_with_password(bob: Member) -> Member:
    assert bob.user is not None
    bob.user.set_password(PASSWORD)
    bob.user.save()
    return bob


def sign_in(name: str, password: str, address: str) -> Any:
    data = {"login": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/account/login/", data)


def test_other_spellings_of_a_name_share_its_limit(bob_with_password: Member) -> None:
    """Row 43: allauth's limits were bypassed by letter case, then by diacritics."""
    spellings = ["bob", "BOB", "ｂｏｂ", "Ｂob", " bob ", "bＯb", "ⓑob", "𝐛ob", "𝓫ob", "ᵇob"]
    assert sign_in("ｂＯｂ", PASSWORD, "192.0.2.99").status_code == 302  # all are Bob
    for number, spelling in enumerate(spellings):
        assert sign_in(spelling, "wrong", f"192.0.2.{number}").status_code == 200
    response = sign_in("bob", PASSWORD, "192.0.2.77")
    assert response.status_code == 200
    assert "Too many failed login attempts" in response.content.decode()


def test_guessing_many_names_from_one_network_is_slowed_down(bob_with_password: Member) -> None:
    """Row 45."""
    for number in range(40):
        response = sign_in(f"guess{number}", "wrong", "192.0.2.1")
    assert response.status_code in (200, 429)
    assert sign_in("bob", PASSWORD, "192.0.2.1").status_code != 302


def test_a_password_of_a_megabyte_is_cheap_to_refuse(settings: Any) -> None:
    """Row 45: the real hasher, not the tests' fast one."""
    settings.PASSWORD_HASHERS = ["hubbub_site.accounts.hashers.Argon2"]
    times = []
    for password in ("short", "x" * 1_000_000):
        start = time.perf_counter()
        make_password(password)
        times.append(time.perf_counter() - start)
    assert times[1] < 2 * times[0] + 0.5


def test_many_headers_of_one_name_are_cheap() -> None:
    """Row 65: Django joined them in quadratic time (CVE-2025-14550)."""
    headers = [(b"x-burden", b"x" * 10)] * 5000
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    times = []
    for _ in range(3):
        start = time.perf_counter()
        ASGIRequest(scope, None)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.2
