"""Invitations whose makers have lost their rights, and forbidden changes in Django's admin."""

# ruff: noqa: F811 - fixtures of tests/site
from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.protocol.objects import Role
from hubbub_site.accounts import people
from hubbub_site.accounts.invitations import create_invitation
from hubbub_site.accounts.models import Invitation, User
from tests.attacks.test_rights_over_time import change_role, erin, member  # noqa: F401
from tests.site.conftest import PASSWORD, alice, alices, bob, bobs, clear_rate_limits, dave  # noqa: F401

DAVE = {"name": "Dave", "username": "dave", "password": PASSWORD}


def demoted(host: User, room: Room, settings: Any) -> None:
    change_role(User.objects.get(username="alice"), host, Role.MEMBER)


def made_a_guest(host: User, room: Room, settings: Any) -> None:
    settings.INVITATIONS_BY = "members"
    change_role(User.objects.get(username="alice"), host, Role.GUEST)


def closed_by_a_script(host: User, room: Room, settings: Any) -> None:
    User.objects.filter(pk=host.pk).update(is_active=False)


def closed_in_the_chat_alone(host: User, room: Room, settings: Any) -> None:
    Member.objects.filter(user=host).update(active=False)


def room_left(host: User, room: Room, settings: Any) -> None:
    actions.leave_room(member=member(host), room=room)


def room_archived(host: User, room: Room, settings: Any) -> None:
    actions.archive_room(by=member(host), room=room, archived=True)


def role_raised(host: User, room: Room, settings: Any) -> None:
    Invitation.objects.update(role="owner")


def room_deleted(host: User, room: Room, settings: Any) -> None:
    Invitation.objects.update(room=None, role="guest")


LOSSES = [
    demoted,
    made_a_guest,
    closed_by_a_script,
    closed_in_the_chat_alone,
    room_left,
    room_archived,
    role_raised,
    room_deleted,
]


class TestAnInvitation:
    @pytest.fixture
    def room(self, erin: User) -> Room:
        return actions.create_room(by=member(erin), name="customers", private=True)

    @pytest.mark.parametrize("loss", LOSSES)
    def test_it_depends_on_the_present_rights_of_its_maker(
        self, loss: Any, erin: User, room: Room, dave: Client, settings: Any
    ) -> None:
        """Rows 39, 40: an invitation is checked against the rights of its maker when it is used."""
        _, secret = create_invitation(by=erin, room=room)
        late = Client()
        assert late.get(f"/join/{secret}/").status_code == 200
        loss(erin, room, settings)
        for response in (dave.get(f"/join/{secret}/"), late.post(f"/join/{secret}/", DAVE)):
            assert response.status_code == 410
            assert "Ask" in response.content.decode()
        assert not User.objects.filter(username="dave").exists()
        assert Invitation.objects.get().uses == 0

    def test_links_of_members_end_when_the_setting_changes(
        self, bob: User, dave: Client, settings: Any
    ) -> None:
        """Rows 39, 40: an invitation is checked against the rights of its maker when it is used."""
        settings.INVITATIONS_BY = "members"
        _, secret = create_invitation(by=bob)
        settings.INVITATIONS_BY = "admins"
        assert dave.post(f"/join/{secret}/", DAVE).status_code == 410

    def test_the_list_shows_which_do_not_work(self, alice: User, erin: User, alices: Client) -> None:
        """Rows 39, 40: an invitation is checked against the rights of its maker when it is used."""
        create_invitation(by=erin, note="by Erin")
        change_role(alice, erin, Role.MEMBER)
        assert ">withdrawn</span>" in alices.get("/invite/").content.decode()

    def test_it_still_works_if_nothing_has_changed(self, erin: User, room: Room, dave: Client) -> None:
        """Rows 39, 40: an invitation is checked against the rights of its maker when it is used."""
        _, secret = create_invitation(by=erin, room=room)
        assert dave.post(f"/join/{secret}/", DAVE).status_code == 302
        assert room.memberships.filter(member__handle="dave").exists()


class TestDjangosAdmin:
    def test_it_cannot_deactivate_accounts(self, alice: User, alices: Client, bob: User) -> None:
        """Row 41: one way to close an account, which ends all that it gave."""
        for user in (alice, bob):
            path = f"/admin/accounts/user/{user.pk}/change/"
            assert alices.get(path).status_code == 200
            alices.post(path, {"username": user.username, "name": user.name, "email": ""})
            user.refresh_from_db()
            assert user.is_active

    def test_an_owner_who_cannot_sign_in_does_not_count_as_the_last_owner(
        self, alice: User, bob: User
    ) -> None:
        """Row 41: one way to close an account, which ends all that it gave."""
        change_role(alice, bob, Role.OWNER)
        User.objects.filter(pk=bob.pk).update(is_active=False)
        with pytest.raises(Exception, match="last owner"):
            change_role(alice, alice, Role.MEMBER)
        assert member(alice).role == Role.OWNER

    def test_it_cannot_change_or_delete_invitations(self, alice: User, alices: Client) -> None:
        """Row 41: one way to close an account, which ends all that it gave."""
        invitation, _ = create_invitation(by=alice, max_uses=1)
        path = f"/admin/accounts/invitation/{invitation.pk}"
        assert alices.post(f"{path}/change/", {"max_uses": "1000"}).status_code == 403
        assert alices.post(f"{path}/delete/", {"post": "yes"}).status_code == 403

    def test_old_logins_do_not_work_after_reactivation(self, alice: User, bob: User, bobs: Client) -> None:
        """Row 41: one way to close an account, which ends all that it gave."""
        User.objects.filter(pk=bob.pk).update(is_active=False)
        people.reactivate(by=member(alice), member=member(bob))
        assert bobs.get("/account/").status_code == 302
