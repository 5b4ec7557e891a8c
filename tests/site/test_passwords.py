"""Passwords: change one's own, reset by a link from Alice, reset by a link by mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from hubbub import actions
from hubbub.realtime.logins.sign_in import Login, login_from_secret, still_valid
from hubbub_site.accounts.models import User
from tests.site.conftest import PASSWORD, signed_in

NEW = "an even longer winter night"


def change(browser: Client, **fields: str) -> Any:
    return browser.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW} | fields)


def test_bob_changes_his_password_and_stays_signed_in_here_but_nowhere_else(bob: User, bobs: Client) -> None:
    elsewhere = signed_in(bob)
    assert change(bobs).headers["Location"] == "/account/"
    assert bobs.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    bob.refresh_from_db()
    assert bob.check_password(NEW)


def test_of_his_other_logins_only_tokens_stay_valid(
    bob: User, bobs: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = signed_in(bob)
    _, secret = actions.create_token(member=actions.member_for(bob))
    script, browser = login_from_secret(secret), login_of(elsewhere, bob)
    rechecked: list[int] = []
    monkeypatch.setattr("hubbub.actions.recheck_logins_of", lambda member: rechecked.append(member.user_id))
    assert still_valid([script, browser]) == {script.key, browser.key}
    change(bobs)
    assert bob.pk in rechecked
    assert still_valid([script, browser]) == {script.key}


def login_of(browser: Client, user: User) -> Login:
    """The login of this browser's socket."""
    key = browser.session.session_key or ""
    user.refresh_from_db()
    return Login(member=actions.member_for(user), key=key, session_key=key, stamp=user.password)


@pytest.mark.parametrize(
    "wrong", [{"oldpassword": "wrong"}, {"password1": "short"}, {"password1": "1234567890"}]
)
def test_a_wrong_or_weak_one_changes_nothing(bob: User, bobs: Client, wrong: dict[str, str]) -> None:
    elsewhere = signed_in(bob)
    assert change(bobs, **wrong).status_code == 200
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
    assert elsewhere.get("/account/").status_code == 200


class TestALinkFromAlice:
    @pytest.fixture
    def link(self, alices: Client, bob: User) -> str:
        page = alices.post(f"/people/{bob.hubbub_member.pk}/reset-link/").content.decode()
        found = re.search(r'value="http://testserver(/account/password/reset/key/[^"]+)"', page)
        assert found
        return found[1]

    def use(self, link: str, password: str = NEW) -> Any:
        browser = Client()
        form = browser.get(link)
        if form.status_code != 302:
            return form
        return browser.post(form.headers["Location"], {"password1": password})

    def test_bob_chooses_a_new_password(self, link: str, bob: User) -> None:
        assert self.use(link).status_code == 302
        bob.refresh_from_db()
        assert bob.check_password(NEW)

    def test_all_logins_of_bob_end(self, bobs: Client, bob: User, link: str) -> None:
        assert bobs.get("/account/").status_code == 200
        self.use(link)
        assert bobs.get("/account/").status_code == 302

    def test_the_link_ends_when_bob_signs_in(self, link: str, bob: User) -> None:
        signed_in(bob)
        assert "does not work any more" in self.use(link).content.decode()

    def test_the_link_works_once(self, link: str, bob: User) -> None:
        assert self.use(link).status_code == 302
        assert "does not work any more" in self.use(link, "a third password entirely").content.decode()
        bob.refresh_from_db()
        assert bob.check_password(NEW)

    def test_the_link_ends_after_a_day(
        self, link: str, bob: User, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.PASSWORD_RESET_TIMEOUT = -1
        assert "does not work any more" in self.use(link).content.decode()

    def test_a_weak_password_is_refused_and_the_link_still_works(self, link: str, bob: User) -> None:
        assert self.use(link, "short").status_code == 200
        assert self.use(link).status_code == 302

    def test_bob_cannot_make_one_for_alice_nor_for_himself(
        self, bobs: Client, alice: User, bob: User
    ) -> None:
        for user in (alice, bob):
            assert bobs.post(f"/people/{user.hubbub_member.pk}/reset-link/").status_code == 403


class TestALinkByMail:
    @pytest.fixture(autouse=True)
    def mail_server(self, settings: Any) -> None:
        settings.EMAIL_HOST = "mail.example.org"
        settings.ORIGINS = ["https://chat.example.org"]

    def test_bob_gets_it_at_the_address_of_his_account(self, bob: User, dave: Client) -> None:
        EmailAddress.objects.create(user=bob, email="bob@example.org", verified=True, primary=True)
        dave.post("/account/password/reset/", {"email": "bob@example.org"})
        assert [message.to for message in mail.outbox] == [["bob@example.org"]]
        found = re.search(
            r"https://chat.example.org(/account/password/reset/key/\S+)", str(mail.outbox[0].body)
        )
        assert found
        assert dave.get(found[1]).status_code == 302

    def test_an_unknown_address_gets_the_same_answer_and_no_mail(self, bob: User, dave: Client) -> None:
        response = dave.post("/account/password/reset/", {"email": "nobody@example.org"})
        assert response.headers["Location"] == "/account/password/reset/done/"
        assert mail.outbox == []

    def test_a_new_address_is_used_after_its_confirmation(self, bobs: Client, bob: User) -> None:
        asked = bobs.post("/account/email/", {"action_add": "", "email": "bob@example.org"}).headers[
            "Location"
        ]
        bobs.post(asked, {"password": PASSWORD}, follow=True)
        found = re.search(r"https://chat.example.org(/account/confirm-email/\S+)", str(mail.outbox[0].body))
        assert found
        bobs.post(found[1])
        bob.refresh_from_db()
        assert bob.email == "bob@example.org"

    def test_an_open_browser_is_not_enough_to_change_the_address(
        self, bobs: Client, bob: User, settings: Any
    ) -> None:
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        address = {"action_add": "", "email": "dave@example.org"}
        response = bobs.post("/account/email/", address)
        assert response.headers["Location"].startswith("/account/reauthenticate/")
        assert "Your password, please" in bobs.get(response.headers["Location"]).content.decode()
        assert bobs.post(response.headers["Location"], {"password": "guessed"}).status_code == 200
        assert mail.outbox == []


def test_without_mail_the_page_says_whom_to_ask(alice: User, dave: Client) -> None:
    page = dave.get("/account/password/reset/").content.decode()
    assert "Ask an owner or admin" in page
    assert "<form" not in page


def test_djangos_admin_redirects_to_the_rate_limited_sign_in(alices: Client) -> None:
    response = alices.post("/admin/password_change/", {"old_password": PASSWORD})
    assert response.headers["Location"] == "/account/password/change/"
