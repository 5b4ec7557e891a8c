"""Authentication of HTTP requests: a session with a CSRF token, a bearer token, or a JWT."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member
from tests.http.conftest import Asker


def code(response: object) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", ["browser", "script", "phone"])
def test_each_way_of_signing_in_is_bob(way: str, bob: Member, request: pytest.FixtureRequest) -> None:
    asker: Asker = request.getfixturevalue(way)
    assert asker.asks("snapshot")["me"]["id"] == bob.pk


def test_a_session_without_the_csrf_token_is_refused(browser: Asker) -> None:
    assert code(browser.post("snapshot", **{"X-CSRFToken": ""})) == (403, "forbidden")
    assert code(browser.post("snapshot", **{"X-CSRFToken": "x" * 64})) == (403, "forbidden")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_a_session_from_another_sites_page_is_refused(origin: str, browser: Asker) -> None:
    assert code(browser.post("snapshot", Origin=origin)) == (403, "forbidden")


def test_a_token_needs_neither_origin_nor_csrf_token(script: Asker) -> None:
    assert script.post("snapshot", Origin="https://device.example").status_code == 200


@pytest.mark.parametrize("secret", ["", "hub_", "hub_" + "x" * 43, "a.b.c", "null", "\u00e9", "x" * 5000])
def test_an_invalid_token_is_refused(secret: str, stranger: Asker) -> None:
    response = stranger.post("snapshot", Authorization=f"Bearer {secret}")
    assert code(response) == (401, "sign_in")


def test_a_wrong_token_is_refused_despite_a_valid_session(browser: Asker) -> None:
    assert code(browser.post("snapshot", Authorization="Bearer hub_wrong")) == (401, "sign_in")


def test_a_token_in_the_url_is_ignored(bob: Member, stranger: Asker) -> None:
    _, secret = actions.create_token(member=bob)
    assert code(stranger.post(f"snapshot?token={secret}&access_token={secret}")) == (401, "sign_in")


def test_a_token_that_has_expired_or_was_revoked_is_refused(bob: Member, stranger: Asker) -> None:
    _, expired = actions.create_token(member=bob, expires_at=timezone.now() - timedelta(seconds=1))
    token, revoked = actions.create_token(member=bob)
    actions.revoke_token(by=bob, token=token)
    for secret in (expired, revoked):
        assert code(stranger.post("snapshot", Authorization=f"Bearer {secret}")) == (401, "sign_in")


@pytest.mark.parametrize("way", ["browser", "script", "phone"])
def test_a_deactivated_member_is_refused_by_every_way(
    way: str, alice: Member, bob: Member, request: pytest.FixtureRequest
) -> None:
    """A rule applies on all transports."""
    asker: Asker = request.getfixturevalue(way)
    actions.deactivate_member(by=alice, member=bob)
    assert asker.post("snapshot").status_code in (401, 403)


@pytest.mark.parametrize("way", ["browser", "script", "phone"])
def test_a_user_who_may_no_longer_sign_in_is_refused_by_every_way(
    way: str, bob: Member, request: pytest.FixtureRequest
) -> None:
    asker: Asker = request.getfixturevalue(way)
    assert bob.user is not None
    type(bob.user).objects.filter(pk=bob.user.pk).update(is_active=False)
    assert asker.post("snapshot").status_code in (401, 403)


def test_signing_out_ends_the_session(browser: Asker) -> None:
    browser.client.logout()
    assert code(browser.post("snapshot")) == (401, "sign_in")


def test_a_cookie_of_another_server_is_not_accepted(alice: Member) -> None:
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    assert code(Asker(client).post("snapshot")) == (401, "sign_in")
