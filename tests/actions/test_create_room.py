"""Opening a room."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import RoomKind, RoomRole
from tests.people import Published, refused


def test_it_works(bob: Member, published: Published) -> None:
    room = actions.create_room(by=bob, name="  the  garden ", description=" what grows ")

    assert (room.kind, room.name, room.description) == (RoomKind.PUBLIC, "the garden", "what grows")
    assert (room.seq, room.last_number, room.posts, room.member_count) == (1, 1, 0, 1)
    place = Membership.objects.get(room=room)
    assert (place.member, place.role) == (bob, RoomRole.ADMIN)
    line = room.messages.get()
    assert (line.author, line.system) == (bob, {"kind": "created"})
    (told,) = published.to(bob)
    assert told["type"] == "membership"
    assert told["room"] == room.as_object().model_dump(mode="json", exclude_none=True)
    assert [(notice.room, notice.attach) for notice in published.attached] == [(room.pk, 1)]


def test_only_its_members_see_a_private_room(bob: Member, dave: Member) -> None:
    room = actions.create_room(by=bob, name="secret", private=True)
    assert room.kind == RoomKind.PRIVATE
    assert not Room.objects.visible_to(dave).filter(pk=room.pk).exists()


@pytest.mark.parametrize(
    "name", ["Küche", "küche", "KÜCHE", "ku\u0308che", "ＫÜche", "Kü\u200bche"], ids=ascii
)
def test_a_name_is_taken_however_it_is_spelled(name: str, alice: Member, bob: Member) -> None:
    actions.create_room(by=alice, name="Küche")
    with refused("conflict", "is taken"):
        actions.create_room(by=bob, name=name)
    assert Room.objects.count() == 1


@pytest.mark.parametrize("name", ["", " ", "a/b", "~7", "..", "x" * 81, "\x00"], ids=ascii)
def test_a_name_keeps_the_rules_of_the_wire(name: str, bob: Member) -> None:
    with refused("invalid"):
        actions.create_room(by=bob, name=name)


def test_a_description_that_is_too_long_is_refused(bob: Member) -> None:
    with refused("invalid"):
        actions.create_room(by=bob, name="garden", description="x" * 501)
    assert not Room.objects.exists()


def test_a_guest_opens_none(carol: Member) -> None:
    with refused("forbidden", "Guests"):
        actions.create_room(by=carol, name="mine")
