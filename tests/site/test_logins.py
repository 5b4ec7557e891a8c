"""A user's own logins and tokens: list and end them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub.models import Token
from hubbub_site.accounts.devices import device_of
from hubbub_site.accounts.models import User
from tests.site.conftest import signed_in

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions whose sockets were closed."""
    keys: list[str] = []
    monkeypatch.setattr("hubbub.actions.end_session", keys.append)
    return keys


def test_bob_sees_where_he_is_signed_in_this_one_first(bob: User, bobs: Client) -> None:
    signed_in(bob, PHONE)
    page = bobs.get("/account/logins/").content.decode()
    assert re.findall(r"<strong>(.*?)</strong>", page) == ["Firefox on Linux", "Safari on iPhone"]
    assert page.count("this one") == 1


def test_he_signs_his_phone_out_and_its_sockets_are_closed(bob: User, bobs: Client, ended: list[str]) -> None:
    phone = signed_in(bob, PHONE)
    key = phone.session.session_key
    assert (
        bobs.post(f"/account/logins/{UserSession.objects.get(session_key=key).pk}/revoke/").status_code == 302
    )
    assert phone.get("/account/").status_code == 302
    assert bobs.get("/account/").status_code == 200
    assert key in ended
    assert not Session.objects.filter(session_key=key).exists()


def test_he_cannot_sign_out_alice(alices: Client, bobs: Client) -> None:
    hers = UserSession.objects.get(session_key=alices.session.session_key)
    assert bobs.post(f"/account/logins/{hers.pk}/revoke/").status_code == 404
    assert alices.get("/account/").status_code == 200


def test_everywhere_else_at_once(bob: User, bobs: Client) -> None:
    others = [signed_in(bob, PHONE), signed_in(bob)]
    assert bobs.post("/account/logins/others/revoke/").status_code == 302
    assert [other.get("/account/").status_code for other in others] == [302, 302]
    assert bobs.get("/account/").status_code == 200
    assert UserSession.objects.filter(user=bob).count() == 1


def test_last_seen_is_updated_but_not_for_every_page(
    bob: User, bobs: Client, django_assert_num_queries: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    UserSession.objects.update(last_seen_at=long_ago)
    bobs.get("/account/password/change/")
    assert UserSession.objects.get().last_seen_at > long_ago
    UserSession.objects.update(last_seen_at=long_ago)
    bobs.get("/account/password/change/")
    assert UserSession.objects.get().last_seen_at == long_ago


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("python-httpx/0.28", "A Python program"),
        ("", "An unknown program"),
    ],
)
def test_a_browser_is_called_by_its_name(user_agent: str, words: str) -> None:
    assert device_of(user_agent) == words


class TestTokens:
    def make(self, browser: Client) -> str:
        assert browser.post("/account/tokens/", {"label": "doorbell", "expires": ""}).status_code == 302
        found = re.search(r'id="once" value="(hub_[^"]+)"', browser.get("/account/tokens/").content.decode())
        assert found
        return found[1]

    def directory(self, secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return (
            Client()
            .post("/api/member.directory", "{}", content_type="application/json", headers=headers)
            .status_code
        )

    def test_bob_makes_one_that_is_shown_once_and_works(self, bobs: Client) -> None:
        secret = self.make(bobs)
        assert self.directory(secret) == 200
        assert secret not in bobs.get("/account/tokens/").content.decode()

    def test_a_revoked_token_does_not_work(self, bobs: Client) -> None:
        secret = self.make(bobs)
        assert bobs.post(f"/account/tokens/{Token.objects.get().pk}/revoke/").status_code == 302
        assert self.directory(secret) == 401

    def test_nobody_revokes_anothers_on_this_page(self, alices: Client, bobs: Client, bob: User) -> None:
        token, _ = actions.create_token(member=actions.member_for(bob))
        assert alices.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
        assert Token.objects.filter(pk=token.pk).exists()

    def test_a_token_needs_to_say_what_it_is_for(self, bobs: Client) -> None:
        assert bobs.post("/account/tokens/", {"label": "", "expires": ""}).status_code == 422
        assert not Token.objects.exists()
