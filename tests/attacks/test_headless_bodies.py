"""allauth's headless API: tokens end when documented, and no request body causes a server error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.headless.urls import urlpatterns
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from hubbub_site.accounts.jwt import user_from_token
from hubbub_site.accounts.models import User
from tests.site.conftest import PASSWORD, alice  # noqa: F401

APP = "/_allauth/app/v1"
FIELDS = (
    "username",
    "password",
    "refresh_token",
    "email",
    "key",
    "current_password",
    "new_password",
    "sessions",
)


@pytest.fixture(autouse=True)
def clear_rate_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def answer(alice: User) -> Any:  # noqa: F811
    """The reply to Alice's phone after sign-in."""
    account = {"username": "alice", "password": PASSWORD}
    response = Client().post(f"{APP}/auth/login", account, content_type="application/json")
    assert response.status_code == 200
    return response


def test_the_reply_contains_no_session_key(answer: Any) -> None:
    """Row 46: its `session_token` was the session's key, and worked as a cookie for 90 days."""
    assert set(answer.json()["meta"]) == {"is_authenticated", "access_token", "refresh_token"}
    assert not answer.cookies
    for session in Session.objects.all():
        assert session.session_key not in answer.content.decode()


def test_a_session_key_is_not_accepted_as_a_token(answer: Any) -> None:
    key = Session.objects.get().session_key
    response = Client().get(f"{APP}/auth/session", headers={"X-Session-Token": key})
    assert response.status_code == 401


def test_the_session_behind_the_tokens_ends_with_them(answer: Any, settings: Any) -> None:
    """It used to stay, and to be shown among the logins, for 90 days."""
    assert Session.objects.get().expire_date < timezone.now() + timedelta(days=1, minutes=1)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=5))
    refresh = {"refresh_token": answer.json()["meta"]["refresh_token"]}
    again = Client().post(f"{APP}/tokens/refresh", refresh, content_type="application/json")
    assert again.status_code == 200
    remaining = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=23) < remaining < timedelta(days=1, minutes=1)


def test_signing_out_with_the_access_token_ends_both_tokens(answer: Any) -> None:
    token = answer.json()["meta"]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert user_from_token(token)
    assert Client().delete(f"{APP}/auth/session", headers=headers).status_code == 401
    assert user_from_token(token) is None
    refresh = {"refresh_token": answer.json()["meta"]["refresh_token"]}
    refused = Client().post(f"{APP}/tokens/refresh", refresh, content_type="application/json")
    assert refused.status_code == 400


def every_path() -> list[str]:
    found = []

    def walk(patterns: Any, so_far: str) -> None:
        for pattern in patterns:
            path = so_far + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.append(path)
            else:
                walk(pattern.url_patterns, path)

    walk(urlpatterns, "/_allauth/")
    return found


def fields(value: Any) -> bytes:
    return json.dumps(dict.fromkeys(FIELDS, value)).encode()


BODIES = {
    "nothing": b"",
    "half of it": b'{"username":',
    "a list": b"[]",
    "null": b"null",
    "a word": b'"alice"',
    "no UTF-8": b"\xff\xfe",
    "a deep list": b"[" * 10_000,
    "a deep object": b'{"a":' * 3_000,
    "digits": b'{"username":' + b"9" * 5000 + b"}",
    "no number": b'{"username": NaN, "password": 1e999}',
    "half a character": fields("\ud800"),
    "a NUL": fields("\x00"),
    "lists": fields(["x", 1]),
    "lists of lists": fields([["x"]]),
    "objects": fields({"x": 1}),
    "truth": fields(True),
    "a number": fields(1),
    "a dash": fields("-"),
    "a reset key": fields("9" * 1000 + "-zzz"),
    "too much": fields("x" * 100_000),
    "an odd name": b'{"\\ud800": "x"}',
}


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "signed in"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_body_causes_a_server_error(answer: Any, body: bytes, signed_in: bool, settings: Any) -> None:
    """Row 64: nesting, digits and surrogates answered 500."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.HUBBUB = {**settings.HUBBUB, "RATE_LIMITS": False}
    token = answer.json()["meta"]["access_token"]
    headers = {"Authorization": f"Bearer {token}"} if signed_in else {}
    browser = Client(raise_request_exception=False)
    for path in every_path():
        for method in (browser.post, browser.put, browser.patch, browser.delete):
            if method == browser.delete and path.endswith("/session"):
                continue  # this path signs out
            response = method(path, body, content_type="application/json", headers=headers)
            assert response.status_code < 500, (path, response.status_code)


@pytest.mark.parametrize(
    "name", ["half of it", "a deep list", "digits", "half a character", "objects", "too much"]
)
def test_a_malformed_body_is_refused_with_a_sentence(name: str, alice: User) -> None:  # noqa: F811
    response = Client().post(f"{APP}/auth/login", BODIES[name], content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith(("The body ", "A value in the body "))
