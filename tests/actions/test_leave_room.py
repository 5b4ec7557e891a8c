"""No longer being a member of a room."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import Role, RoomRole
from tests.people import Published, refused, says, somebody


def test_it_works(bob: Member, square: Room, published: Published) -> None:
    actions.leave_room(member=bob, room=square)

    square.refresh_from_db()
    assert square.member_count == square.memberships.count() == 2
    (frame,) = published.frames
    assert frame.message.system is not None
    assert (frame.message.author, frame.message.system.kind) == (bob.pk, "left")
    assert frame.leaves == bob.pk  # nothing after it reaches Bob (contract G9)
    bob.refresh_from_db()
    assert published.to(bob) == [{"type": "left", "room": square.pk, "version": bob.version}]
    (notice,) = [notice for notice in published.notices if notice.topic == f"member.{bob.pk}"]
    assert (notice.room, notice.detach, notice.version) == (square.pk, True, bob.version)
    (told,) = published.on(f"room.{square.pk}")
    assert told["room"]["members"] == 2


def test_their_messages_stay(bob: Member, square: Room) -> None:
    message = says(bob, square, "goodbye")
    actions.leave_room(member=bob, room=square)
    assert square.messages.filter(pk=message.pk, author=bob).exists()


def test_twice_is_once(bob: Member, square: Room, published: Published) -> None:
    actions.leave_room(member=bob, room=square)
    published.forget()
    actions.leave_room(member=bob, room=square)
    square.refresh_from_db()
    assert square.member_count == 2
    assert published.batches == []


def test_when_the_last_admin_goes_the_eldest_member_looks_after_the_room(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    actions.leave_room(member=alice, room=kitchen)
    assert roles(kitchen) == {"Bob": "admin", "Carol": "member"}
    (told,) = published.to(bob)
    assert (told["type"], told["membership"]["role"]) == ("membership", "admin")


def test_the_new_admin_is_an_active_member(alice: Member, bob: Member, kitchen: Room) -> None:
    actions.invite_members(by=alice, room=kitchen, members=[somebody("eve")])
    actions.deactivate_member(by=alice, member=bob)
    actions.leave_room(member=alice, room=kitchen)
    assert roles(kitchen) == {"Bob": "member", "Carol": "member", "Eve": "admin"}


@pytest.mark.parametrize("role", [Role.GUEST, Role.BOT])
def test_guests_and_bots_do_not_become_admin_but_the_next_member_who_joins_does(
    alice: Member, role: Role
) -> None:
    room = actions.create_room(by=alice, name="small")
    actions.invite_members(by=alice, room=room, members=[somebody("eve", role)])
    actions.leave_room(member=alice, room=room)
    assert roles(room) == {"Eve": "member"}
    actions.join_room(member=alice, room=room)
    assert roles(room) == {"Eve": "member", alice.name: "admin"}


def test_no_member_becomes_admin_while_there_is_another_admin(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    kitchen.memberships.filter(member=bob).update(role=RoomRole.ADMIN)
    actions.leave_room(member=alice, room=kitchen)
    assert roles(kitchen) == {"Bob": "admin", "Carol": "member"}


def test_the_last_one_may_go_too(alice: Member, bob: Member) -> None:
    room = actions.create_room(by=bob, name="lonely", private=True)
    actions.leave_room(member=bob, room=room)
    room.refresh_from_db()
    assert room.member_count == room.memberships.count() == 0


def test_a_member_who_has_left_a_private_room_no_longer_sees_it(bob: Member, kitchen: Room) -> None:
    actions.leave_room(member=bob, room=kitchen)
    assert not Room.objects.visible_to(bob).filter(pk=kitchen.pk).exists()


def test_a_direct_room_is_not_left(alice: Member, desk: Room) -> None:
    with refused("forbidden", "cannot be left"):
        actions.leave_room(member=alice, room=desk)


def test_joining_and_leaving_in_one_transaction_announces_only_the_end(
    dave: Member, square: Room, published: Published
) -> None:
    from hubbub.unit import unit

    with unit():
        actions.join_room(member=dave, room=square)
        actions.leave_room(member=dave, room=square)
    assert published.to(dave) == [{"type": "left", "room": square.pk, "version": 1}]
    kinds = [frame.message.system.kind for frame in published.frames if frame.message.system]
    assert kinds == ["joined", "left"]


def test_a_guest_who_is_left_alone_cannot_add_members(alice: Member) -> None:
    guest = somebody("eve", Role.GUEST)
    room = actions.create_room(by=alice, name="small", private=True)
    actions.invite_members(by=alice, room=room, members=[guest])
    actions.leave_room(member=alice, room=room)
    with refused("forbidden"):
        actions.invite_members(by=guest, room=room, members=[alice])


def roles(room: Room) -> dict[str, str]:
    return {
        place.member.name: place.role
        for place in Membership.objects.filter(room=room).select_related("member")
    }
