"""Removing a member from a room."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Room
from tests.people import Published, asks, refused, says


def test_it_works(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    actions.remove_member(by=alice, room=kitchen, member=bob)

    kitchen.refresh_from_db()
    assert kitchen.member_count == kitchen.memberships.count() == 2
    (frame,) = published.frames
    assert frame.message.system is not None
    assert (frame.message.author, frame.message.system.kind, frame.message.system.member) == (
        alice.pk,
        "removed",
        bob.pk,
    )
    assert frame.leaves == bob.pk
    bob.refresh_from_db()
    assert published.to(bob) == [{"type": "left", "room": kitchen.pk, "version": bob.version}]


def test_they_have_no_more_access_than_an_outsider(alice: Member, bob: Member, kitchen: Room) -> None:
    message = says(bob, kitchen, "mine")
    actions.remove_member(by=alice, room=kitchen, member=bob)
    for kind, fields in {
        "timeline": {"room": kitchen.pk},
        "message.get": {"message": message.pk},
        "room.get": {"name": "kitchen"},
        "message.delete": {"message": message.pk},
    }.items():
        with refused("not_found"):
            asks(bob, kind, **fields)


def test_they_can_be_brought_back(alice: Member, bob: Member, kitchen: Room) -> None:
    actions.remove_member(by=alice, room=kitchen, member=bob)
    actions.invite_members(by=alice, room=kitchen, members=[bob])
    assert says(bob, kitchen, "I am back").number == 6


def test_the_last_admin_may_remove_themself_and_the_eldest_inherits(alice: Member, kitchen: Room) -> None:
    actions.remove_member(by=alice, room=kitchen, member=alice)
    assert kitchen.memberships.get(member__handle="bob").is_admin


def test_a_member_who_is_not_in_the_room_is_not_found(
    alice: Member, dave: Member, kitchen: Room, published: Published
) -> None:
    with refused("not_found", "not in this room"):
        actions.remove_member(by=alice, room=kitchen, member=dave)
    assert published.batches == []


def test_an_ordinary_member_cannot_remove_others(bob: Member, carol: Member, kitchen: Room) -> None:
    with refused("forbidden", "admins"):
        actions.remove_member(by=bob, room=kitchen, member=carol)


def test_members_cannot_be_removed_from_a_direct_room(alice: Member, bob: Member, desk: Room) -> None:
    with refused("forbidden"):
        actions.remove_member(by=alice, room=desk, member=bob)
