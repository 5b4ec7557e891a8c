"""Making a user a member."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hubbub import actions
from hubbub.admission import Admission
from hubbub.models import Member, Room, Workspace
from hubbub.protocol import limits
from hubbub.protocol.objects import Role, RoomKind
from tests.people import Published


def admit(handle: str, name: str = "Somebody", role: Role = Role.MEMBER) -> Member:
    number = get_user_model().objects.count()
    user = get_user_model().objects.create_user(f"user{number}")
    return actions.admit(user=user, admission=Admission(handle, name, role))


@pytest.fixture
def first_room(db: None, settings: Any) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "FIRST_ROOM": "General"}


def test_it_works(first_room: None, published: Published) -> None:
    eve = admit("Eve", "Eve Adams")

    assert (eve.handle, eve.name, eve.role, eve.active) == ("eve", "Eve Adams", Role.MEMBER, True)
    assert 0 <= eve.hue < 360
    eve.refresh_from_db()
    assert published.on("everyone") == [
        {"type": "member", "member": eve.as_object().model_dump(mode="json", exclude_none=True)}
    ]
    assert eve.changed == Workspace.objects.the_one().directory > 0
    room = Room.objects.get()
    assert (room.name, room.kind, room.member_count) == ("General", RoomKind.PUBLIC, 1)
    assert room.memberships.get().member == eve


def test_twice_is_once(first_room: None) -> None:
    eve = admit("eve")
    assert actions.admit(user=eve.user, admission=Admission("other", "Other")) == eve
    assert Room.objects.get().member_count == 1


def test_everybody_else_joins_the_first_room(first_room: None) -> None:
    admit("eve")
    admit("adam")
    assert Room.objects.get().member_count == 2


@pytest.mark.parametrize("role", [Role.GUEST, Role.BOT])
def test_guests_and_bots_do_not(role: Role, first_room: None) -> None:
    admit("eve")
    admit("visitor", role=role)
    assert Room.objects.get().member_count == 1


def test_without_a_first_room_a_new_member_is_in_no_room(no_first_room: None) -> None:
    admit("eve")
    assert not Room.objects.exists()


def test_an_archived_first_room_does_not_prevent_admission(first_room: None) -> None:
    owner = admit("owner", role=Role.OWNER)
    actions.archive_room(by=owner, room=Room.objects.get())
    assert admit("eve").active
    assert Room.objects.get().member_count == 1


def test_a_private_room_of_that_name_is_not_joined(first_room: None) -> None:
    owner = Member.objects.create(handle="owner", name="Owner", role=Role.OWNER)
    secret = actions.create_room(by=owner, name="general", private=True)
    admit("eve")
    assert secret.memberships.count() == 1


@pytest.mark.parametrize(
    ("wanted", "handle"),
    [
        ("Bob", "bob"),
        ("bob smith@example.com", "bob-smith-example.com"),
        ("  ÄRGER ", "ärger"),
        ("日本", "日本"),
        ("../../etc", "etc"),
        ("--", "member"),
        ("", "member"),
        ("<b>", "b"),
        ("x" * 200, "x" * 56),
    ],
)
def test_a_handle_is_made_of_letters(wanted: str, handle: str, no_first_room: None) -> None:
    assert admit(wanted).handle == handle


def test_a_handle_that_is_taken_gets_a_number(no_first_room: None) -> None:
    assert [admit(name).handle for name in ("bob", "Bob", "BOB", "bob2", "bobby")] == [
        "bob",
        "bob2",
        "bob3",
        "bob22",
        "bobby",
    ]
    assert [admit("x" * 200).handle for _ in range(2)] == ["x" * 56, "x" * 56 + "2"]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Eve\u202e Adams", "Eve Adams"),
        ("x" * 300, "x" * limits.MEMBER_NAME_CHARACTERS),
        ("", "eve"),
        ("\u200b", "eve"),
    ],
    ids=ascii,
)
def test_a_name_from_the_host_is_adjusted_to_the_rules(told: str, name: str, no_first_room: None) -> None:
    assert admit("eve", told).name == name
