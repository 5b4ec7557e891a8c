"""The people page: Alice changes roles and ends access."""

from __future__ import annotations

import pytest
from django.test import Client

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.protocol.objects import Role
from hubbub_site.accounts.invitations import create_invitation
from hubbub_site.accounts.models import Invitation, User
from tests.site.conftest import PASSWORD, signed_in


def role_of(user: User) -> str:
    return Member.objects.get(user=user).role


def act(browser: Client, user: User, what: str, **data: str) -> str:
    """Press the button and return the text of the page."""
    path = f"/people/{user.hubbub_member.pk}/{what}/"
    assert browser.post(path, data).headers["Location"] in {"/people/", "/"}
    return browser.get("/people/").content.decode()


def test_alice_makes_bob_an_admin(alices: Client, bob: User) -> None:
    assert "Bob is now an admin." in act(alices, bob, "role", role="admin")
    assert role_of(bob) == Role.ADMIN


def test_the_last_owner_stays_one(alices: Client, alice: User) -> None:
    assert "last owner" in act(alices, alice, "role", role="member")
    assert role_of(alice) == Role.OWNER


def test_with_a_second_owner_she_may_give_up_her_role(alices: Client, alice: User, bob: User) -> None:
    act(alices, bob, "role", role="owner")
    act(alices, alice, "role", role="member")
    assert (role_of(alice), role_of(bob)) == (Role.MEMBER, Role.OWNER)
    assert alices.get("/people/").status_code == 403


def test_an_admin_cannot_touch_an_owner(alice: User, alices: Client, bob: User, bobs: Client) -> None:
    act(alices, bob, "role", role="admin")
    act(bobs, alice, "role", role="guest")
    act(bobs, alice, "deactivate")
    act(bobs, bob, "role", role="owner")
    assert (role_of(alice), role_of(bob)) == (Role.OWNER, Role.ADMIN)
    assert Member.objects.get(user=alice).active
    assert bobs.post(f"/people/{alice.hubbub_member.pk}/reset-link/").status_code == 403


@pytest.mark.parametrize("role", ["bot", "king", ""])
def test_an_unknown_role_is_refused(alices: Client, bob: User, role: str) -> None:
    assert alices.post(f"/people/{bob.hubbub_member.pk}/role/", {"role": role}).status_code == 403
    assert role_of(bob) == Role.MEMBER


@pytest.mark.parametrize("what", ["role", "deactivate", "reactivate", "reset-link"])
def test_bob_and_visitors_can_do_none_of_it(
    bobs: Client, dave: Client, bob: User, carol: User, what: str
) -> None:
    path = f"/people/{carol.hubbub_member.pk}/{what}/"
    assert bobs.post(path, {"role": "owner"}).status_code == 403
    assert dave.post(path, {"role": "owner"}).status_code == 302
    assert role_of(carol) == Role.GUEST
    assert bobs.get("/people/").status_code == 403


def test_a_deactivated_bob_loses_all_access(alices: Client, bob: User, bobs: Client, dave: Client) -> None:
    member = actions.member_for(bob)
    _, secret = actions.create_token(member=member)
    create_invitation(by=bob)
    assert "Bob is deactivated" in act(alices, bob, "deactivate")
    assert bobs.get("/account/").status_code == 302
    assert (
        "deactivated"
        in dave.post("/account/login/", {"login": "bob", "password": PASSWORD}, follow=True).content.decode()
    )
    headers = {"Authorization": f"Bearer {secret}"}
    assert (
        dave.post("/api/member.directory", "{}", content_type="application/json", headers=headers).status_code
        == 401
    )
    assert not Token.objects.exists()
    assert Invitation.objects.get().revoked_at


def test_a_reactivated_bob_can_sign_in(alices: Client, bob: User) -> None:
    act(alices, bob, "deactivate")
    act(alices, bob, "reactivate")
    assert signed_in(bob).get("/account/").status_code == 200


def test_only_owners_can_open_djangos_admin(alices: Client, bobs: Client, dave: Client) -> None:
    assert alices.get("/admin/").status_code == 200
    assert alices.get("/admin/accounts/user/").status_code == 200
    assert bobs.get("/admin/", follow=True).status_code == 403
    response = dave.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/")


def test_she_finds_somebody_by_name(alices: Client, bob: User, carol: User) -> None:
    page = alices.get("/people/?q=bo").content.decode()
    assert "Bob" in page
    assert "Carol" not in page
