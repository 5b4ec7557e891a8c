"""Clients of the HTTP API, all signed in as Bob: `browser` (session and CSRF token), `script` (token), `phone`
(JWT)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub import actions
from hubbub.models import Member

PASSWORD = "correct horse battery staple"


class Asker:
    """A client that sends commands with one way of signing in."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client, self.headers = client, headers

    def post(self, kind: str, body: Any = None, *, base: str = "/api/", **headers: str) -> Any:
        """Post a body (a document, or raw bytes) and return the response."""
        data = body if isinstance(body, bytes | str) else json.dumps(body or {}, default=str)
        return self.client.post(
            base + kind, data, content_type="application/json", headers={**self.headers, **headers}
        )

    def asks(self, kind: str, **fields: Any) -> dict[str, Any]:
        response = self.post(kind, fields)
        assert response.status_code == 200, response.content
        document: dict[str, Any] = response.json()
        return document


@pytest.fixture
def browser_of() -> Callable[[Member], Asker]:
    """A signed-in browser that has loaded the page and its CSRF token."""

    def open_browser(member: Member) -> Asker:
        client = Client(enforce_csrf_checks=True)
        assert member.user is not None
        client.force_login(member.user)
        return Asker(client, **{"X-CSRFToken": csrf_token(client)})

    return open_browser


@pytest.fixture
def browser(bob: Member, browser_of: Callable[[Member], Asker]) -> Asker:
    return browser_of(bob)


@pytest.fixture
def script(bob: Member) -> Asker:
    _, secret = actions.create_token(member=bob, label="script")
    return Asker(Client(enforce_csrf_checks=True), Authorization=f"Bearer {secret}")


@pytest.fixture
def phone(bob: Member) -> Asker:
    assert bob.user is not None
    bob.user.set_password(PASSWORD)
    bob.user.save()
    cache.clear()  # sign-in is limited by address, and all tests share one
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/_allauth/app/v1/auth/login",
        json.dumps({"username": "bob", "password": PASSWORD}),
        content_type="application/json",
    )
    token = answer.json()["meta"]["access_token"]
    return Asker(Client(enforce_csrf_checks=True), Authorization=f"Bearer {token}")


@pytest.fixture
def stranger(alice: Member) -> Asker:
    """A client without sign-in, on a server that has an owner."""
    return Asker(Client(enforce_csrf_checks=True))


def csrf_token(client: Client) -> str:
    """The token that the page passes to the client's code."""
    from django.http import HttpRequest
    from django.middleware.csrf import get_token

    request = HttpRequest()
    token = get_token(request)
    client.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    return token
