"""Invitation links: Alice makes one, Dave joins with it, and all reasons for which a link does not work."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.protocol.objects import Role
from hubbub_site.accounts.invitations import create_invitation, revoke
from hubbub_site.accounts.models import Invitation, User
from tests.site.conftest import PASSWORD

DAVE = {"name": "Dave", "username": "dave", "password": PASSWORD}
TERMS = {"role": "member", "room": "", "expires": "604800", "uses": "10", "note": "for the team"}


def link_from(browser: Client) -> str:
    """The link that is shown once on the page, as a path."""
    found = re.search(
        r'id="once" value="http://testserver(/join/[^"]+/)"', browser.get("/invite/").content.decode()
    )
    assert found
    return found[1]


def rooms_of(handle: str) -> list[str]:
    return sorted(Room.objects.filter(memberships__member__handle=handle).values_list("name", flat=True))


def test_dave_joins_by_alices_link(alices: Client, dave: Client) -> None:
    assert alices.post("/invite/", TERMS).headers["Location"] == "/invite/"
    link = link_from(alices)
    assert "<bdi>Alice</bdi> invited you to <bdi>The Lighthouse</bdi>" in dave.get(link).content.decode()
    assert dave.post(link, DAVE).headers["Location"] == "/"
    assert dave.get("/").headers["Location"] == "/chat/"
    assert Member.objects.get(handle="dave").role == Role.MEMBER
    assert rooms_of("dave") == ["general"]
    assert Invitation.objects.get().uses == 1


def test_the_link_and_its_qr_code_are_shown_once_and_stored_nowhere(alices: Client) -> None:
    alices.post("/invite/", TERMS)
    first = alices.get("/invite/").content.decode()
    found = re.search(r"/join/([^/]+)/", first)
    assert found
    assert "<svg" in first
    assert found[1] not in alices.get("/invite/").content.decode()
    assert found[1] not in str(Invitation.objects.values().get())
    assert not any(found[1] in value for value in map(str, alices.session.values()))


def test_a_guest_joins_only_the_room_of_the_invitation(alices: Client, alice: User, dave: Client) -> None:
    room = actions.create_room(by=actions.member_for(alice), name="customers", private=True)
    alices.post("/invite/", TERMS | {"role": "guest", "room": str(room.pk)})
    dave.post(link_from(alices), DAVE)
    assert Member.objects.get(handle="dave").role == Role.GUEST
    assert rooms_of("dave") == ["customers"]


def test_a_link_for_guests_needs_a_room(alices: Client) -> None:
    assert alices.post("/invite/", TERMS | {"role": "guest"}).status_code == 422
    assert not Invitation.objects.exists()


def test_a_link_cannot_lead_to_a_room_that_its_maker_is_not_in(alices: Client, bob: User) -> None:
    bobs_room = actions.create_room(by=actions.member_for(bob), name="secret", private=True)
    assert alices.post("/invite/", TERMS | {"room": str(bobs_room.pk)}).status_code == 422


@pytest.mark.parametrize("role", ["owner", "admin", "bot", ""])
def test_a_link_makes_members_or_guests_and_nothing_else(alices: Client, role: str) -> None:
    assert alices.post("/invite/", TERMS | {"role": role}).status_code == 422


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "has expired"),
        ({"revoked_at": timezone.now()}, "has been revoked"),
        ({"max_uses": 3, "uses": 3}, "has been used up"),
    ],
)
def test_a_link_that_does_not_work_any_more_says_why(
    alice: User, dave: Client, spoil: dict[str, Any], words: str
) -> None:
    invitation, secret = create_invitation(by=alice)
    Invitation.objects.filter(pk=invitation.pk).update(**spoil)
    for response in (dave.get(f"/join/{secret}/"), dave.post(f"/join/{secret}/", DAVE)):
        assert response.status_code == 410
        assert words in response.content.decode()
    assert not User.objects.filter(username="dave").exists()


def test_an_unknown_link_reveals_nothing(alice: User, dave: Client) -> None:
    response = dave.get("/join/guessed/")
    assert response.status_code == 404
    assert "does not exist" in response.content.decode()


def test_no_account_is_made_if_the_link_is_revoked_before_the_form_is_sent(alice: User, dave: Client) -> None:
    invitation, secret = create_invitation(by=alice)
    assert dave.get(f"/join/{secret}/").status_code == 200
    revoke(invitation)
    assert dave.post(f"/join/{secret}/", DAVE).status_code == 410
    assert not User.objects.filter(username="dave").exists()


def test_a_refused_form_does_not_count_as_a_use(alice: User, dave: Client) -> None:
    invitation, secret = create_invitation(by=alice, max_uses=1)
    assert dave.post(f"/join/{secret}/", DAVE | {"username": "ALICE"}).status_code == 422
    invitation.refresh_from_db()
    assert invitation.uses == 0
    assert dave.post(f"/join/{secret}/", DAVE).status_code == 302


def test_a_signed_in_member_does_not_use_it_up(alices: Client, alice: User) -> None:
    invitation, secret = create_invitation(by=alice, max_uses=1)
    assert "You are signed in already" in alices.post(f"/join/{secret}/", DAVE).content.decode()
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_one_of_twenty_concurrent_uses_of_a_single_use_link_succeeds(
    transactional_db: None, alice: User
) -> None:
    _, secret = create_invitation(by=alice, max_uses=1)
    start = threading.Barrier(20)
    statuses: list[int] = []

    def come(number: int) -> None:
        browser = Client()
        start.wait()
        response = browser.post(f"/join/{secret}/", DAVE | {"username": f"dave{number}"})
        statuses.append(response.status_code)
        connection.close()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302] + [410] * 19
    assert User.objects.filter(username__startswith="dave").count() == 1
    assert Member.objects.filter(handle__startswith="dave").count() == 1
    assert Invitation.objects.get().uses == 1


def test_bob_cannot_invite_unless_the_site_lets_members(bobs: Client, settings: Any) -> None:
    assert bobs.get("/invite/").status_code == 403
    assert bobs.post("/invite/", TERMS).status_code == 403
    settings.INVITATIONS_BY = "members"
    assert bobs.post("/invite/", TERMS).status_code == 302


def test_carol_the_guest_can_never_invite(carols: Client, settings: Any) -> None:
    settings.INVITATIONS_BY = "members"
    assert carols.post("/invite/", TERMS).status_code == 403


def test_bob_sees_and_revokes_his_own_links_alice_all(
    alices: Client, bobs: Client, alice: User, bob: User, settings: Any
) -> None:
    settings.INVITATIONS_BY = "members"
    hers, _ = create_invitation(by=alice, note="by Alice for friends")
    his, _ = create_invitation(by=bob, note="by Bob for friends")
    page = bobs.get("/invite/").content.decode()
    assert "by Bob for friends" in page
    assert "by Alice for friends" not in page
    assert bobs.post(f"/invite/{hers.pk}/revoke/").status_code == 404
    assert alices.post(f"/invite/{his.pk}/revoke/").status_code == 302
    his.refresh_from_db()
    hers.refresh_from_db()
    assert his.revoked_at
    assert not hers.revoked_at


def test_a_visitor_is_redirected_to_sign_in(alice: User, dave: Client) -> None:
    assert dave.get("/invite/").headers["Location"] == "/account/login/?next=/invite/"
