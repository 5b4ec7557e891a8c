"""Sign-in and sign-out, on the page and with JSON web tokens."""

from __future__ import annotations

import pytest
from django.test import Client

from hubbub.realtime.logins.sign_in import login_from_secret, still_valid
from hubbub_site.accounts.jwt import user_from_token
from hubbub_site.accounts.logins import end_all_logins
from hubbub_site.accounts.models import User
from tests.site.conftest import PASSWORD, signed_in


@pytest.mark.parametrize("typed", ["alice", "Alice", "ALICE ", "ａｌｉｃｅ"])
def test_alice_signs_in_however_she_types_her_name(alice: User, dave: Client, typed: str) -> None:
    response = dave.post("/account/login/", {"login": typed, "password": PASSWORD})
    assert response.headers["Location"] == "/chat/"
    assert dave.get("/account/").status_code == 200


def test_a_wrong_password_and_a_wrong_name_look_the_same(alice: User, dave: Client) -> None:
    said = [
        list(
            dave.post("/account/login/", {"login": name, "password": "wrong"})
            .context["form"]
            .non_field_errors()
        )
        for name in ("alice", "nobody")
    ]
    assert said[0] == said[1] == ["The username and/or password you specified are not correct."]


def test_guessing_passwords_is_slowed_down(alice: User, dave: Client) -> None:
    for _ in range(6):
        dave.post("/account/login/", {"login": "alice", "password": "wrong"})
    response = dave.post("/account/login/", {"login": "alice", "password": PASSWORD})
    assert response.status_code == 200
    assert "Too many failed login attempts" in response.content.decode()


def test_she_returns_to_the_requested_page_but_not_to_another_site(alice: User, dave: Client) -> None:
    data = {"login": "alice", "password": PASSWORD}
    assert dave.post("/account/login/?next=/chat/general/", data).headers["Location"] == "/chat/general/"
    other = Client()
    assert other.post("/account/login/?next=https://evil.example/", data).headers["Location"] == "/chat/"


def test_signing_out_needs_a_post_and_ends_the_session(alices: Client) -> None:
    assert alices.get("/account/logout/").status_code == 200
    assert alices.get("/account/").status_code == 200
    assert alices.post("/account/logout/").headers["Location"] == "/account/login/"
    assert alices.get("/account/").status_code == 302


def test_signing_out_on_the_page_clears_the_browsers_storage(alice: User) -> None:
    """Without it, drafts would stay in the browser. The chat's own menu clears them itself and keeps the appearance."""
    by_page, by_menu = signed_in(alice), signed_in(alice)
    assert "deleted from this browser" in by_page.get("/account/logout/").content.decode()
    assert by_page.post("/account/logout/").headers["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in by_menu.post("/account/logout/", {"cleared": "yes"}).headers


def test_a_form_of_another_site_is_refused(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/account/login/", {"login": "alice", "password": PASSWORD})
    assert response.status_code == 403
    assert "The form was not accepted" in response.content.decode()


@pytest.mark.parametrize("path", ["/account/signup/", "/_allauth/app/v1/auth/signup"])
def test_nobody_signs_up_without_an_invitation(alice: User, dave: Client, path: str) -> None:
    account = {"username": "dave", "password": PASSWORD, "password1": PASSWORD}
    dave.post(path, account, content_type="application/json")
    dave.post(path, account)
    assert User.objects.count() == 1


class TestByJsonWebToken:
    """JSON web tokens are the second way to sign in."""

    def tokens(self) -> dict[str, str]:
        response = Client().post(
            "/_allauth/app/v1/auth/login",
            {"username": "alice", "password": PASSWORD},
            content_type="application/json",
        )
        assert response.status_code == 200, response.content
        meta: dict[str, str] = response.json()["meta"]
        return meta

    def test_a_token_identifies_its_owner(self, alice: User) -> None:
        assert user_from_token(self.tokens()["access_token"]) == alice

    def test_the_api_accepts_it(self, alice: User, dave: Client) -> None:
        headers = {"Authorization": f"Bearer {self.tokens()['access_token']}"}
        reply = dave.post("/api/member.directory", "{}", content_type="application/json", headers=headers)
        assert reply.status_code == 200, reply.content
        assert [member["handle"] for member in reply.json()["members"]] == ["alice"]

    def test_a_refreshed_one_works_too(self, alice: User, dave: Client) -> None:
        old = self.tokens()
        reply = dave.post(
            "/_allauth/app/v1/tokens/refresh",
            {"refresh_token": old["refresh_token"]},
            content_type="application/json",
        )
        assert user_from_token(reply.json()["data"]["access_token"]) == alice

    @pytest.mark.parametrize(
        "spoil", [lambda t: t[:-2], lambda t: "", lambda t: "hub_abc", lambda t: t.upper()]
    )
    def test_a_tampered_token_is_refused(self, alice: User, spoil: object) -> None:
        assert callable(spoil)
        assert user_from_token(spoil(self.tokens()["access_token"])) is None

    def test_a_refresh_token_is_no_access_token(self, alice: User) -> None:
        assert user_from_token(self.tokens()["refresh_token"]) is None

    def test_a_token_with_algorithm_none_is_refused(self, alice: User) -> None:
        import jwt

        claims = jwt.decode(self.tokens()["access_token"], options={"verify_signature": False})
        assert user_from_token(jwt.encode(claims, "", algorithm="none")) is None

    def test_it_ends_with_its_login(self, alice: User) -> None:
        token = self.tokens()["access_token"]
        end_all_logins(alice)
        assert user_from_token(token) is None

    def test_a_socket_accepts_it_until_its_login_ends(self, alice: User) -> None:
        login = login_from_secret(self.tokens()["access_token"])
        assert login.member.user == alice
        assert still_valid([login]) == {login.key}
        end_all_logins(alice)
        assert still_valid([login]) == set()

    def test_it_ends_with_the_account(self, alice: User) -> None:
        token = self.tokens()["access_token"]
        User.objects.filter(pk=alice.pk).update(is_active=False)
        assert user_from_token(token) is None
