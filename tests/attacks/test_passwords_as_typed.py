"""Passwords are used exactly as typed, and sign-in starts a new session."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub import actions
from hubbub.admission import Admission
from hubbub.protocol.objects import Role
from hubbub_site.accounts.models import User

LONG = "  Ein SEHR langes Paßwort, 日本語 🫥 " + "x" * 80 + "  "


@pytest.fixture
def alice(db: None) -> User:
    cache.clear()
    user = User.objects.create_user("alice", LONG, name="Alice")
    actions.admit(user=user, admission=Admission("alice", "Alice", Role.OWNER))
    return user


def signs_in(password: str, client: Client | None = None) -> bool:
    cache.clear()
    answer = (client or Client()).post("/account/login/", {"login": "alice", "password": password})
    return answer.status_code == 302


def test_a_password_is_not_shortened_trimmed_or_folded(alice: User) -> None:
    """Row 45: removed or folded characters would not have to be guessed."""
    assert signs_in(LONG)
    for other in (LONG.strip(), LONG.lower(), LONG[:64], LONG[:72], LONG + "x", LONG.replace("ß", "ss")):
        assert not signs_in(other), other


def test_password_fields_hide_input_and_support_password_managers(alice: User) -> None:
    """Row 44."""
    client = Client()
    client.force_login(alice)
    seen = 0
    for asker, page in ((Client(), "/account/login/"), (client, "/account/password/change/")):
        for field in re.findall(r"<input[^>]*>", asker.get(page).content.decode()):
            if 'name="' in field and "password" in field.split('name="')[1].split('"')[0]:
                seen += 1
                assert 'type="password"' in field, field
                assert re.search(r'autocomplete="(current|new)-password"', field), field
                assert "onpaste" not in field
    assert seen >= 3


def test_signing_in_makes_a_new_session(alice: User) -> None:
    """Row 8: a session that an attacker has put into the browser does not become Alice's."""
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    assert signs_in(LONG, client)
    after = client.session.session_key
    assert after and after != before
    assert len(after) >= 26  # of 36 letters each: more than 128 bits
    assert not type(client.session)().exists(before)


@pytest.mark.parametrize(
    "weak", ["ninechars", "basketball", "qwertyuiop", "1q2w3e4r5t", "98237498237482", ""]
)
def test_a_short_or_common_password_is_refused(weak: str, alice: User) -> None:
    """Row 45: below ten characters, of the most common ones, or digits alone."""
    client = Client()
    client.force_login(alice)
    cache.clear()
    new = {"oldpassword": LONG, "password1": weak, "password2": weak}
    assert client.post("/account/password/change/", new).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(LONG)
