"""Links and tokens that outlive their maker's rights, and access that an unattended browser could give."""

# ruff: noqa: F811 - fixtures of tests/site
from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.protocol.objects import Role
from hubbub.realtime.logins.sign_in import login_from_secret, still_valid
from hubbub_site.accounts import people
from hubbub_site.accounts.account_creation import create_account
from hubbub_site.accounts.models import User
from tests.site.conftest import (  # noqa: F401
    PASSWORD,
    alice,
    alices,
    bob,
    bobs,
    clear_rate_limits,
    dave,
    signed_in,
)

NEW = "an even longer winter night"
DAVE = {"name": "Dave", "username": "dave", "password": PASSWORD}


@pytest.fixture
def erin(alice: User) -> User:
    """An admin who tries to get more rights."""
    return create_account(username="erin", name="Erin", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def erins(erin: User) -> Client:
    return signed_in(erin)


def link_for(browser: Client, user: User) -> str:
    page = browser.post(f"/people/{member(user).pk}/reset-link/").content.decode()
    found = re.search(r'value="http://[^/"]+(/account/password/reset/key/[^"]+)"', page)
    assert found, page
    return found[1]


def member(user: User) -> Member:
    return Member.objects.get(user=user)


def set_password_by(link: str, user: User, *, browser: Client | None = None) -> bool:
    """Whether somebody with the link can set the user's password."""
    browser = browser or Client()
    form = browser.get(link)
    if form.status_code == 302:
        browser.post(form.headers["Location"], {"password1": NEW})
    user.refresh_from_db()
    return user.check_password(NEW)


def change_role(by: User, whom: User, role: Role) -> None:
    actions.change_role(by=member(by), member=member(whom), role=role)


class TestALinkForANewPassword:
    def test_it_works_while_nothing_changes(self, erins: Client, bob: User) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        assert set_password_by(link_for(erins, bob), bob)

    @pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.GUEST])
    def test_a_link_ends_when_the_users_role_changes(
        self, alice: User, erins: Client, bob: User, role: Role
    ) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        link = link_for(erins, bob)
        change_role(alice, bob, role)
        assert not set_password_by(link, bob)

    def test_a_link_stays_invalid_after_the_role_is_changed_back(
        self, alice: User, erins: Client, bob: User
    ) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        link = link_for(erins, bob)
        change_role(alice, bob, Role.OWNER)
        change_role(alice, bob, Role.MEMBER)
        assert not set_password_by(link, bob)

    def test_a_link_ends_even_while_its_form_is_open(self, alice: User, erins: Client, bob: User) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        thief = Client()
        form = thief.get(link_for(erins, bob)).headers["Location"]
        change_role(alice, bob, Role.OWNER)
        thief.post(form, {"password1": NEW})
        bob.refresh_from_db()
        assert not bob.check_password(NEW)

    @pytest.mark.parametrize("fall", ["demoted", "deactivated", "demoted and back", "closed by a script"])
    def test_it_ends_with_the_rights_of_its_maker(
        self, alice: User, erin: User, erins: Client, bob: User, fall: str
    ) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        link = link_for(erins, bob)
        if fall == "deactivated":
            people.deactivate(by=member(alice), member=member(erin))
        elif fall == "closed by a script":
            User.objects.filter(pk=erin.pk).update(is_active=False)
        else:
            change_role(alice, erin, Role.MEMBER)
        if fall == "demoted and back":
            change_role(alice, erin, Role.ADMIN)
        assert not set_password_by(link, bob)

    def test_the_maker_in_a_link_cannot_be_forged(self, alice: User, erins: Client, bob: User) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        link = link_for(erins, bob)
        change_role(alice, bob, Role.OWNER)
        signed = link.rstrip("/").rpartition("-")[0]
        for forged in (
            signed,
            f"{signed}-{member(alice).pk}",
            f"{signed}-zzzz",
            f"{signed}-",
            f"{signed}-1-1",
        ):
            assert not set_password_by(f"{forged}/", bob)

    @pytest.mark.parametrize("verified", [True, False])
    def test_bob_is_notified_by_mail_at_a_confirmed_address_only(
        self, erins: Client, bob: User, verified: bool, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        settings.EMAIL_HOST = "mail.example.org"
        EmailAddress.objects.create(user=bob, email="bob@example.org", verified=verified, primary=True)
        with django_capture_on_commit_callbacks(execute=True):
            link = link_for(erins, bob)
        assert [message.to for message in mail.outbox] == ([["bob@example.org"]] if verified else [])
        assert not any(link in str(message.body) for message in mail.outbox)

    def test_bob_is_notified_on_his_pages_without_mail(self, erins: Client, bob: User, bobs: Client) -> None:
        """Rows 40, 41: a link is checked against the rights of both people when it is used."""
        link_for(erins, bob)
        for page in ("/account/", "/account/activity/"):
            told = bobs.get(page).content.decode()
            assert "Link for a new password made" in told
            assert "<bdi>erin</bdi>" in told


def yesterday(browser: Client) -> Client:
    """The same browser, signed in since yesterday: unattended, or with a stolen cookie."""
    session = browser.session
    for entry in session["account_authentication_methods"]:
        entry["at"] -= 24 * 60 * 60
    session.save()
    return browser


class TestAnUnattendedBrowser:
    def test_it_cannot_make_a_token(self, bobs: Client) -> None:
        """Row 41: access that would outlive the login needs the password."""
        asked = yesterday(bobs).post("/account/tokens/", {"label": "mine now", "expires": ""})
        assert asked.headers["Location"].startswith("/account/reauthenticate/")
        bobs.post(asked.headers["Location"], {"password": "guessed"})
        assert not Token.objects.exists()

    def test_bob_types_his_password_and_gets_a_token(self, bobs: Client) -> None:
        """Row 41: access that would outlive the login needs the password."""
        asked = yesterday(bobs).post("/account/tokens/", {"label": "mine", "expires": ""})
        bobs.post(asked.headers["Location"], {"password": PASSWORD})
        assert Token.objects.get().label == "mine"
        assert 'value="hub_' in bobs.get("/account/tokens/").content.decode()

    def test_it_cannot_renew_a_token(self, bob: User, bobs: Client) -> None:
        """Row 41: access that would outlive the login needs the password."""
        soon = timezone.now() + timedelta(hours=1)
        token, _ = actions.create_token(member=member(bob), expires_at=soon)
        asked = yesterday(bobs).post(f"/account/tokens/{token.pk}/renew/")
        assert asked.headers["Location"].startswith("/account/reauthenticate/")
        token.refresh_from_db()
        assert token.expires_at == soon

    @pytest.mark.parametrize("what", ["role", "reset-link", "reactivate"])
    def test_it_cannot_give_access_to_others(self, alices: Client, bob: User, what: str) -> None:
        """Row 41: access that would outlive the login needs the password."""
        path = f"/people/{member(bob).pk}/{what}/"
        asked = yesterday(alices).post(path, {"role": "owner"})
        assert asked.headers["Location"].startswith("/account/reauthenticate/")
        assert member(bob).role == Role.MEMBER
        bob.refresh_from_db()
        assert bob.rights == 0

    def test_the_password_of_another_user_is_not_accepted(self, alices: Client, bob: User) -> None:
        """Row 41: access that would outlive the login needs the password."""
        bob.set_password("what dave knows of bob")
        bob.save()
        asked = yesterday(alices).post(f"/people/{member(bob).pk}/role/", {"role": "owner"})
        alices.post(asked.headers["Location"], {"password": "what dave knows of bob"})
        assert member(bob).role == Role.MEMBER


class TestAnAddressEnteredByAnIntruder:
    @pytest.mark.parametrize("way", ["reset", "change"])
    def test_it_cannot_be_confirmed_after_a_new_password(
        self, way: str, erins: Client, bob: User, bobs: Client, dave: Client, settings: Any
    ) -> None:
        """Row 8: an address change that began with the old password ends with it."""
        settings.EMAIL_HOST, settings.ORIGINS = "mail.example.org", ["http://testserver"]
        thief = signed_in(bob)
        asked = thief.post("/account/email/", {"action_add": "", "email": "thief@example.org"})
        thief.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
        found = re.search(r"http://[^/]+(/account/confirm-email/\S+)", str(mail.outbox[0].body))
        assert found
        if way == "reset":
            assert set_password_by(link_for(erins, bob), bob)
        else:
            bobs.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
        dave.post(found[1])
        bob.refresh_from_db()
        assert bob.email == ""
        assert not EmailAddress.objects.filter(user=bob, verified=True).exists()


class TestAToken:
    def test_it_does_not_outlive_a_reset(self, erins: Client, bob: User) -> None:
        """Rows 8, 41: tokens outlived a new password, and had no end."""
        _, secret = actions.create_token(member=member(bob))
        login = login_from_secret(secret)
        assert set_password_by(link_for(erins, bob), bob)
        assert still_valid([login]) == set()
        assert not Token.objects.exists()

    @pytest.mark.parametrize("chosen", [True, False])
    def test_a_new_password_ends_it_if_bob_chooses_so(self, bob: User, bobs: Client, chosen: bool) -> None:
        """Rows 8, 41: tokens outlived a new password, and had no end."""
        _, secret = actions.create_token(member=member(bob))
        login = login_from_secret(secret)
        assert "End my token too" in bobs.get("/account/password/change/").content.decode()
        fields = {"oldpassword": PASSWORD, "password1": NEW} | ({"end_tokens": "on"} if chosen else {})
        assert bobs.post("/account/password/change/", fields).status_code == 302
        assert bool(still_valid([login])) is not chosen

    def test_its_open_socket_ends_with_it(self, bob: User) -> None:
        """Rows 8, 41: tokens outlived a new password, and had no end."""
        token, secret = actions.create_token(member=member(bob))
        login = login_from_secret(secret)
        assert still_valid([login]) == {login.key}
        Token.objects.filter(pk=token.pk).update(expires_at=timezone.now())
        assert still_valid([login]) == set()

    def test_the_page_makes_only_tokens_that_expire(self, bobs: Client) -> None:
        """Rows 8, 41: tokens outlived a new password, and had no end."""
        for expires in ("", "never", "0", "-1", "999999999"):
            bobs.post("/account/tokens/", {"label": "for ever", "expires": expires})
        latest = timezone.now() + timedelta(days=90, minutes=1)
        assert all(token.expires_at and token.expires_at < latest for token in Token.objects.all())
