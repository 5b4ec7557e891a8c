"""Links in mails use the configured origin, and reset mails are sent to confirmed addresses only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory

from hubbub_site.accounts.models import User
from hubbub_site.accounts.public_address import link_to_copy
from hubbub_site.config import Config
from hubbub_site.doctor import checks
from tests.site.conftest import PASSWORD, alice, bob, bobs  # noqa: F401

ORIGIN = "https://chat.example.org"
EVIL = ["localhost:6666", "evil.localhost", "127.0.0.1:1", "[::1]:6666"]


@pytest.fixture(autouse=True)
def mail_is_set_up(settings: Any) -> Iterator[None]:
    settings.EMAIL_HOST = "mail.example.org"
    settings.ORIGINS = [ORIGIN, "http://chat.internal:8000"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def bob_with_address(bob: User) -> User:  # noqa: F811
    EmailAddress.objects.create(user=bob, email="bob@example.org", verified=True, primary=True)
    return bob


def by_page(email: str, host: str = "testserver") -> int:
    return int(
        Client().post("/account/password/reset/", {"email": email}, headers={"Host": host}).status_code
    )


def by_program(email: str, host: str = "testserver") -> int:
    return int(
        Client()
        .post(
            "/_allauth/app/v1/auth/password/request",
            json.dumps({"email": email}),
            content_type="application/json",
            headers={"Host": host},
        )
        .status_code
    )


DOORS = pytest.mark.parametrize("ask", [by_page, by_program])


def said() -> str:
    (letter,) = mail.outbox
    return f"{letter.subject}\n{letter.body}"


@DOORS
@pytest.mark.parametrize("host", EVIL)
def test_the_host_header_is_in_no_mail(
    bob_with_address: User, ask: Callable[[str, str], int], host: str
) -> None:
    """Row 74: the requester of the mail chooses the header, and would get the secret of the link."""
    assert ask("bob@example.org", host) in (200, 302)
    assert re.findall(r"https?://[^/\s]+", said()) == [ORIGIN]
    assert host not in said()


def test_the_host_header_is_not_in_confirmation_mails(bobs: Client, bob: User) -> None:  # noqa: F811
    add = {"action_add": "", "email": "bob@example.org"}
    asked = bobs.post("/account/email/", add).headers["Location"]
    bobs.post(asked, {"password": PASSWORD}, follow=True)
    mail.outbox.clear()
    cache.clear()
    bobs.post(
        "/account/email/", {"action_send": "", "email": "bob@example.org"}, headers={"Host": "evil.localhost"}
    )
    assert re.findall(r"https?://[^/\s]+", said()) == [ORIGIN]
    assert "evil" not in said()


def test_the_host_header_is_not_in_mails_about_a_taken_address(
    bobs: Client,  # noqa: F811
    alice: User,  # noqa: F811
) -> None:
    EmailAddress.objects.create(user=alice, email="alice@example.org", verified=True, primary=True)
    add = {"action_add": "", "email": "alice@example.org"}
    headers = {"Host": "evil.localhost"}
    asked = bobs.post("/account/email/", add, headers=headers).headers["Location"]
    bobs.post(asked, {"password": PASSWORD}, follow=True, headers=headers)
    assert all("evil" not in str(letter.body) for letter in mail.outbox)


@DOORS
def test_an_unconfirmed_address_gets_no_link(bob: User, ask: Callable[[str], int]) -> None:  # noqa: F811
    """Users can enter an address of somebody else, or mistype their own."""
    EmailAddress.objects.create(user=bob, email="dave@example.org", verified=False, primary=True)
    User.objects.filter(pk=bob.pk).update(email="dave@example.org")
    assert ask("dave@example.org") in (200, 302)
    assert mail.outbox == []


@DOORS
def test_the_mail_is_sent_to_the_confirmed_spelling_of_the_address(
    bob_with_address: User, ask: Callable[[str], int]
) -> None:
    ask("BOB@example.org")
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]


@DOORS
def test_without_an_origin_no_mail_is_sent(
    bob_with_address: User, ask: Callable[[str], int], settings: Any
) -> None:
    settings.ORIGINS = []
    assert ask("bob@example.org") in (200, 302)
    assert mail.outbox == []
    assert "Ask an owner or admin" in Client().get("/account/password/reset/").content.decode()


def test_doctor_reports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.core.mail.get_connection", lambda: type("Up", (), {"open": lambda self: True})()
    )
    configured = Config(email_url="smtp://mail.example.org")
    assert "HUBBUB_ORIGINS" in str(list(checks.mail(configured)))
    complete = Config(email_url="smtp://mail.example.org", origins=(ORIGIN,))
    assert "HUBBUB_ORIGINS" not in str(list(checks.mail(complete)))


def test_a_link_to_copy_uses_a_configured_origin(settings: Any) -> None:
    def copied(host: str) -> str:
        return link_to_copy(RequestFactory().get("/invite/", headers={"Host": host}), "/join/x/")

    settings.ORIGINS = [f"{ORIGIN}/", "http://chat.internal:8000"]
    settings.ALLOWED_HOSTS = ["*"]
    assert copied("localhost:6666") == f"{ORIGIN}/join/x/"
    assert copied("chat.internal:8000") == "http://chat.internal:8000/join/x/"
    settings.ORIGINS = []
    assert copied("localhost:8000") == "http://localhost:8000/join/x/"


@pytest.mark.parametrize(
    "target",
    ["http://localhost/", "http://localhost:6666/", "http://testserver/", "//testserver/", "http:///x"],
)
def test_signing_in_leads_to_a_path_of_this_site_only(bob: User, target: str) -> None:  # noqa: F811
    """Row 73: redirects to all allowed hosts were followed, including any port of the reader's machine."""
    data = {"login": "bob", "password": PASSWORD, "next": target}
    assert Client().post("/account/login/", data).headers["Location"] == "/chat/"
    data["next"] = "/chat/general/?x=1"
    assert Client().post("/account/login/", data).headers["Location"] == "/chat/general/?x=1"
