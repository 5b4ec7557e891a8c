"""Properties of every response of the product, for visitors and for the owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve

from hubbub import actions
from hubbub.admission import Admission
from hubbub.protocol.objects import Role
from hubbub_site.accounts.models import User
from tests.attacks.canaries.pages import addresses
from tests.attacks.canaries.planting import Known

OPEN_TO_STRANGERS = {
    "/healthz",
    "/readyz",
    "/account/login/",
    "/account/inactive/",
    "/account/password/reset/",
}


@pytest.fixture
def known(db: None) -> Known:
    return Known({}, {}, [1, 2], [], [1, 2], [1, 2], {}, "")


@pytest.fixture
def owner(db: None) -> Client:
    user = User.objects.create_user("alice", "a long summer day", name="Alice")
    actions.admit(user=user, admission=Admission("alice", "Alice", Role.OWNER))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def answers(known: Known, owner: Client) -> list[tuple[str, HttpResponseBase]]:
    return list(all_answers(known, owner, Client()))


def all_answers(known: Known, *clients: Client) -> Iterator[tuple[str, HttpResponseBase]]:
    for client in clients:
        for address in [*addresses(known), "/static/hubbub_site/site.css"]:
            if "logout" not in address:
                yield address, client.get(address)


def test_every_response_has_the_security_headers(answers: list[tuple[str, HttpResponseBase]]) -> None:
    """Rows 47, 52: no sniffing, no framing, no foreign script, no referrer."""
    assert {response.status_code for _, response in answers} >= {200, 302, 404}
    for address, response in answers:
        policy = response.get("Content-Security-Policy", "")
        for directive in (
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "script-src 'self'",
        ):
            assert directive in policy, address
        assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", ""), address
        assert response["X-Content-Type-Options"] == "nosniff", address
        assert response["Referrer-Policy"] == "same-origin", address
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "Access-Control-Allow-Origin" not in response, address


def test_every_text_response_names_its_encoding(answers: list[tuple[str, HttpResponseBase]]) -> None:
    """Row 47: a browser that guesses the encoding may parse other markup than the escaped one."""
    for address, response in answers:
        kind = response.get("Content-Type", "")
        if getattr(response, "content", b""):
            assert kind, address
        if kind.startswith("text/"):
            assert "charset=utf-8" in kind.lower().replace('"', ""), address


def test_without_sign_in_only_the_sign_in_pages_open(known: Known) -> None:
    """Rows 5, 6, 7: every other page redirects to sign-in or does not exist."""
    User.objects.create_user("alice", "a long summer day", name="Alice")
    stranger = Client()
    for address in addresses(known):
        if address in OPEN_TO_STRANGERS or address.startswith(
            ("/account/", "/_allauth/", "/join/", "/static/")
        ):
            continue
        if address.endswith(("openapi.json", "docs")):
            continue
        response = stranger.get(address)
        assert response.status_code in (301, 302, 401, 404, 405, 410), f"{address}: {response.status_code}"


def test_no_page_is_traced_or_listed(known: Known, owner: Client) -> None:
    """Row 12: TRACE would show cookies to scripts; a list of files would reveal their names."""
    for address in addresses(known):
        traced = owner.trace(address, headers={"X-Echo": "canary-header"})
        assert b"canary-header" not in getattr(traced, "content", b""), address
    assert owner.trace("/chat/").status_code == 405
    for folder in (
        "/static/",
        "/static/hubbub/",
        "/.git/",
        "/.git/HEAD",
        "/hubbub-data/",
        "/static/../secret-key",
    ):
        assert owner.get(folder).status_code == 404


def test_get_requests_change_nothing(known: Known, owner: Client) -> None:
    """Row 72: a link or an image on another site makes a browser send a GET."""

    def rows() -> list[object]:
        return [list(User.objects.values("password", "email", "is_active", "name"))]

    before = rows()
    for _ in all_answers(known, owner):
        pass
    assert rows() == before
    assert resolve("/account/logout/")
