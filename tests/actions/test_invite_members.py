"""Bringing people into a room."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.models import Member, Room
from tests.people import Published, asks, refused, says, somebody


def test_it_works(bob: Member, dave: Member, kitchen: Room, published: Published) -> None:
    eve = somebody("eve")
    published.forget()
    room = actions.invite_members(by=bob, room=kitchen, members=[dave, eve])

    assert room.member_count == room.memberships.count() == 5
    lines = [frame.message for frame in published.frames]
    assert [(m.author, m.system.kind, m.system.member) for m in lines if m.system] == [
        (bob.pk, "added", dave.pk),
        (bob.pk, "added", eve.pk),
    ]
    for newcomer in (dave, eve):
        (told,) = published.to(newcomer)
        assert (told["type"], told["room"]["seq"], told["room"]["members"]) == ("membership", room.seq, 5)
        assert told["membership"]["read_number"] < room.last_number


def test_from_then_on_they_take_part(bob: Member, dave: Member, kitchen: Room) -> None:
    actions.invite_members(by=bob, room=kitchen, members=[dave])
    assert says(dave, kitchen, "thanks").number == 5


def test_members_of_the_room_stay_as_they_are(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    actions.invite_members(by=bob, room=kitchen, members=[alice, bob])
    assert published.batches == []
    assert kitchen.memberships.get(member=alice).is_admin


def test_one_invisible_member_refuses_the_whole_invitation(bob: Member, dave: Member, kitchen: Room) -> None:
    with refused("not_found"):
        asks(bob, "room.invite", room=kitchen.pk, members=[dave.pk, 10**9])
    assert not kitchen.memberships.filter(member=dave).exists()


def test_a_deactivated_member_cannot_be_added(
    alice: Member, bob: Member, dave: Member, kitchen: Room
) -> None:
    actions.deactivate_member(by=alice, member=dave)
    with refused("not_found"):
        asks(bob, "room.invite", room=kitchen.pk, members=[dave.pk])


def test_a_guest_cannot_add_members(carol: Member, dave: Member, kitchen: Room) -> None:
    with refused("forbidden"):
        actions.invite_members(by=carol, room=kitchen, members=[dave])


def test_outsiders_cannot_add_members(dave: Member, alice: Member, square: Room) -> None:
    eve = somebody("eve")
    with refused("forbidden"):
        actions.invite_members(by=dave, room=square, members=[eve])


@pytest.mark.parametrize("by_owner", [True, False])
def test_members_cannot_be_added_to_a_direct_room(
    by_owner: bool, alice: Member, bob: Member, dave: Member, desk: Room
) -> None:
    with refused("forbidden"):
        actions.invite_members(by=alice if by_owner else bob, room=desk, members=[dave])


def test_members_cannot_be_added_to_an_archived_room(alice: Member, dave: Member, square: Room) -> None:
    actions.archive_room(by=alice, room=square)
    with refused("forbidden"):
        actions.invite_members(by=alice, room=square, members=[dave])
