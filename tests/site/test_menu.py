"""The chat's menu links only to pages that the user may open."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from hubbub_site.accounts.models import User
from tests.site.conftest import signed_in


def menu(browser: Client) -> dict[str, Any]:
    page = browser.get("/chat/").content.decode()
    boot = re.search(r'<script id="hubbub-boot" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert boot is not None
    links: dict[str, Any] = json.loads(boot[1])["links"]
    return links


def test_alice_invites_and_manages(alices: Client) -> None:
    assert menu(alices) == {
        "sign_in": "/account/login/",
        "sign_out": "/account/logout/",
        "account": "/account/",
        "invite": "/invite/",
        "admin": "/people/",
    }


def test_bob_does_neither(bob: User) -> None:
    links = menu(signed_in(bob))
    assert (links["invite"], links["admin"]) == (None, None)
    assert links["account"] == "/account/"


def test_bob_invites_where_members_may(bob: User, carol: User, settings: Any) -> None:
    settings.INVITATIONS_BY = "members"
    assert menu(signed_in(bob))["invite"] == "/invite/"
    assert menu(signed_in(carol))["invite"] is None


@pytest.mark.parametrize("name", ["invite", "admin"])
def test_what_the_menu_does_not_show_is_refused_too(bob: User, name: str) -> None:
    path = {"invite": "/invite/", "admin": "/people/"}[name]
    assert signed_in(bob).get(path).status_code == 403
